"""The case: what a customer wants, from any door. Kinds, statuses, legal moves, spoken numbers, timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Any, Final

from ivr.errors import IllegalMove


class CaseKind(StrEnum):
    """What they want; the same word names the intent and its grammar file."""

    TRACK_ORDER = "track_order"
    DELIVERED_NOT_RECEIVED = "delivered_not_received"
    RETURN_REFUND = "return_refund"
    CANCEL_ORDER = "cancel_order"
    CHANGE_ADDRESS = "change_address"
    REFUND_STATUS = "refund_status"
    """Where the money is that was promised back."""
    SELLER_CLAIM = "seller_claim"
    """Something is wrong with what a seller of the marketplace sold."""
    ACCOUNT = "account"
    PAYMENT = "payment"
    MEMBERSHIP = "membership"
    COMPLAINT = "complaint"
    """About us: listened to, looked into, settled, and followed up by a call."""
    DELETE_DATA = "delete_data"
    """What we keep about them is to be erased."""
    QUESTION = "question"
    """Anything else that an agent is asked about: "agent", a callback without a reason."""


class CaseStatus(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    WAITING_AGENT = "waiting_agent"
    WITH_AGENT = "with_agent"
    RESOLVED = "resolved"
    CLOSED = "closed"


MOVES: Mapping[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.OPEN: frozenset(
        {CaseStatus.WAITING_AGENT, CaseStatus.WITH_AGENT, CaseStatus.RESOLVED, CaseStatus.CLOSED}
    ),
    CaseStatus.WAITING_AGENT: frozenset(
        {CaseStatus.WITH_AGENT, CaseStatus.OPEN, CaseStatus.RESOLVED, CaseStatus.CLOSED}
    ),
    CaseStatus.WITH_AGENT: frozenset(
        {CaseStatus.WAITING_AGENT, CaseStatus.OPEN, CaseStatus.RESOLVED, CaseStatus.CLOSED}
    ),
    CaseStatus.RESOLVED: frozenset({CaseStatus.OPEN, CaseStatus.WAITING_AGENT, CaseStatus.CLOSED}),
    CaseStatus.CLOSED: frozenset(),
}
"""Every legal move of a case, on one screen."""


class Tier(IntEnum):
    """Who has it in hand: a case only ever goes up."""

    SELF_SERVICE = 0
    ASSISTED = 1
    """By the machine, after it had to ask what was meant."""
    SPECIALIST = 2
    """A person with the skill that its kind needs."""
    HIGHER = 3
    """It came back, or an agent handed it up: a person with the skill SENIOR, where there is one."""


SENIOR: Final = "senior"
"""The skill of the highest tier."""
DANGER, ESCALATED = -1, 0
"""Priorities before those of all kinds: somebody is in danger; somebody is upset, or the case came back."""
URGENT_KIND, ORDINARY = 1, 2
LOYAL_YEARS = 5
"""A customer for so long goes before others, as if ESCALATED."""

SKILLS: Mapping[CaseKind, str] = {
    CaseKind.TRACK_ORDER: "orders",
    CaseKind.DELIVERED_NOT_RECEIVED: "orders",
    CaseKind.RETURN_REFUND: "returns",
    CaseKind.CANCEL_ORDER: "orders",
    CaseKind.CHANGE_ADDRESS: "orders",
    CaseKind.REFUND_STATUS: "returns",
    CaseKind.SELLER_CLAIM: "sellers",
    CaseKind.ACCOUNT: "accounts",
    CaseKind.PAYMENT: "accounts",
    CaseKind.MEMBERSHIP: "accounts",
    CaseKind.COMPLAINT: "general",
    CaseKind.DELETE_DATA: "general",
    CaseKind.QUESTION: "general",
}
"""The skill an agent needs; an agent with the skill `general` takes every case."""
ALL_SKILLS: Sequence[str] = tuple(sorted({*SKILLS.values(), SENIOR}))

URGENT = frozenset({CaseKind.DELIVERED_NOT_RECEIVED, CaseKind.SELLER_CLAIM, CaseKind.COMPLAINT})
PRIORITIES: Mapping[CaseKind, int] = {kind: URGENT_KIND if kind in URGENT else ORDINARY for kind in CaseKind}
"""Lower ones have a head start in the line: domain.fairness."""


SHORTEST, LONGEST = 7, 19
"""Digits of a case number: it grows with the serial, which the database keeps in 64 bits."""


@dataclass(eq=False, kw_only=True)
class Customer:
    """A person known by a telephone number."""

    id: str
    number: str
    """E.164."""
    name: str = ""
    locale: str = "en-US"
    zone: str = ""
    """IANA name if the customer said it; empty: taken from the number."""


def is_loyal(since: date | None, today: date) -> bool:
    """Whether somebody has been a customer for LOYAL_YEARS; nobody knows since when: no."""
    if since is None:
        return False
    is_before_the_day = (today.month, today.day) < (since.month, since.day)
    return today.year - since.year - is_before_the_day >= LOYAL_YEARS


@dataclass(eq=False, kw_only=True)
class Case:
    """What a customer wants. Times are aware UTC."""

    id: str
    number: str
    """Seven digits, beyond a million cases more, the last a check digit (`case_number`): can be spoken and keyed."""
    kind: CaseKind
    status: CaseStatus = CaseStatus.OPEN
    priority: int = 2
    skill: str = "general"
    locale: str = "en-US"
    customer_id: str | None = None
    order_id: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    summary: str = ""
    """The reason in the customer's own words; read in the whisper."""
    source: str = "phone"
    """phone, web, api, text or chat."""
    outcome: str = ""
    effort: int | None = None
    """1 (very easy) to 7 (very hard), keyed after the call."""
    opened_at: datetime
    closed_at: datetime | None = None
    version: int = 1
    tier: int = Tier.SELF_SERVICE.value
    """A Tier."""
    escalated_at: datetime | None = None
    """When it was raised last: from then on the time is taken."""
    attended_at: datetime | None = None
    """When a person first had it in hand; once it was raised, when the next one had."""
    step: str = ""
    """Of a complaint: how far it is (complaint_steps.ComplaintStep)."""

    def raise_to(self, tier: Tier) -> None:
        """At least so high."""
        self.tier = max(self.tier, tier.value)

    def escalate(self, at: datetime, tier: Tier = Tier.SPECIALIST) -> None:
        """Raise it: goes before others, and somebody has to attend to it anew. Twice at once: the time runs on."""
        self.raise_to(tier)
        if self.escalated_at is None or self.attended_at is not None:
            self.escalated_at, self.attended_at = at, None

    def attend(self, at: datetime) -> None:
        """A person has it in hand. Raises IllegalMove."""
        self.move(CaseStatus.WITH_AGENT)
        self.attended_at = self.attended_at or at

    def move(self, to: CaseStatus) -> None:
        """Change the status; people who are asked for are specialists.

        Raises IllegalMove; moving to the present status does nothing.
        """
        if to in (CaseStatus.WAITING_AGENT, CaseStatus.WITH_AGENT):
            self.raise_to(Tier.SPECIALIST)
        if to == self.status:
            return
        if to not in MOVES[self.status]:
            raise IllegalMove(f"case {self.number} cannot go from {self.status} to {to}; reload it and look")
        self.status = to


@dataclass(eq=False, kw_only=True)
class Event:
    """One line of the timeline; rows are only ever added."""

    id: str
    at: datetime
    kind: str
    """snake_case: case_opened, heard, said, callback_booked, leg_placed, ..."""
    case_id: str | None = None
    callback_id: str | None = None
    call_sid: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    """JSON values only; telephone numbers masked."""


def case_number(serial: int) -> str:
    """Six digits and their Luhn check digit; from the millionth case on, one digit more, and so on: never one twice."""
    body = f"{serial:06d}"
    return body + str(luhn(body))


def is_case_number(digits: str) -> bool:
    """Whether keyed digits are as many as a case number has, and carry the right check digit."""
    if not (digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST):
        return False
    return (len(digits) == SHORTEST or digits[0] != "0") and digits[-1] == str(luhn(digits[:-1]))


def luhn(digits: str) -> int:
    """The check digit of ISO 7812."""
    doubled = (int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return -sum(n // 10 + n % 10 for n in doubled) % 10
