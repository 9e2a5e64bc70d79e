"""One call's ear: frames in, turns out. The clock is the stream's own, so audio may come faster than real time.

`feed` runs where the socket is read and only gates: silence costs a few microseconds a frame. From the onset until
well after the end of speech the frames go, strictly in order, to a turn-taker that runs in the executor.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import Any, Final

import numpy as np
import structlog

from ivr.errors import IvrError
from ivr.service.ports import Recognizer
from ivr.speech.audio import FRAME_MS, FRAME_SAMPLES, Samples, mulaw_samples
from ivr.speech.events import HearingFailed, ListenEvent
from ivr.speech.gate import Onset, VoiceGate
from ivr.speech.handing_over import HandingOver
from ivr.speech.turn_taker import Frame, Listening, TurnTaker

PRE_ROLL_FRAMES: Final = 15
"""300 ms before the onset are heard too, or soft first consonants would be lost."""
_AFTERCARE_FRAMES: Final = 110
"""Frames go on to the turn-taker for 2.2 s of silence: longer than any silence that ends a turn."""

log = structlog.get_logger(__name__)


class InlineExecutor(Executor):
    """Runs everything at once in the caller's thread: for tests and the terminal."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it now; the future is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  what the caller of `submit` would find in the future
            future.set_exception(error)
        return future


class Listener:
    """Hears one live call. `feed` and `close` come from one thread; `ask` and `tell` are called in workers."""

    def __init__(
        self,
        ask: Callable[[], Listening | None],
        tell: Callable[[ListenEvent], None],
        recognizer: Recognizer,
        executor: Executor,
    ) -> None:
        """`ask` is called at each onset of speech and may read the database; None: nobody listens now."""
        self._turns = TurnTaker(ask, tell, recognizer)
        self._tell = tell
        self._line = _InOrder(executor, self._broken)
        self._gate = VoiceGate()
        self._onset = Onset()
        self._frames = _Frames()
        self._hands = HandingOver()
        self._pre_roll: deque[Frame] = deque(maxlen=PRE_ROLL_FRAMES)
        self._aftercare = 0
        self._closed = False

    def feed(self, payload: bytes, timestamp_ms: int) -> None:
        """Take mu-law of any length that began at this time of the stream; cheap."""
        if self._closed:
            return
        for samples, at_ms in self._frames.take(mulaw_samples(payload), timestamp_ms):
            self._route(Frame(samples, at_ms, self._gate.is_voiced(samples)))

    def close(self) -> None:
        """The call is over: an utterance in progress is dropped quietly. Twice is once."""
        if not self._closed:
            self._closed = True
            self._line.put(self._turns.abandon)

    def _route(self, frame: Frame) -> None:
        began = self._onset.take(frame.voiced)
        if began or (frame.voiced and self._aftercare):
            if not self._aftercare:
                self._send_pre_roll()
            self._aftercare = _AFTERCARE_FRAMES
        if self._aftercare:
            self._aftercare -= 1
            self._hand_over(self._hands.take(frame))
            if not self._aftercare:
                self._hand_over(self._hands.rest())
        else:
            self._pre_roll.append(frame)

    def _send_pre_roll(self) -> None:
        self._hands.begin()
        self._hand_over(tuple(self._pre_roll))
        self._pre_roll.clear()

    def _hand_over(self, frames: Sequence[Frame]) -> None:
        if frames:
            self._line.put(lambda: self._turns.take_all(frames))

    def _broken(self, error: Exception) -> None:
        """An error of the recogniser, of `ask` or of `tell` itself must not end the call."""
        log.error("hearing_failed", reason=repr(error), exc_info=None if isinstance(error, IvrError) else error)
        code = error.code if isinstance(error, IvrError) else "internal"
        self._tell(HearingFailed(self._turns.drop(), code, str(error)))


class _Frames:
    """Cuts payloads of any length into 20 ms frames with their own times."""

    def __init__(self) -> None:
        self._rest: list[Samples] = []
        self._have = 0
        self._next_ms = 0

    def take(self, samples: Samples, timestamp_ms: int) -> list[tuple[Samples, int]]:
        """The frames that are now whole. A time that goes back is ignored: the stream's clock only moves on."""
        if not self._have and len(samples) == FRAME_SAMPLES:  # as carriers send it
            at_ms = max(self._next_ms, timestamp_ms)
            self._next_ms = at_ms + FRAME_MS
            return [(samples, at_ms)]
        self._next_ms = max(self._next_ms, timestamp_ms - self._have * FRAME_MS // FRAME_SAMPLES)
        self._rest.append(samples)
        self._have += len(samples)
        if self._have < FRAME_SAMPLES:
            return []
        return list(self._cut())

    def _cut(self) -> list[tuple[Samples, int]]:
        joined = self._rest[0] if len(self._rest) == 1 else _join(self._rest)
        whole = len(joined) // FRAME_SAMPLES
        frames = [
            (joined[i * FRAME_SAMPLES : (i + 1) * FRAME_SAMPLES], self._next_ms + i * FRAME_MS) for i in range(whole)
        ]
        self._rest = [joined[whole * FRAME_SAMPLES :]]
        self._have = len(self._rest[0])
        self._next_ms += whole * FRAME_MS
        return frames


def _join(pieces: list[Samples]) -> Samples:
    return np.concatenate(pieces)


class _InOrder:
    """Runs jobs in an executor one after the other, in the order in which they came."""

    def __init__(self, executor: Executor, broken: Callable[[Exception], None]) -> None:
        self._executor, self._broken = executor, broken
        self._jobs: deque[Callable[[], object]] = deque()
        self._guard = threading.Lock()
        self._running = False

    def put(self, job: Callable[[], object]) -> None:
        """Run the job after all those before it."""
        with self._guard:
            self._jobs.append(job)
            if self._running:
                return
            self._running = True
        try:
            self._executor.submit(self._drain)
        except RuntimeError:  # the executor is shut down: the process is ending
            log.warning("hearing_stopped", reason="the executor is shut down")

    def _drain(self) -> None:
        while True:
            with self._guard:
                if not self._jobs:
                    self._running = False
                    return
                job = self._jobs.popleft()
            self._run(job)

    def _run(self, job: Callable[[], object]) -> None:
        try:
            try:
                job()
            except Exception as error:  # noqa: BLE001  the outermost loop of a call's hearing
                self._broken(error)
        except Exception as error:  # noqa: BLE001  the listener's owner fails even to be told
            log.error("hearing_failed_untold", reason=repr(error))
