"""Frames on their way from the socket's thread to the turn-taker's: to wake a thread for each would cost more than the
rest of the way. They go one by one where the turn-taker may act on them at once, by the handful where it only listens.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from ivr.speech.audio import FRAME_MS
from ivr.speech.endpointing import LOOK_AHEAD_MS, PATIENCE, SURE_MS
from ivr.speech.turn_taker import Frame

_HANDFUL: Final = 5
"""100 ms, which is what the recogniser is fed at a time."""
_GATHERED: Final = 3
"""60 ms are looked at in one go: what is done for several frames at once costs little more than for one."""
_FIRST_FRAMES: Final = SURE_MS // FRAME_MS + 1
"""So long after speech has begun it may turn out to be surely speech, which stops a prompt."""
_ACTS_AT_MS: Final = sorted(
    {ms for patience in PATIENCE.values() for ms in (patience.complete_ms, patience.enough_ms, patience.open_ms)}
    | {patience.complete_ms - LOOK_AHEAD_MS for patience in PATIENCE.values()}
)
"""The silences at which the turn-taker looks at the text or ends the turn."""


class HandingOver:
    """Gathers one call's frames."""

    def __init__(self) -> None:
        self._held: list[Frame] = []
        self._first = _FIRST_FRAMES
        self._voiced_until_ms = 0
        self._acts = len(_ACTS_AT_MS)

    def begin(self) -> None:
        """Speech has begun."""
        self._first = _FIRST_FRAMES

    def is_due(self, gathered: int, end_ms: int) -> bool:
        """Whether the frames gathered must be looked at: none waits at a silence that the turn-taker acts at."""
        if gathered >= _GATHERED:
            return True
        return self._acts < len(_ACTS_AT_MS) and end_ms - self._voiced_until_ms >= _ACTS_AT_MS[self._acts]

    def take(self, frame: Frame) -> Sequence[Frame]:
        """The frames to hand over now, this one last; none: it is held."""
        if frame.voiced:
            if self._acts:
                self.begin()
            self._voiced_until_ms = frame.end_ms
        due = self.pass_by((frame,))
        return due or (self.rest() if len(self._held) >= _HANDFUL and not self._acts else ())

    def pass_by(self, unvoiced: Sequence[Frame]) -> Sequence[Frame]:
        """As `take` for several frames of silence."""
        acts = bisect_right(_ACTS_AT_MS, unvoiced[-1].end_ms - self._voiced_until_ms)
        is_due = acts != self._acts or self._first > 0
        self._acts, self._first = acts, self._first - len(unvoiced)
        self._held.extend(unvoiced)
        return self.rest() if is_due else ()

    def rest(self) -> Sequence[Frame]:
        """What is held; nothing more comes for now."""
        held, self._held = self._held, []
        return held
