"""How fast a shared rate may be used up."""

from datetime import datetime, timedelta
from typing import Final

SAVED_UP: Final = timedelta(seconds=0.5)
"""Tokens of so long may be taken together: who takes them looks twice a second."""
CLOCK_SLIP: Final = timedelta(minutes=1)
"""A token so far in the future was taken before the clock was set back: it no longer counts."""


def after_token(next_at: datetime | None, per_second: float, now: datetime) -> datetime | None:
    """When the next token is there once one is taken now; None: `next_at` has not come, so none can be taken."""
    step = timedelta(seconds=1 / per_second)
    is_known = next_at is not None and next_at <= now + step + CLOCK_SLIP
    if next_at is not None and is_known and next_at > now:
        return None
    earliest = now - max(SAVED_UP - step, timedelta())
    return (max(next_at, earliest) if next_at is not None and is_known else earliest) + step
