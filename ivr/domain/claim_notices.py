"""Notices about claims: to the seller that an answer is awaited, to both what was decided. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from ivr.domain.claims import REMINDER, Claim, ClaimState
from ivr.domain.messages import Channel, MessageStatus

LASTS: Final = timedelta(days=1)
"""So long after it was written news still helps."""
SETTLES: Final = timedelta(minutes=2)
"""What was begun and never told of is looked for after this."""
AGAIN: Final = timedelta(minutes=5)
MOST_TRIES: Final = 6
WAKES: Final = 8
SLEEPS: Final = 20
"""Hours on customers' clocks between which news is sent; sellers, whose time runs, are told at once."""


class NoticeKind(StrEnum):
    """What a notice tells; the message `claim_<kind>_text`."""

    ASKED = "asked"
    REMINDER = "reminder"
    CHARGED = "charged"
    ENDED = "ended"
    """To the seller: decided, and nothing is charged."""
    PAID = "paid"
    CALL = "call"
    """To the customer: there is an answer; it is told on the telephone."""


TO_SELLER: Final = frozenset({NoticeKind.ASKED, NoticeKind.REMINDER, NoticeKind.CHARGED, NoticeKind.ENDED})


@dataclass(eq=False, kw_only=True)
class Notice:
    """One notice over one channel: written in the transaction of what it tells, sent later. Times are aware UTC."""

    id: str
    claim_id: str
    kind: NoticeKind
    channel: Channel
    address: str
    locale: str
    zone: str
    """IANA: in which its reader is told times."""
    status: MessageStatus = MessageStatus.WAITING
    due_at: datetime
    expires_at: datetime
    tries: int = 0
    reference: str = ""
    """The carrier's name for it."""
    reason: str = ""
    """Why it was dropped, in a stable word."""
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 1

    def end(self, status: MessageStatus, at: datetime, reason: str = "") -> None:
        """It was sent, or never will be."""
        self.status, self.ended_at, self.reason = status, at, reason

    def postpone(self, at: datetime) -> None:
        """Surely not sent: later, a few times."""
        if self.tries >= MOST_TRIES:
            self.end(MessageStatus.DROPPED, at, "tries")
        else:
            self.status, self.due_at = MessageStatus.WAITING, at + AGAIN * self.tries


def times_of(kind: NoticeKind, claim: Claim, now: datetime) -> tuple[datetime, datetime]:
    """When a notice is sent, and after which moment it helps nobody."""
    if kind is NoticeKind.REMINDER and claim.due_at is not None:
        return max(now, claim.due_at - REMINDER), claim.due_at
    if kind is NoticeKind.ASKED and claim.due_at is not None:
        return now, claim.due_at
    return now, now + LASTS


def waking(now: datetime, zone: str) -> datetime:
    """Now, or eight in the morning: at night no customer is woken by news."""
    local = now.astimezone(ZoneInfo(zone))
    if WAKES <= local.hour < SLEEPS:
        return now
    day = local.date() + timedelta(days=local.hour >= SLEEPS)
    return datetime.combine(day, time(WAKES), ZoneInfo(zone)).astimezone(UTC)


def still_true(kind: NoticeKind, claim: Claim) -> bool:
    """Whether what it tells still stands: nobody is reminded of what they have answered."""
    if kind in (NoticeKind.ASKED, NoticeKind.REMINDER):
        return claim.state is ClaimState.WAITING_FOR_SELLER and claim.answer is None
    return True
