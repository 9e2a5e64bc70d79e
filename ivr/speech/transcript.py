"""One whole recorded answer to words: what the listener does with a stream, without a clock."""

import time
from dataclasses import dataclass
from typing import Final

from ivr.domain.hearing import Grammar, Hypothesis
from ivr.errors import EngineUnavailable
from ivr.speech.audio import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE, Samples
from ivr.speech.endpointing import SHORTEST_MS, SURE_MS
from ivr.speech.gate import VoiceGate
from ivr.speech.recognizers import Recognizers

_BEFORE_FRAMES: Final = 15
"""300 ms before the first voiced frame are heard, too: soft consonants begin there."""
_AFTER_FRAMES: Final = 10
_FED_FRAMES: Final = 25
DECODE_SECONDS: Final = 6.0
"""A carrier waits 15 s for a document (twilio.md 6), the fetching of the file included."""


@dataclass(frozen=True)
class Transcript:
    """What was said in a recording."""

    readings: tuple[Hypothesis, ...]
    was_said: bool
    """Whether anything was said at all, understood or not; a click or a cough is nothing."""
    engine: str
    audio_seconds: float
    """Of speech, pauses within it included."""
    decode_seconds: float


def transcribe(samples: Samples, recognizer: Recognizers, grammar: Grammar, *, alternatives: int) -> Transcript:
    """Hear samples of 8,000 Hz from the first word to the last. Raises EngineUnavailable, also for a slow engine.

    Pauses end nothing here: the carrier's silence has ended the answer already.
    """
    whole = len(samples) // FRAME_SAMPLES
    frames = samples[: whole * FRAME_SAMPLES].reshape(whole, FRAME_SAMPLES)
    gate = VoiceGate()
    voiced = [at for at, frame in enumerate(frames) if gate.is_voiced(frame)]
    voiced_ms, engine = len(voiced) * FRAME_MS, recognizer.engine_for(grammar.locale) or recognizer.engine
    if voiced_ms < SHORTEST_MS:
        return Transcript((), False, engine, 0.0, 0.0)
    said = frames[max(0, voiced[0] - _BEFORE_FRAMES) : voiced[-1] + 1 + _AFTER_FRAMES].reshape(-1)
    began = time.perf_counter()
    utterance = recognizer.open(grammar, alternatives=alternatives)
    for at in range(0, len(said), _FED_FRAMES * FRAME_SAMPLES):
        if time.perf_counter() > began + DECODE_SECONDS:
            raise EngineUnavailable(f"{engine} takes longer than a caller waits for an answer")
        utterance.feed(said[at : at + _FED_FRAMES * FRAME_SAMPLES].astype("<i2").tobytes())
    readings = utterance.finish()
    decode_seconds = time.perf_counter() - began
    was_said = bool(readings) or voiced_ms >= SURE_MS
    return Transcript(readings, was_said, engine, len(said) / SAMPLE_RATE, decode_seconds)
