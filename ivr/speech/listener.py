"""One call's ear: frames in, turns out. The clock is the stream's own, so audio may come faster than real time.

`feed` runs where the socket is read and only gates: silence costs a few microseconds a frame. From the onset until
well after the end of speech the frames go, strictly in order, to a turn-taker that runs in the executor.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import Any, Final

import structlog

from ivr.errors import IvrError
from ivr.service.ports import Recognizer
from ivr.speech.audio import FRAME_MS, FRAME_SAMPLES, Samples, mulaw_samples
from ivr.speech.echo import OwnVoice
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
        own: OwnVoice | None = None,
    ) -> None:
        """`ask` is called at each onset of speech and may read the database; None: nobody listens now.

        `own`: what we say into the same stream, which is no speech when it comes back.
        """
        self._own = own
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
        gathered, end_ms = self._frames.put(payload, timestamp_ms)
        if gathered and self._hands.is_due(gathered, end_ms):
            self._look(*self._frames.take())

    def close(self) -> None:
        """The call is over: an utterance in progress is dropped quietly. Twice is once."""
        if not self._closed:
            self._closed = True
            self._line.put(self._turns.abandon)

    def _look(self, frames: Samples, times: Sequence[int]) -> None:
        sounds = self._gate.voiced(frames)
        is_own = self._own is not None and self._own.is_heard(frames, times[-1] + FRAME_MS, voiced=True in sounds)
        silent = [False] * len(times)
        voiced, echo = (silent, sounds) if is_own else (sounds, silent)
        looked_at = list(map(Frame, frames, times, voiced, echo))
        if True in voiced or 0 < self._aftercare <= len(looked_at):
            self._hand_over([due for frame in looked_at for due in self._passed_on(frame)])
        else:
            self._onset.pass_by(voiced)
            self._pass_by(looked_at)

    def _pass_by(self, unvoiced: Sequence[Frame]) -> None:
        if self._aftercare:
            self._aftercare -= len(unvoiced)
            self._hand_over(self._hands.pass_by(unvoiced))
        else:
            self._pre_roll.extend(unvoiced)

    def _hand_over(self, frames: Sequence[Frame]) -> None:
        if frames:
            self._line.put(lambda: self._turns.take_all(frames))

    def _passed_on(self, frame: Frame) -> Sequence[Frame]:
        """The frames that go on now."""
        began = self._onset.take(frame.voiced)
        before: Sequence[Frame] = ()
        if began or (frame.voiced and self._aftercare):
            if not self._aftercare:
                before = self._begun()
            self._aftercare = _AFTERCARE_FRAMES
        if not self._aftercare:
            self._pre_roll.append(frame)
            return ()
        self._aftercare -= 1
        due = self._hands.take(frame)
        return (*before, *due, *(() if self._aftercare else self._hands.rest()))

    def _begun(self) -> Sequence[Frame]:
        self._hands.begin()
        before = tuple(self._pre_roll)
        self._pre_roll.clear()
        return before

    def _broken(self, error: Exception) -> None:
        """An error of the recogniser, of `ask` or of `tell` itself must not end the call."""
        log.error("hearing_failed", reason=repr(error), exc_info=None if isinstance(error, IvrError) else error)
        code = error.code if isinstance(error, IvrError) else "internal"
        self._tell(HearingFailed(self._turns.drop(), code, str(error)))


class _Frames:
    """Cuts payloads of any length into 20 ms frames with their own times, and gathers them."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._whole: list[bytes] = []
        self._rest = b""
        self._next_ms = 0

    def put(self, payload: bytes, timestamp_ms: int) -> tuple[int, int]:
        """How many whole frames there are then, and where the last ends. A time that goes back is ignored: the
        stream's clock only moves on."""
        if not self._rest and len(payload) == FRAME_SAMPLES:  # as carriers send it
            at_ms = timestamp_ms if timestamp_ms > self._next_ms else self._next_ms
            self._whole.append(payload)
            self._times.append(at_ms)
            self._next_ms = at_ms + FRAME_MS
        else:
            self._cut(payload, timestamp_ms)
        return len(self._times), self._next_ms

    def _cut(self, payload: bytes, timestamp_ms: int) -> None:
        at_ms = max(self._next_ms, timestamp_ms - len(self._rest) * FRAME_MS // FRAME_SAMPLES)
        joined = self._rest + payload
        whole = len(joined) // FRAME_SAMPLES
        self._next_ms = at_ms + whole * FRAME_MS
        self._times.extend(range(at_ms, self._next_ms, FRAME_MS))
        self._whole.append(joined[: whole * FRAME_SAMPLES])
        self._rest = joined[whole * FRAME_SAMPLES :]

    def take(self) -> tuple[Samples, Sequence[int]]:
        """The whole frames as rows of samples, and their times."""
        frames, times = mulaw_samples(b"".join(self._whole)).reshape(-1, FRAME_SAMPLES), self._times
        self._whole, self._times = [], []
        return frames, times


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
