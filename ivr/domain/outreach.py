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


ABOUT: Final[Mapping[News, CaseKind]] = {
    News.DELAY: CaseKind.TRACK_ORDER,
    News.LOST: CaseKind.DELIVERED_NOT_RECEIVED,
    News.FOUND: CaseKind.DELIVERED_NOT_RECEIVED,
    News.DEFECT: CaseKind.RETURN_REFUND,
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
    reason: str = ""
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 1

    def end(self, status: OutreachStatus, at: datetime, reason: str = "") -> None:
        """Nobody is rung for it any more."""
        self.status, self.ended_at, self.reason = status, at, reason


def outreach_key(order_id: str, kind: News) -> str:
    """What the database keeps unique."""
    return f"{order_id}/{kind.value}"
