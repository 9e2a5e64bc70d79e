"""Claims against sellers: the state machine, the seller's answer and its deadline, who pays. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ivr.domain.policy.rules import Payer
from ivr.errors import ClaimRefused, IllegalMove


class ClaimState(StrEnum):
    """Where a claim stands."""

    OPENED = "opened"
    WAITING_FOR_SELLER = "waiting_for_seller"
    ANSWERED = "answered"
    """By an offer: the customer has to take it or not."""
    DECIDED = "decided"
    """Refused; the customer may still ask for a person."""
    PAID = "paid"
    ESCALATED = "escalated"
    """A person decides."""
    CLOSED = "closed"


MOVES: Final[Mapping[ClaimState, frozenset[ClaimState]]] = {
    ClaimState.OPENED: frozenset({ClaimState.WAITING_FOR_SELLER, ClaimState.CLOSED}),
    ClaimState.WAITING_FOR_SELLER: frozenset(
        {ClaimState.ANSWERED, ClaimState.DECIDED, ClaimState.ESCALATED, ClaimState.CLOSED}
    ),
    ClaimState.ANSWERED: frozenset({ClaimState.DECIDED, ClaimState.ESCALATED, ClaimState.CLOSED}),
    ClaimState.DECIDED: frozenset({ClaimState.PAID, ClaimState.ESCALATED, ClaimState.CLOSED}),
    ClaimState.ESCALATED: frozenset({ClaimState.DECIDED, ClaimState.CLOSED}),
    ClaimState.PAID: frozenset({ClaimState.CLOSED}),
    ClaimState.CLOSED: frozenset(),
}
"""Every legal move of a claim. Only DECIDED leads to PAID, and nothing leads from PAID to a second payment."""

OPEN_STATES: Final = frozenset(
    {ClaimState.OPENED, ClaimState.WAITING_FOR_SELLER, ClaimState.ANSWERED, ClaimState.ESCALATED}
)
KEPT: Final = timedelta(days=30)
"""So long after its decision a claim can still be taken to a person; then it is closed."""
OFFER_STANDS: Final = timedelta(hours=72)
"""So long a customer may think about an offer; then a person asks."""
REMINDER: Final = timedelta(hours=4)
"""So long before the deadline the seller is reminded."""


class Answer(StrEnum):
    """What a seller can say."""

    ACCEPT = "accept"
    DISPUTE = "dispute"
    OFFER = "offer"


SHARES: Final = (25, 50, 75)
"""Percent of the price that can be offered, in the order of their keys."""
REPLIES: Final = ("sorry", "sent", "genuine", "as_described")
"""Ready-made words of a seller to the customer; each is told in the reader's own language."""


@dataclass(frozen=True, kw_only=True)
class SellerAnswer:
    """What the seller says to a claim."""

    kind: Answer
    proof: bool = False
    """Of a dispute: they have an invoice, photos or a receipt of the carrier, and must show it if asked."""
    share: int = 0
    """Of an offer: percent of the price."""
    reply: str = ""
    """One of REPLIES, or nothing."""

    def checked(self) -> "SellerAnswer":
        """Itself. Raises ClaimRefused (`claim_share`, `claim_reply`)."""
        if self.kind is Answer.OFFER and self.share not in SHARES:
            raise ClaimRefused("claim_share", f"an offer is one of {', '.join(map(str, SHARES))} percent of the price")
        if self.reply and self.reply not in REPLIES:
            raise ClaimRefused("claim_reply", f"a reply is one of {', '.join(REPLIES)}")
        return self


@dataclass(eq=False, kw_only=True)
class Claim:
    """What a customer claims from a seller about one order: one claim an order, ever. Times are aware UTC."""

    id: str
    """128-bit random hex: the seller's link is made of it."""
    case_id: str
    order_id: str
    seller_id: str
    number: str
    """Whose order it is, E.164."""
    cause: str
    """One of policy.facts.CAUSES."""
    evidence: str = "none"
    """Whether the customer can show it: yes, no, none (not asked)."""
    state: ClaimState = ClaimState.OPENED
    amount_minor: int
    currency: str
    opened_at: datetime
    due_at: datetime | None = None
    """When whoever has to answer is late: the seller, then of an offer the customer."""
    answer: Answer | None = None
    proof: bool = False
    share: int = 0
    reply: str = ""
    answered_at: datetime | None = None
    offer_taken: bool = False
    decided_at: datetime | None = None
    rule_id: str = ""
    payer: Payer | None = None
    refunded_minor: int = 0
    charged_minor: int = 0
    """To the seller's account."""
    holds_seller: bool = False
    """The seller's money is held until the claim is over."""
    escalated_at: datetime | None = None
    """When somebody asked for a person."""
    attended_at: datetime | None = None
    """When a person had it in hand."""
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether something is still to come of it."""
        return self.state in OPEN_STATES

    def move(self, to: ClaimState) -> None:
        """Change the state. Raises IllegalMove; moving to the present state does nothing."""
        if to == self.state:
            return
        if to not in MOVES[self.state]:
            raise IllegalMove(f"a claim cannot go from {self.state} to {to}; reload it and look")
        self.state = to

    def take(self, given: SellerAnswer, now: datetime) -> bool:
        """The seller's answer; False: the same was given before. Raises ClaimRefused (`claim_over`: too late, or
        `claim_answered`: another one was given)."""
        if self.answer is not None:
            if given == self.given():
                return False
            raise ClaimRefused("claim_answered", "this claim was answered already; ask for an agent to change that")
        if self.state is not ClaimState.WAITING_FOR_SELLER or self.due_at is None or now >= self.due_at:
            raise ClaimRefused("claim_over", "the time to answer is over; ask for an agent if you disagree")
        self.answer, self.proof, self.answered_at = given.kind, given.proof, now
        self.share, self.reply = given.share, given.reply
        return True

    def given(self) -> SellerAnswer | None:
        """What the seller said; None: nothing."""
        if self.answer is None:
            return None
        return SellerAnswer(kind=self.answer, proof=self.proof, share=self.share, reply=self.reply)

    def escalate(self, now: datetime) -> bool:
        """Somebody asks for a person; False: that was so already."""
        if self.escalated_at is not None and self.attended_at is None:
            return False
        self.escalated_at, self.attended_at = now, None
        return True

    def pay(self, minor: int, payer: Payer) -> None:
        """What is refunded, and who bears it. Raises IllegalMove unless it was just decided."""
        self.move(ClaimState.PAID)
        self.refunded_minor, self.payer = minor, payer
        self.charged_minor = minor if payer is Payer.SELLER else 0

    @property
    def closes_at(self) -> datetime | None:
        """When nothing can be said against its decision any more; None: not decided."""
        return self.decided_at + KEPT if self.decided_at is not None else None
