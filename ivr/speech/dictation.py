"""A recorded conversation to words: each channel by itself, cut at its pauses, in any words that the model knows."""

from collections import deque
from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import Any, Final

import soundfile

from ivr.domain.hearing import Grammar
from ivr.errors import AudioError
from ivr.service.ports import Recognizer, Utterance
from ivr.speech.audio import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE, Samples
from ivr.speech.gate import VoiceGate

SPEAKERS: Final = ("customer", "agent")
"""By channel: what the customer said, and what they heard."""
IN_MEMORY_BYTES: Final = 4 * 1024 * 1024
BEFORE_FRAMES: Final = 15
"""Heard, too, before the first voiced frame: soft consonants begin there."""
PAUSE_FRAMES: Final = 700 // FRAME_MS
LONGEST_FRAMES: Final = 20_000 // FRAME_MS
"""Whoever talks on without a pause is written down in such pieces."""

Line = list[Any]
"""Speaker, second, words."""


def written_down(pieces: Iterable[bytes], recognizer: Recognizer, locale: str) -> list[Line]:
    """Who said what, in its order. Raises EngineUnavailable, or AudioError for what is no recording of two channels."""
    with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as file:
        for piece in pieces:
            file.write(piece)
        file.seek(0)
        try:
            lines = _heard(file, recognizer, locale)
        except (soundfile.LibsndfileError, ValueError, RuntimeError) as error:
            raise AudioError(f"the recording is no sound file ({type(error).__name__})") from error
    return sorted(lines, key=lambda line: int(line[1]))


def _heard(file: Any, recognizer: Recognizer, locale: str) -> list[Line]:
    grammar = Grammar(locale, "dictation", (), is_open=True)
    with soundfile.SoundFile(file) as sound:
        if (sound.channels, sound.samplerate) != (len(SPEAKERS), SAMPLE_RATE):
            raise AudioError(f"a recording has two channels of {SAMPLE_RATE} Hz, not {sound.channels}")
        sides = [_Side(name, lambda: recognizer.open(grammar)) for name in SPEAKERS]
        for block in sound.blocks(FRAME_SAMPLES, dtype="int16", always_2d=True, fill_value=0):
            for side, samples in zip(sides, block.T, strict=True):
                side.hear(samples.copy())
    return [line for side in sides for line in side.finished()]


class _Side:
    """One channel, frame by frame."""

    def __init__(self, name: str, begin: Callable[[], Utterance]) -> None:
        self._name, self._begin = name, begin
        self._gate = VoiceGate()
        self._before: deque[bytes] = deque(maxlen=BEFORE_FRAMES)
        self._utterance: Utterance | None = None
        self._at = self._began = self._voiced = self._quiet = 0
        self._lines: list[Line] = []

    def hear(self, frame: Samples) -> None:
        is_voiced, pcm = self._gate.is_voiced(frame), frame.astype("<i2").tobytes()
        self._at += 1
        self._before.append(pcm)
        self._quiet = 0 if is_voiced else self._quiet + 1
        if self._utterance is not None:
            self._utterance.feed(pcm)
            if self._quiet >= PAUSE_FRAMES or self._at - self._began >= LONGEST_FRAMES:
                self._end()
        elif is_voiced:
            self._utterance, self._began = self._begin(), self._at
            self._utterance.feed(b"".join(self._before))

    def finished(self) -> list[Line]:
        self._end()
        return self._lines

    def _end(self) -> None:
        utterance, self._utterance = self._utterance, None
        readings = utterance.finish() if utterance is not None else ()
        if readings:
            self._lines.append([self._name, self._began * FRAME_MS // 1000, readings[0].text])
