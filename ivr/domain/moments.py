"""The moment of a callback: as said (When), and its resolution against a clock, a zone and opening hours."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class When:
    """A moment as said, nothing guessed: a field that was not said is None."""

    asap: bool = False
    """"As soon as possible", "right away"."""
    in_seconds: int | None = None
    """"In two hours", "in one minute's time"."""
    day_offset: int | None = None
    """0 today, 1 tomorrow, 2 the day after."""
    weekday: int | None = None
    """0 Monday to 6 Sunday."""
    next_week: bool = False
    """"Next Monday"."""
    month: int | None = None
    day: int | None = None
    """Day of the month, 1 to 31."""
    hour: int | None = None
    """0 to 23, or 1 to 12 when `half` is unknown."""
    minute: int | None = None
    half: str | None = None
    """`am`, `pm`, `24` (said in 24-hour style or otherwise certain), or None: not said."""
    part: str | None = None
    """`morning`, `afternoon` or `evening` without an hour."""
    not_before: bool = False
    """"Not before nine", "after six"."""
    conflict: bool = False
    """Two different days or times were found: must be asked back."""


class AskBack(StrEnum):
    """Why a moment can't be taken as said; each has a prompt `moment_<value>`."""

    CONFLICT = "conflict"
    WHICH_DAY = "which_day"
    WHICH_TIME = "which_time"
    AM_OR_PM = "am_or_pm"
    CLOSED = "closed"
    TOO_FAR = "too_far"
    NO_SUCH_TIME = "no_such_time"


@dataclass(frozen=True)
class Resolved:
    """A moment that can be read back and promised."""

    at: datetime
    """Aware UTC."""


@dataclass(frozen=True)
class Unresolved:
    """Ask back for this reason; `nearest_at` (aware UTC) is offered when there is one."""

    reason: AskBack
    nearest_at: datetime | None = None
