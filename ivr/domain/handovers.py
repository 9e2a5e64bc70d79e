"""Handing a settlement over to the shop: tried under one key until it is carried out, refused or given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class HandoverStatus(StrEnum):
    """Where it stands."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    """The shop will not do it: a person decides."""
    GIVEN_UP = "given_up"
    """The shop never answered: a person decides."""


FAILED: Final = frozenset({HandoverStatus.REFUSED, HandoverStatus.GIVEN_UP})
MOST_TRIES: Final = 12
"""Over about six hours."""
LEASE: Final = timedelta(seconds=60)
"""A try whose end nobody told of is made again after this: the key makes that harmless."""
_RETRY_AFTER: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 20, 60, 180, 600, 1800, 3600))


@dataclass(eq=False, kw_only=True)
class Handover:
    """One settlement on its way to the shop. Times are aware UTC."""

    key: str
    """The settlement's own: the shop does the same key once."""
    case_id: str
    status: HandoverStatus = HandoverStatus.WAITING
    tries: int = 0
    due_at: datetime
    reference: str = ""
    """The shop's name for what it did."""
    reason: str = ""
    """Why it failed, in a stable word."""
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 1
    watch_at: datetime | None = None
    """Of a TRACE that runs: when the shop is next asked what became of it."""

    def end(self, status: HandoverStatus, at: datetime, *, reference: str = "", reason: str = "") -> None:
        """Nothing is tried any more."""
        self.status, self.ended_at, self.reference, self.reason = status, at, reference, reason

    def again(self, at: datetime) -> None:
        """A person wants it tried anew."""
        self.status, self.tries, self.due_at, self.reason, self.ended_at = HandoverStatus.WAITING, 0, at, "", None


def retry_handover_at(tries: int, now: datetime) -> datetime | None:
    """When a shop that did not answer is asked again; None: it was asked often enough."""
    if tries >= MOST_TRIES:
        return None
    return now + _RETRY_AFTER[min(max(tries, 1), len(_RETRY_AFTER)) - 1]
