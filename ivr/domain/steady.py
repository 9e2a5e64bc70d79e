"""Whether time has passed as it does: a clock that jumped ahead has let nothing happen meanwhile.

Who waits for others counts from when some dispatcher has seen each moment go by: the carrier's list must have had its
time before a dial without an answer is taken for none, people theirs before they are given up. After a jump, or hours
with nobody at work, such a wait starts anew.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

GAP: Final = timedelta(seconds=30)
"""Six heartbeats of a dispatcher are missing (scheduler.BEAT_SECONDS): it has hung, died, or the clock was set."""


def steady_since(beats: Iterable[tuple[datetime, datetime | None]], now: datetime) -> datetime:
    """Since when time has been steady; `beats`: each dispatcher's last heartbeat, and since when it was steady then."""
    return max((since or at for at, since in beats if abs(now - at) <= GAP), default=now)


def counted_from(at: datetime, steady: datetime | None) -> datetime:
    """From when on to wait for what follows `at`; `steady`: as `steady_since`, None where nobody watches the time."""
    return at if steady is None else max(at, steady)
