"""Outreach: news about an order that we bring to its customer ourselves, by telephone where they agreed to that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ivr.domain.cases import CaseKind


class News(StrEnum):
    """What happened to an order."""

    DELAY = "delay"
    LOST = "lost"
    """The search is over, and it was not found."""
    FOUND = "found"
    DEFECT = "defect"
    """In its production batch."""
    SUBSCRIPTION = "subscription"
    """A membership ends: to be renewed, or not."""


ABOUT: Final[Mapping[News, CaseKind]] = {
    News.DELAY: CaseKind.TRACK_ORDER,
    News.LOST: CaseKind.DELIVERED_NOT_RECEIVED,
    News.FOUND: CaseKind.DELIVERED_NOT_RECEIVED,
    News.DEFECT: CaseKind.RETURN_REFUND,
    News.SUBSCRIPTION: CaseKind.MEMBERSHIP,
}
"""The kind of case that it opens, or goes on with."""
TO_SETTLE: Final = frozenset({News.LOST, News.DEFECT})
"""News that leaves a choice to the customer: somebody must hear it."""


class OutreachStatus(StrEnum):
    """Where it stands."""

    WAITING = "waiting"
    RINGING = "ringing"
    """A leg lives."""
    TOLD = "told"
    """They listened and answered."""
    WRITTEN = "written"
    """Told by message instead."""
    STOPPED = "stopped"
    """They want no such calls."""
    UNREACHED = "unreached"
    """A person decides."""


MOST_TRIES: Final = 3
TRY_AGAIN: Final = timedelta(hours=2)


@dataclass(eq=False, kw_only=True)
class Outreach:
    """One piece of news for one customer: an order has each kind once. Times are aware UTC."""

    id: str
    key: str
    """Order and kind."""
    kind: News
    case_id: str
    order_id: str
    number: str
    """E.164."""
    email: str = ""
    status: OutreachStatus = OutreachStatus.WAITING
    tries: int = 0
    due_at: datetime
    leg_id: str | None = None
    """The newest leg."""
    details: Mapping[str, str] | None = None
    """Of a SUBSCRIPTION, as the shop told it: plan, amount, currency, and until when it was paid (ISO 8601)."""
    reason: str = ""
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 1

    @property
    def ends_at(self) -> datetime | None:
        """Of a SUBSCRIPTION: until when it was paid, aware UTC."""
        return datetime.fromisoformat(self.details["until"]) if self.details else None

    def is_over(self, now: datetime) -> bool:
        """Nothing can be renewed any more."""
        return self.ends_at is not None and self.ends_at <= now

    def end(self, status: OutreachStatus, at: datetime, reason: str = "") -> None:
        """Nobody is rung for it any more."""
        self.status, self.ended_at, self.reason = status, at, reason


def outreach_key(about: str, kind: News, day: str = "") -> str:
    """What the database keeps unique: order and kind; of a SUBSCRIPTION number, kind and the day on which it ends."""
    return f"{about}/{kind.value}{'/' if day else ''}{day}"
