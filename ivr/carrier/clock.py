"""Call time: counted in frames of 20 ms, so that audio, prompts and timers can never drift apart."""

import asyncio
import heapq
import itertools
import math
import time
from collections.abc import Callable

FRAME_SECONDS = 0.02
_SHORTEST_NAP = 0.002
_FARTHEST_BEHIND = 0.05


class CallClock:
    """Call time of one carrier; it stands still while nothing happens."""

    def __init__(self, speed: float, *, patient: bool = False) -> None:
        """`patient`: run at `speed` only as long as `hurry` is called, and as fast as the wall clock otherwise."""
        self.speed = speed
        self.ticks = 0
        self._patient = patient
        self._hurried_ticks = 0
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._wake = asyncio.Event()

    def now(self) -> float:
        """Seconds of call time since the carrier started."""
        return self.ticks * FRAME_SECONDS

    async def sleep(self, seconds: float) -> None:
        """Wait in call time."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self.ticks + math.ceil(seconds / FRAME_SECONDS - 1e-9)
        heapq.heappush(self._sleepers, (due, next(self._order), future))
        self._wake.set()
        await future

    def wake(self) -> None:
        """Say that something became busy."""
        self._wake.set()

    def hurry(self) -> None:
        """Run at `speed` for the next 20 ms on the wall: whoever waits says so again and again, from any thread."""
        self._hurried_ticks = math.ceil(self.speed)

    async def run(self, on_tick: Callable[[], None], busy: Callable[[], bool], waits: Callable[[], bool]) -> None:
        """Tick for as long as something sleeps or is busy; ends only by cancellation.

        `waits`: somebody else's answer is waited for. A patient clock does not hurry meanwhile: the time that others
        take on the wall would be multiplied, and a caller be kept in silence for seconds by a machine that is slow.
        """
        while True:
            self._wake.clear()
            if not self._sleepers and not busy():
                await self._wake.wait()
            await self._run_until_idle(on_tick, busy, waits)

    async def _run_until_idle(
        self, on_tick: Callable[[], None], busy: Callable[[], bool], waits: Callable[[], bool]
    ) -> None:
        due = time.monotonic()
        while self._sleepers or busy():
            due += self._next_span(waits())
            behind = time.monotonic() - due
            if self.speed > 1 and behind > _FARTHEST_BEHIND:
                due += behind  # a slow machine slows call time down rather than skipping timers
            await asyncio.sleep(max(-behind, _SHORTEST_NAP) if behind < 0 else 0)
            self.ticks += 1
            on_tick()
            self._resolve()

    def _next_span(self, waits: bool) -> float:
        """Wall seconds of the next tick."""
        if self._patient and (waits or not self._hurried_ticks):
            return FRAME_SECONDS
        self._hurried_ticks = max(0, self._hurried_ticks - 1)
        return FRAME_SECONDS / self.speed

    def _resolve(self) -> None:
        while self._sleepers and self._sleepers[0][0] <= self.ticks:
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)
