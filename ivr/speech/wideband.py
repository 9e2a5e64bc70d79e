"""Telephone sound for a model that was trained on wideband speech: noise taken down, the missing upper band filled in.

A line carries nothing above 4 kHz; a wideband model takes that hole for the acoustics of other sounds. Each frame of a
short-time spectrum is cleaned by a Wiener gain (decision-directed, Ephraim and Malah 1984) and given an upper band of
noise as loud as the top of the line's own band, which is roughly what fricatives and breath are.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from ivr.speech.audio import SAMPLE_RATE, Samples

_FRAME: Final = 256
"""32 ms at 8,000 Hz."""
_HOP: Final = _FRAME // 2
_BINS: Final = _FRAME // 2 + 1
_WIDE_BINS: Final = _FRAME + 1
_WINDOW: Final = np.sqrt(np.hanning(_FRAME + 1)[:-1])
_WIDE_WINDOW: Final = np.sqrt(np.hanning(2 * _FRAME + 1)[:-1])
_FIRST_FRAMES: Final = 8
"""The noise is first measured in these; they lie before the onset of speech (the listener's pre-roll)."""
_QUIETEST: Final = 4
_SMOOTHING: Final = 0.98
_GAIN_FLOOR: Final = 0.3
"""At least so much of each frequency stays: less noise than this leaves tones that are heard as speech."""
_NOISE_RISE: Final = 1.002
_STILL_NOISE: Final = 2.0
_QUIETEST_POWER: Final = 1.0
_FREQUENCIES: Final = np.fft.rfftfreq(_FRAME, 1 / SAMPLE_RATE)
_TOP_BAND: Final = (_FREQUENCIES >= 2500) & (_FREQUENCIES <= 3800)
_FILLED: Final = slice(int(3900 / SAMPLE_RATE * _FRAME), _WIDE_BINS)
_FALL: Final = np.linspace(1.0, 10 ** (-6 / 20), _WIDE_BINS - int(3900 / SAMPLE_RATE * _FRAME))
"""The filled band falls by 6 dB to 8 kHz."""

Spectrum = npt.NDArray[np.complex128]
Power = npt.NDArray[np.float64]


def _breath(frames: int) -> Spectrum:
    """Spectra of noise with a mean power of 1, the same at each run."""
    random = np.random.default_rng(20261125)
    shape = (frames, _WIDE_BINS - int(3900 / SAMPLE_RATE * _FRAME))
    return np.asarray((random.standard_normal(shape) + 1j * random.standard_normal(shape)) / np.sqrt(2), np.complex128)


_BREATH: Final = _breath(257)


class _Noise:
    """The line's own noise, by frequency."""

    def __init__(self, first: list[Power]) -> None:
        quietest = sorted(first, key=lambda power: float(power.mean()))[:_QUIETEST]
        self.power = np.maximum(np.mean(quietest, axis=0), _QUIETEST_POWER)

    def learn(self, power: Power) -> None:
        """Follow the noise down at once, up slowly."""
        loudness = float(power.mean()) / float(self.power.mean())
        if loudness < _STILL_NOISE:
            share = 0.3 if loudness < 1.0 else 0.1
            self.power = np.maximum((1 - share) * self.power + share * power, _QUIETEST_POWER)
        else:
            self.power = self.power * _NOISE_RISE


class Widener:
    """8,000 to 16,000 Hz for one utterance: the same samples come out however the input is cut."""

    def __init__(self) -> None:
        self._waiting = np.zeros(_HOP, np.float64)
        self._first: list[Spectrum] = []
        self._noise: _Noise | None = None
        self._clean = np.full(_BINS, 0.1)
        self._overlap = np.zeros(2 * _HOP, np.float64)
        self._count = 0
        self._skip = 2 * _HOP

    def feed(self, samples: Samples) -> Samples:
        """Twice as many samples, less the delay of a frame; nothing before the noise has been measured."""
        self._waiting = np.concatenate([self._waiting, samples.astype(np.float64)])
        out: list[npt.NDArray[np.float64]] = []
        while len(self._waiting) >= _FRAME:
            out += self._take(np.fft.rfft(self._waiting[:_FRAME] * _WINDOW))
            self._waiting = self._waiting[_HOP:]
        return self._whole(out)

    def flush(self) -> Samples:
        """The samples still inside; the utterance is over."""
        rest = self.feed(np.zeros(_FRAME, np.int16))
        out = [] if self._noise else self._begin()
        return np.concatenate([rest, self._whole(out)])

    def _take(self, spectrum: Spectrum) -> list[npt.NDArray[np.float64]]:
        if self._noise is not None:
            return [self._widened(spectrum, self._noise)]
        self._first.append(spectrum)
        return self._begin() if len(self._first) >= _FIRST_FRAMES else []

    def _begin(self) -> list[npt.NDArray[np.float64]]:
        noise = self._noise = _Noise([np.abs(spectrum) ** 2 for spectrum in self._first])
        first, self._first = self._first, []
        return [self._widened(spectrum, noise) for spectrum in first]

    def _widened(self, spectrum: Spectrum, noise: _Noise) -> npt.NDArray[np.float64]:
        """The next half frame at 16,000 Hz."""
        wide = np.zeros(_WIDE_BINS, np.complex128)
        clean = spectrum * self._gain(np.abs(spectrum) ** 2, noise)
        wide[:_BINS] = clean
        loudness = np.sqrt(np.mean(np.abs(clean[_TOP_BAND]) ** 2))
        wide[_FILLED] = _BREATH[self._count % len(_BREATH)] * loudness * _FALL
        self._count += 1
        frame = np.fft.irfft(wide) * 2 * _WIDE_WINDOW
        half = frame[: 2 * _HOP] + self._overlap
        self._overlap = frame[2 * _HOP :]
        return np.asarray(half, np.float64)

    def _gain(self, power: Power, noise: _Noise) -> Power:
        ratio = power / noise.power
        prior = _SMOOTHING * self._clean + (1 - _SMOOTHING) * np.maximum(ratio - 1, 0)
        gain = np.maximum(prior / (1 + prior), _GAIN_FLOOR)
        self._clean = gain**2 * ratio
        noise.learn(power)
        return np.asarray(gain, np.float64)

    def _whole(self, halves: list[npt.NDArray[np.float64]]) -> Samples:
        joined = np.concatenate(halves) if halves else np.zeros(0)
        kept = joined[self._skip :]
        self._skip -= min(self._skip, len(joined))
        return np.clip(np.rint(kept), -32768, 32767).astype(np.int16)
