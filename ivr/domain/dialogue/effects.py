"""What the dialogue asks the service to carry out, as data."""

from dataclasses import dataclass
from datetime import datetime

from ivr.domain.cases import CaseKind
from ivr.domain.consent import Consent
from ivr.domain.dialogue.account_talk import AccountEffect
from ivr.domain.drop_offs import DropOff
from ivr.domain.moments import When
from ivr.domain.policy.rules import Topic


@dataclass(frozen=True)
class FindOrders:
    """Look orders up by 7 or 17 digits; the readings are tried in their order."""

    readings: tuple[str, ...]


@dataclass(frozen=True)
class OpenCase:
    """Open the case, or find the one that this call opened for the same thing."""

    kind: CaseKind
    reason: str
    order_id: str | None = None
    case_id: str = ""
    """Go on with this one, if it is not closed: an open callback's."""


@dataclass(frozen=True)
class ReadOrders:
    """Read the caller's orders, and these, again: the language has changed, and with it their items' names."""

    order_ids: tuple[str, ...]


@dataclass(frozen=True)
class RaiseCase:
    """The case in hand goes before others: upset, danger. Gives no result."""

    cause: str


@dataclass(frozen=True)
class EraseData:
    """Erase what is kept about the caller's number."""


@dataclass(frozen=True)
class ResolveCase:
    """Self-service finished what was wanted; gives no result."""

    case_id: str
    outcome: str


@dataclass(frozen=True)
class CancelOrder:
    """Cancel an order in the shop."""

    order_id: str
    case_id: str


@dataclass(frozen=True)
class Decide:
    """Ask the shop's rules, and do what they decide where nothing is left to choose."""

    topic: Topic
    order_id: str
    case_id: str
    reason: str = ""
    """Why something is sent back, once that was asked."""
    choice: str = ""
    """What was chosen of what an earlier decision offered: done if the rules still allow it."""
    evidence: str = ""
    """Of a claim: whether the caller can show it (yes, no), once that was asked."""
    words: str = ""
    """The request, or the reason, in the customer's own words."""
    places: tuple[DropOff, ...] | None = None
    """Of a return: where it can be handed in, as was told; None: nobody has asked the shop."""
    by_staff: bool = False
    """An agent asks: nobody is led through steps."""
    variant: str = ""
    """Of an exchange: what is wanted instead, once that was asked."""


@dataclass(frozen=True)
class NoteStep:
    """A step of troubleshooting is told, or the steps are over; gives no result."""

    case_id: str
    guide: str
    step: str = ""
    end: str = ""
    """guides.SOLVED, UNSOLVED or DECLINED; empty: a step is told."""


@dataclass(frozen=True)
class SendPhoto:
    """Text the link of the page with the carrier's photo of the delivery to the order's number."""

    order_id: str
    case_id: str


@dataclass(frozen=True)
class FindClaim:
    """Find the claim with this number, for the seller who calls."""

    digits: str


@dataclass(frozen=True)
class AnswerClaim:
    """What the seller says to a claim: accept, dispute (with proof or without), or offer a share of the price."""

    claim_id: str
    answer: str
    proof: bool = False
    share: int = 0
    """Percent."""


@dataclass(frozen=True)
class EscalateClaim:
    """A seller asks for a person about a claim: from now on the time is taken. Gives no result."""

    claim_id: str


@dataclass(frozen=True)
class EstimateWait:
    """How long it takes until an agent is free."""


@dataclass(frozen=True)
class ResolveMoment:
    """Resolve a moment against the clock, the hours and the zone."""

    when: When


@dataclass(frozen=True)
class CheckNumber:
    """Whether keyed or spoken digits are a number that may be rung."""

    digits: str


@dataclass(frozen=True)
class Book:
    """Promise a callback; `at` None: as soon as possible."""

    at: datetime | None
    number: str
    until: datetime | None = None
    """The end of a window that begins `at`."""


@dataclass(frozen=True)
class Move:
    """Move an open callback."""

    callback_id: str
    at: datetime | None
    until: datetime | None = None


@dataclass(frozen=True)
class ChangeNumber:
    """Let an open callback ring another number."""

    callback_id: str
    number: str


@dataclass(frozen=True)
class CancelCallback:
    """Take a callback back."""

    callback_id: str


@dataclass(frozen=True)
class FindByCode:
    """Find the callback whose code this is: its case goes on, at its place in line."""

    code: str


@dataclass(frozen=True)
class EnterLine:
    """Wait on the telephone for an agent."""

    place: str = ""
    """The call in which they waited before, and were cut off: its place is theirs."""


@dataclass(frozen=True)
class LeaveLine:
    """Stop waiting on the telephone; the place is kept for a callback."""


@dataclass(frozen=True)
class NoteConsent:
    """Whether the conversation that begins now may be recorded, and what was said to that; gives no result."""

    consent: Consent
    said: str = ""


@dataclass(frozen=True)
class RateEffort:
    """Keep the customer's rating, 1 to 7."""

    effort: int


@dataclass(frozen=True)
class ReadQuestions:
    """Which questions are asked most, in the present language."""


@dataclass(frozen=True)
class NoteAnswer:
    """A help article is read to the caller; gives no result."""

    article_id: str


@dataclass(frozen=True)
class TextAnswer:
    """Send the whole article by text message; gives no result."""

    article_id: str


@dataclass(frozen=True)
class RateAnswer:
    """Whether the article helped; if it did, its case is opened and resolved. Gives no result."""

    article_id: str
    helped: bool
    words: str
    """The question in the caller's own words."""


@dataclass(frozen=True)
class StopNews:
    """Never ring this number about news again; gives no result."""


Effect = (
    FindOrders
    | ReadOrders
    | OpenCase
    | RaiseCase
    | EraseData
    | ResolveCase
    | CancelOrder
    | Decide
    | SendPhoto
    | NoteStep
    | FindClaim
    | AnswerClaim
    | EscalateClaim
    | EstimateWait
    | ResolveMoment
    | CheckNumber
    | Book
    | Move
    | ChangeNumber
    | CancelCallback
    | FindByCode
    | EnterLine
    | LeaveLine
    | NoteConsent
    | RateEffort
    | ReadQuestions
    | NoteAnswer
    | TextAnswer
    | RateAnswer
    | StopNews
    | AccountEffect
)
