"""Simulated time: a heap of what happens when, and a clock that jumps from one to the next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush


@dataclass(eq=False)
class Happening:
    """Something that will happen, unless it is called off."""

    at: datetime
    act: Callable[[], object]
    is_off: bool = False

    def call_off(self) -> None:
        """It will not happen."""
        self.is_off = True


class Agenda:
    """ports.Clock, and all that is still to happen."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._heap: list[tuple[datetime, int, Happening]] = []
        """Of those at one moment the first planned comes first."""
        self._planned = 0

    def now(self) -> datetime:
        """Aware UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds that go along with `now`."""
        return self._now.timestamp()

    def at(self, when: datetime, act: Callable[[], object]) -> Happening:
        """Plan something; what is planned for the past happens now."""
        self._planned += 1
        happening = Happening(max(when, self._now), act)
        heappush(self._heap, (happening.at, self._planned, happening))
        return happening

    def after(self, seconds: float, act: Callable[[], object]) -> Happening:
        """Plan something so many seconds from now."""
        return self.at(self._now + timedelta(seconds=seconds), act)

    def next_at(self) -> datetime | None:
        """When the next thing happens; None: nothing more."""
        while self._heap and self._heap[0][2].is_off:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def step(self) -> None:
        """Go to the next thing and let it happen."""
        if self.next_at() is not None:
            self._now, _, happening = heappop(self._heap)
            happening.act()
