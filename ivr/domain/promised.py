"""What was promised of a callback, as it is told: a moment, or a window."""

from datetime import datetime

from ivr.domain.callbacks import Callback
from ivr.domain.moments import SHORTEST_WINDOW


def told_at(callback: Callback) -> datetime:
    """As soon as possible: the latest time spoken; else when it is due."""
    return callback.promised_by_at if callback.asap else callback.due_at


def told_until(callback: Callback, since: datetime | None = None) -> datetime | None:
    """The end of a window; None: a moment, or what is left of a window is too short to be told as one.

    A named moment is promised for a quarter of an hour, a window for half an hour at least; `since` is when it begins
    anew, if that is later than when it was due.
    """
    is_window = not callback.asap and callback.promised_by_at - (since or callback.due_at) >= SHORTEST_WINDOW
    return callback.promised_by_at if is_window else None
