"""Is this 20 ms of the line voiced? Comfort noise, line noise and key tones are not."""

import math
from collections import deque
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import webrtcvad

from ivr.speech.audio import FRAME_SAMPLES, SAMPLE_RATE, Samples
from ivr.speech.levels import QUIETEST_RMS

_MODE: Final = 2
_ABOVE_FLOOR: Final = 2.0
"""Speech is twice as loud as the line's own noise (6 dB)."""
_FLOOR_FRAMES: Final = 150
"""The noise is measured over 3 s: in so long a stretch of speech there are pauses."""
_FLOOR_QUANTILE: Final = 0.1
_FLOOR_EVERY: Final = 5
_FLOOR_LATER_EVERY: Final = 15
"""Once it was measured for so long it moves slowly."""
_TONE_SHARE: Final = 0.8
"""A key tone holds this share of its frame's energy in one low and one high frequency (ITU-T Q.23)."""
_TWIST: Final = 10.0
"""The louder of the two tones has at most so many times the energy of the other."""
_LOW_TONES: Final = (697, 770, 852, 941)
_HIGH_TONES: Final = (1209, 1336, 1477, 1633)

ONSET_WINDOW: Final = 5
ONSET_VOICED: Final = 3
"""Speech begins when 3 of 5 frames are voiced."""


def _probe(frequencies: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Rows that pick one frequency each out of a frame (Goertzel as a matrix): cosines, then sines."""
    turns = np.outer(frequencies, np.arange(FRAME_SAMPLES) / SAMPLE_RATE)
    return np.concatenate([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)]).astype(np.float32)


_TONES: Final = len(_LOW_TONES + _HIGH_TONES)
_PROBE: Final = _probe(_LOW_TONES + _HIGH_TONES)


class VoiceGate:
    """Says of each frame whether it is voiced; adapts to the noise of its line. One per call."""

    def __init__(self) -> None:
        self._vad = webrtcvad.Vad(_MODE)
        self._recent: deque[float] = deque(maxlen=_FLOOR_FRAMES)
        self._threshold = QUIETEST_RMS
        self._count = 0

    def is_voiced(self, frame: Samples) -> bool:
        """Whether a frame of 160 samples is speech."""
        return self.voiced(frame.reshape(1, -1))[0]

    def voiced(self, frames: Samples) -> list[bool]:
        """Whether each row of 160 samples is speech, in their order."""
        return list(map(self._is_voiced, frames, frames.astype(np.float32)))

    def _is_voiced(self, frame: Samples, wide: npt.NDArray[np.float32]) -> bool:
        rms = math.sqrt(wide.dot(wide) / FRAME_SAMPLES)
        self._learn(rms)
        # The detector hears the quiet too, or it never learns this line's noise and drops the ends of soft words.
        voiced = self._vad.is_speech(frame.tobytes(), SAMPLE_RATE)
        return bool(voiced) and rms >= self._threshold and not is_key_tone(wide)

    def _learn(self, rms: float) -> None:
        self._recent.append(rms)
        self._count += 1
        if self._count % (_FLOOR_EVERY if self._count < _FLOOR_FRAMES else _FLOOR_LATER_EVERY) == 0:
            ordered = sorted(self._recent)
            floor = ordered[int(len(ordered) * _FLOOR_QUANTILE)]
            self._threshold = max(QUIETEST_RMS, _ABOVE_FLOOR * floor)


def is_key_tone(frame: Samples | npt.NDArray[np.float32]) -> bool:
    """Whether the frame is a DTMF tone: almost all of its energy in one low and one high frequency."""
    wide = np.asarray(frame, np.float32)
    total = float(wide.dot(wide)) * len(wide) / 2
    parts = (_PROBE @ wide) ** 2
    energies: list[float] = (parts[:_TONES] + parts[_TONES:]).tolist()
    low, high = max(energies[: len(_LOW_TONES)]), max(energies[len(_LOW_TONES) :])
    if total <= 0 or low + high < _TONE_SHARE * total:
        return False
    return max(low, high) <= _TWIST * min(low, high)


class Onset:
    """Finds where speech begins in a run of voiced and unvoiced frames."""

    def __init__(self) -> None:
        self._window: deque[bool] = deque(maxlen=ONSET_WINDOW)

    def take(self, voiced: bool) -> bool:
        """Whether speech has begun with this frame."""
        self._window.append(voiced)
        return sum(self._window) >= ONSET_VOICED

    def pass_by(self, unvoiced: Iterable[bool]) -> None:
        """Frames with which no speech begins."""
        self._window.extend(unvoiced)

    def reset(self) -> None:
        """Forget the frames so far."""
        self._window.clear()
