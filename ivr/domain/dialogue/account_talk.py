"""What the dialogue and the service tell each other about an account, a payment, a membership."""

from dataclasses import dataclass
from datetime import datetime

from ivr.domain.accounts import Bill, Membership
from ivr.domain.policy.ruling import Ruling


@dataclass(frozen=True)
class ProveNumber:
    """Text a code to the number on file of this order; without one, to the caller's own."""

    order_id: str = ""


@dataclass(frozen=True)
class CheckCode:
    """Whether these are the code's digits."""

    order_id: str
    code: str


@dataclass(frozen=True)
class SendAccountLink:
    """Text the link of the account's page to the number on file of this order."""

    order_id: str
    case_id: str


@dataclass(frozen=True)
class AskMembership:
    """Ask the shop's rules about a membership; `is_sure`: do what they allow."""

    act: str
    """explain, pause, cancel, keep."""
    order_id: str
    case_id: str
    is_proven: bool
    is_sure: bool = False


@dataclass(frozen=True)
class FindBill:
    """What is open to be paid."""

    order_id: str


@dataclass(frozen=True)
class KeepPayment:
    """It was paid on the carrier's card terminal, or nobody knows whether it was; gives no result."""

    order_id: str
    case_id: str
    amount: str
    currency: str
    reference: str
    """The provider's own name for it."""
    is_clear: bool = True


AccountEffect = ProveNumber | CheckCode | SendAccountLink | AskMembership | FindBill | KeepPayment


@dataclass(frozen=True)
class CodeSent:
    """Result of ProveNumber; not sent: no text reaches that number, or it got too many."""

    sent: bool


@dataclass(frozen=True)
class CodeChecked:
    """Result of CheckCode; `is_over`: it is too old, or was tried too often."""

    right: bool
    is_over: bool = False


@dataclass(frozen=True)
class LinkSent:
    """Result of SendAccountLink."""

    sent: bool


@dataclass(frozen=True)
class MembershipRuled:
    """Result of AskMembership."""

    ruling: Ruling
    membership: Membership
    now: datetime
    until: datetime | None
    """What the rule's reasons tell: paused until, ends, takes effect."""
    done: bool = False


@dataclass(frozen=True)
class BillFound:
    """Result of FindBill."""

    bill: Bill | None
    is_unclear: bool = False
    """Nobody knows whether it was paid the last time: it is not taken again."""
    by_keypad: bool = False
    """The carrier can take a card on this call, in this language."""


@dataclass(frozen=True)
class Paid:
    """What came of the card terminal: paid, declined, failed (nothing was charged), unclear."""

    outcome: str
    reference: str = ""

    @property
    def may_be_paid(self) -> bool:
        """Money was taken, or nobody knows."""
        return self.outcome in ("paid", "unclear")


@dataclass(frozen=True)
class CardGiven:
    """A card number was said, keyed or written: it is dropped, and the same is asked again."""


AccountResult = CodeSent | CodeChecked | LinkSent | MembershipRuled | BillFound | Paid
