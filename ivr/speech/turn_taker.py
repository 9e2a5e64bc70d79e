"""Takes turns: onset, words while they are spoken, the silence that ends them. Runs in one thread at a time."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from ivr.domain.hearing import Grammar, Pace
from ivr.service.ports import Recognizer, Utterance
from ivr.speech.audio import FRAME_MS, SAMPLE_RATE, Samples
from ivr.speech.endpointing import LOOK_AHEAD_MS, PATIENCE, SHORTEST_MS, SURE_MS
from ivr.speech.events import FalseStart, Heard, ListenEvent, Rejected, SpeechStarted, SpeechSure
from ivr.speech.gate import Onset

_PRE_ROLL_FRAMES: Final = 15
_FRAMES_PER_DECODE: Final = 5
"""The recogniser is fed 100 ms at a time."""
_ASK_AGAIN_MS: Final = 200
"""When nobody was listening at the onset, ask again after so much of the stream."""


@dataclass(frozen=True)
class Listening:
    """What the present turn expects of the caller."""

    grammar: Grammar
    pace: Pace
    alternatives: int
    complete: Callable[[str], bool]
    """Whether this text answers the question, so that the turn may end early; called in a worker thread."""
    token: object
    """The caller's turn number: comes back in every event."""
    enough: Callable[[str], bool] = lambda text: False
    """Whether a text that is not complete may be the whole answer, so that the turn need not wait for its longest."""


class Frame(NamedTuple):
    """20 ms of the line."""

    samples: Samples
    at_ms: int
    voiced: bool
    is_echo: bool = False
    """Sound, but our own."""

    @property
    def end_ms(self) -> int:
        """Where the frame ends."""
        return self.at_ms + FRAME_MS


class _Turn:
    """One utterance in progress."""

    def __init__(self, listening: Listening, utterance: Utterance, *, first: Frame, onset: Frame) -> None:
        self.listening, self.utterance = listening, utterance
        self.patience = PATIENCE[listening.pace]
        self.first_ms, self.started_ms = first.at_ms, onset.at_ms
        self.ended_ms = onset.end_ms
        self.voiced_ms = self.echo_ms = 0
        self.surely_ms = 0
        """Voiced, less twice what was echo: when this is long enough, somebody speaks."""
        self.samples = 0
        self._power = 0.0
        self.decode_seconds = 0.0
        self.sure = False
        self._waiting: list[Samples] = []
        self._complete: bool | None = None
        """Whether the text so far answers the question; None: not known since the last voiced frame."""
        self._enough = False

    def take(self, frame: Frame) -> None:
        """Keep the frame; decode when 100 ms are there. After `is_over` has looked, silence is not decoded."""
        if frame.voiced:
            self.voiced_ms += FRAME_MS
            self.surely_ms += FRAME_MS
            self._power += float(np.square(frame.samples, dtype=np.float64).mean())
            self.ended_ms = frame.end_ms
            self._complete = None
        elif frame.is_echo:
            self.echo_ms += FRAME_MS
            self.surely_ms = max(0, self.surely_ms - 2 * FRAME_MS)
        self._waiting.append(frame.samples)
        if self._complete is None and len(self._waiting) >= _FRAMES_PER_DECODE:
            self._decode()

    def is_over(self, now_ms: int) -> bool:
        """Whether the silence at this time of the stream ends the turn."""
        silence_ms = now_ms - self.ended_ms
        if self._complete is None and silence_ms >= self.patience.complete_ms - LOOK_AHEAD_MS:
            self._complete = self._answers()
        if silence_ms < self.patience.complete_ms:
            return False
        return bool(self._complete) or silence_ms >= (
            self.patience.enough_ms if self._enough else self.patience.open_ms
        )

    def is_too_long(self, now_ms: int) -> bool:
        """Whether the caller has talked for the longest time."""
        return now_ms - self.started_ms >= self.patience.longest_ms

    def conclude(self, engine: str, *, cut: bool) -> ListenEvent:
        """What was heard. After a look at a silence no more audio is decoded, so this is quick."""
        if self._complete is None:
            self._decode()
        began = time.perf_counter()
        readings = self.utterance.finish()
        self.decode_seconds += time.perf_counter() - began
        span = (self.listening.token, self.started_ms, self.ended_ms)
        seconds = self.samples / SAMPLE_RATE
        if self.voiced_ms < SHORTEST_MS or self.echo_ms > self.voiced_ms or not (readings or self.sure):
            return FalseStart(*span)
        if not readings:
            return Rejected(*span, seconds, engine, self.level)
        return Heard(readings, *span, seconds, engine, self.decode_seconds, cut, self.level)

    @property
    def level(self) -> float:
        """RMS of the voiced frames so far."""
        return float(np.sqrt(self._power * FRAME_MS / self.voiced_ms)) if self.voiced_ms else 0.0

    def _answers(self) -> bool:
        self._decode()
        began = time.perf_counter()
        text = self.utterance.partial()
        self.decode_seconds += time.perf_counter() - began
        complete = bool(text) and self.listening.complete(text)
        self._enough = bool(text) and not complete and self.listening.enough(text)
        return complete

    def _decode(self) -> None:
        began = time.perf_counter()
        if self._waiting:
            joined = np.concatenate(self._waiting)
            self.samples += len(joined)
            self.utterance.feed(joined.astype("<i2", copy=False).tobytes())
        self._waiting = []
        self.decode_seconds += time.perf_counter() - began


class TurnTaker:
    """Makes turns of frames: asks what is expected at each onset, tells what was heard."""

    def __init__(
        self,
        ask: Callable[[], Listening | None],
        tell: Callable[[ListenEvent], None],
        recognizer: Recognizer,
    ) -> None:
        self._ask, self._tell, self._recognizer = ask, tell, recognizer
        self._onset = Onset()
        self._before: deque[Frame] = deque(maxlen=_PRE_ROLL_FRAMES)
        self._turn: _Turn | None = None
        self._deaf_until_ms = 0

    def take(self, frame: Frame) -> None:
        """The next frame, in the order of the stream."""
        if self._turn is None:
            self._await_onset(frame)
        else:
            self._follow(self._turn, frame)

    def take_all(self, frames: Iterable[Frame]) -> None:
        """Several frames, in order."""
        for frame in frames:
            self.take(frame)

    def abandon(self) -> None:
        """The call is over: end the utterance in progress and tell nobody."""
        if self._turn is not None:
            self._turn.utterance.finish()
        self._rearm()

    def drop(self) -> object:
        """Something broke: forget the utterance in progress; its token, or None."""
        turn = self._turn
        self._rearm()
        return turn.listening.token if turn is not None else None

    def _rearm(self) -> None:
        self._turn = None
        self._onset.reset()
        self._before.clear()

    def _await_onset(self, frame: Frame) -> None:
        self._before.append(frame)
        if self._onset.take(frame.voiced) and frame.at_ms >= self._deaf_until_ms:
            self._begin(frame)

    def _begin(self, frame: Frame) -> None:
        listening = self._ask()
        if listening is None:
            self._deaf_until_ms = frame.at_ms + _ASK_AGAIN_MS
            return
        frames = tuple(self._before)
        utterance = self._recognizer.open(listening.grammar, alternatives=listening.alternatives)
        voiced = next(x for x in frames if x.voiced)
        self._turn = _Turn(listening, utterance, first=frames[0], onset=voiced)
        self._tell(SpeechStarted(voiced.at_ms, listening.token))
        for earlier in frames:
            self._turn.take(earlier)

    def _follow(self, turn: _Turn, frame: Frame) -> None:
        turn.take(frame)
        if not turn.sure and turn.surely_ms >= SURE_MS:
            turn.sure = True
            self._tell(SpeechSure(frame.end_ms, turn.listening.token, turn.level))
        cut = turn.is_too_long(frame.end_ms)
        if cut or turn.is_over(frame.end_ms):
            self._conclude(turn, cut=cut)

    def _conclude(self, turn: _Turn, *, cut: bool) -> None:
        event = turn.conclude(_engine_of(self._recognizer, turn.listening.grammar.locale), cut=cut)
        self._rearm()
        self._tell(event)


def _engine_of(recognizer: Recognizer, locale: str) -> str:
    """The engine that hears the locale, where several share the port."""
    engine_for = getattr(recognizer, "engine_for", None)
    return str(engine_for(locale)) if engine_for else recognizer.engine
