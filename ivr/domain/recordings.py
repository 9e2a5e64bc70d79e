"""A recorded conversation: one row for each attempt whose two people may be recorded."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ivr.domain.consent import Consent


class RecordingStatus(StrEnum):
    """Where a recording stands."""

    AGREED = "agreed"
    """May be recorded as soon as both are there."""
    STARTING = "starting"
    """The carrier is asked to record: from here on there may be one."""
    RUNNING = "running"
    KEPT = "kept"
    """Complete at the carrier."""
    DELETING = "deleting"
    OVER = "over"
    """Nothing is there any more, or never was; `reason` says why."""


@dataclass(eq=False, kw_only=True)
class Recording:
    """The sound is at the carrier alone; this is what we know of it. Times are aware UTC."""

    id: str
    """128-bit random hex token; part of the address that the carrier reports to."""
    attempt_id: str | None = None
    """None: the carrier told of one that nobody here knows; it is deleted."""
    case_id: str | None = None
    customer_id: str | None = None
    call_sid: str
    """The customer's call."""
    sid: str | None = None
    """The carrier's name for it; unique."""
    status: RecordingStatus = RecordingStatus.AGREED
    consent: Consent = Consent.TOLD
    place: str = ""
    """Whose rule was kept."""
    locale: str = "en-US"
    keep_days: int = 30
    seconds: int = 0
    reason: str = ""
    """Why it is, or is to be, deleted: expired, withdrawn, forgotten, unknown, gone, never_started, refused."""
    transcript: Any = None
    """Who said what: lists of speaker, second and words; None: not written down."""
    tries: int = 0
    """Of its deletion."""
    created_at: datetime
    ended_at: datetime | None = None
    due_at: datetime
    """When the sweep looks at it next."""
    version: int = 1

    @property
    def may_run(self) -> bool:
        """Whether it is, or may be, being recorded now."""
        return self.status in (RecordingStatus.STARTING, RecordingStatus.RUNNING)

    def delete(self, reason: str, now: datetime) -> None:
        """Nothing of it is to stay. One that was never asked for is over at once."""
        never = self.status in (RecordingStatus.AGREED, RecordingStatus.OVER) and self.sid is None
        self.status = RecordingStatus.OVER if never else RecordingStatus.DELETING
        self.reason, self.transcript, self.tries, self.due_at = reason, None, 0, now
