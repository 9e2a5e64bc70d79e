"""Rounds of sweeps that delete: safe to run in several processes, and to be stopped at any moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from ivr.errors import Conflict
from ivr.service.scenes import Scene, Scenes

EVERY: Final = timedelta(minutes=10)


class Rounds:
    """One round every ten minutes; at once again while there is much to do."""

    def __init__(self, scenes: Scenes, much: int) -> None:
        """`much`: so many rows in a round are a sign that there are more."""
        self._scenes, self._much = scenes, much
        self._next_at: datetime | None = None

    def go(self, sweep: Callable[[Scene], int]) -> int | None:
        """How many rows it swept; None: it is not time yet, or another process is at it."""
        now = self._scenes.clock.now()
        if self._next_at is not None and now < self._next_at:
            return None
        try:
            swept = self._scenes.run(sweep)
        except Conflict:
            return None
        if swept < self._much:
            self._next_at = now + EVERY
        return swept
