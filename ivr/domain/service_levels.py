"""Service levels: how soon somebody must be attended to, and whether that is still so. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Standing(StrEnum):
    """How a wait stands to its level."""

    IN_TIME = "in_time"
    SOON = "soon"
    """The warning time has passed."""
    LATE = "late"


@dataclass(frozen=True)
class Level:
    """One service level."""

    warn_seconds: int
    late_seconds: int

    def standing(self, since: datetime, now: datetime) -> Standing:
        """Of whoever has waited since then."""
        waited = now - since
        if waited >= timedelta(seconds=self.late_seconds):
            return Standing.LATE
        return Standing.SOON if waited >= timedelta(seconds=self.warn_seconds) else Standing.IN_TIME
