"""Whether time has passed as it does: a clock that jumped ahead has let nothing happen meanwhile.

What waits for others, such as a dial without an answer for the carrier's list, counts from here on: from when some
dispatcher has seen each moment go by. After a jump, or with nobody at work, the wait starts anew.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

GAP: Final = timedelta(seconds=30)
"""Six heartbeats of a dispatcher are missing (scheduler.BEAT_SECONDS): it has hung, died, or the clock was set."""


def steady_since(beats: Iterable[tuple[datetime, datetime | None]], now: datetime) -> datetime:
    """Since when time has been steady; `beats`: each dispatcher's last heartbeat, and since when it was steady then."""
    return max((since or at for at, since in beats if abs(now - at) <= GAP), default=now)
