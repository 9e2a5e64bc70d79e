"""What a listener tells the call: everything that was heard on the caller's side. Times in ms of the stream."""

from dataclasses import dataclass

from ivr.domain.hearing import Hypothesis


@dataclass(frozen=True)
class SpeechStarted:
    """The gate opened: the caller is probably talking."""

    at_ms: int
    token: object


@dataclass(frozen=True)
class SpeechSure:
    """It is surely speech: a prompt may be stopped for it."""

    at_ms: int
    token: object
    level: float = 0.0
    """RMS of its voiced frames so far; 0: not measured."""


@dataclass(frozen=True)
class Heard:
    """A turn ended with at least one reading."""

    hypotheses: tuple[Hypothesis, ...]
    token: object
    started_ms: int
    ended_ms: int
    """The last voiced frame's end: the silence that ended the turn comes after it."""
    audio_seconds: float
    engine: str
    decode_seconds: float
    """Time spent in the recogniser for this utterance, most of it while the caller was talking."""
    cut: bool = False
    """The caller was still talking when the turn's longest time was over."""
    level: float = 0.0
    """RMS of its voiced frames; 0: not measured."""


@dataclass(frozen=True)
class FalseStart:
    """The gate opened for a click, a cough or our own echo: too short to be a word, or nothing was heard in it."""

    token: object
    started_ms: int
    ended_ms: int


@dataclass(frozen=True)
class Rejected:
    """The caller surely said something, but no reading of it fits the grammar: a no-match."""

    token: object
    started_ms: int
    ended_ms: int
    audio_seconds: float
    engine: str
    level: float = 0.0


@dataclass(frozen=True)
class HearingFailed:
    """The recogniser, the grammar or the caller's own code failed; the call goes on."""

    token: object
    code: str
    reason: str


ListenEvent = SpeechStarted | SpeechSure | Heard | FalseStart | Rejected | HearingFailed
