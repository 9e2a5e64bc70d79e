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
_WINDOW: Final = np.sqrt(np.hanning(_FRAME + 1)[:-1]).astype(np.float32)
_WIDE_WINDOW: Final = np.sqrt(np.hanning(2 * _FRAME + 1)[:-1]).astype(np.float32)
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
_FALL: Final = np.linspace(1.0, 10 ** (-6 / 20), _WIDE_BINS - int(3900 / SAMPLE_RATE * _FRAME), dtype=np.float32)
"""The filled band falls by 6 dB to 8 kHz."""

Spectrum = npt.NDArray[np.complex64]
Power = npt.NDArray[np.float32]


def _breath(frames: int) -> Spectrum:
    """Spectra of noise with a mean power of 1, the same at each run."""
    random = np.random.default_rng(20261125)
    shape = (frames, _WIDE_BINS - int(3900 / SAMPLE_RATE * _FRAME))
    return np.asarray((random.standard_normal(shape) + 1j * random.standard_normal(shape)) / np.sqrt(2), np.complex64)


_BREATH: Final = _breath(257)


def _power(spectra: Spectrum) -> Power:
    return np.asarray(spectra.real**2 + spectra.imag**2, np.float32)


class _Noise:
    """The line's own noise, by frequency."""

    def __init__(self, first: list[Power]) -> None:
        quietest = sorted(first, key=lambda power: float(power.mean()))[:_QUIETEST]
        self.power = np.maximum(np.mean(quietest, axis=0), _QUIETEST_POWER)
        self._sum = float(np.add.reduce(self.power))

    def learn(self, power: Power, sum_of_power: float) -> None:
        """Follow the noise down at once, up slowly."""
        loudness = sum_of_power / self._sum
        if loudness >= _STILL_NOISE:
            self.power *= _NOISE_RISE
            self._sum *= _NOISE_RISE
            return
        share = 0.3 if loudness < 1.0 else 0.1
        self.power *= 1 - share
        self.power += share * power
        np.maximum(self.power, _QUIETEST_POWER, out=self.power)
        self._sum = float(np.add.reduce(self.power))


class Widener:
    """8,000 to 16,000 Hz for one utterance: the same samples come out however the input is cut."""

    def __init__(self) -> None:
        self._waiting = np.zeros(_HOP, np.float32)
        self._first = np.zeros((0, _BINS), np.complex64)
        self._noise: _Noise | None = None
        self._clean = np.full(_BINS, 0.1, np.float32)
        self._overlap = np.zeros(2 * _HOP, np.float32)
        self._count = 0
        self._skip = 2 * _HOP

    def feed(self, samples: Samples) -> Samples:
        """Twice as many samples, less the delay of a frame; nothing before the noise has been measured."""
        self._waiting = np.concatenate([self._waiting, samples])
        count = len(self._waiting) // _HOP
        halves = self._waiting[: count * _HOP].reshape(count, _HOP)
        self._waiting = self._waiting[(count - 1) * _HOP :]
        spectra = np.asarray(np.fft.rfft(np.concatenate([halves[:-1], halves[1:]], axis=1) * _WINDOW), np.complex64)
        if self._noise is None:
            self._first = np.concatenate([self._first, spectra])
            return self._begin() if len(self._first) >= _FIRST_FRAMES else np.zeros(0, np.int16)
        return self._widened(spectra, self._noise)

    def flush(self) -> Samples:
        """The samples still inside; the utterance is over."""
        rest = self.feed(np.zeros(_FRAME, np.int16))
        return rest if self._noise else np.concatenate([rest, self._begin()])

    def _begin(self) -> Samples:
        first, self._first = self._first, self._first[:0]
        self._noise = _Noise(list(_power(first[:_FIRST_FRAMES])))
        return self._widened(first, self._noise)

    def _widened(self, spectra: Spectrum, noise: _Noise) -> Samples:
        """The next half frames at 16,000 Hz: many at once, for each call of NumPy costs as much as its arithmetic."""
        clean = spectra * self._gains(_power(spectra), noise)
        wide = np.zeros((len(spectra), _WIDE_BINS), np.complex64)
        wide[:, :_BINS] = clean
        loudness = np.sqrt(_power(clean[:, _TOP_BAND]).mean(axis=1, keepdims=True))
        breath = _BREATH[(self._count + np.arange(len(spectra))) % len(_BREATH)]
        wide[:, _FILLED] = breath * loudness * _FALL
        self._count += len(spectra)
        frames = np.asarray(np.fft.irfft(wide), np.float32) * 2 * _WIDE_WINDOW
        before = np.concatenate([self._overlap[None], frames[:, 2 * _HOP :]])
        self._overlap = before[-1]
        return self._whole((frames[:, : 2 * _HOP] + before[:-1]).reshape(-1))

    def _gains(self, powers: Power, noise: _Noise) -> Power:
        """Of each frame, from what was left of the one before."""
        gains, before = np.empty_like(powers), self._clean
        for power, gain, loudness in zip(powers, gains, powers.sum(axis=1).tolist(), strict=True):
            ratio = power / noise.power
            prior = (1 - _SMOOTHING) * np.maximum(ratio - 1, 0)
            prior += _SMOOTHING * before
            np.divide(prior, 1 + prior, out=gain)
            np.maximum(gain, _GAIN_FLOOR, out=gain)
            before = gain * gain
            before *= ratio
            noise.learn(power, loudness)
        self._clean = before
        return gains

    def _whole(self, wide: Power) -> Samples:
        kept = wide[self._skip :]
        self._skip -= min(self._skip, len(wide))
        return np.clip(np.rint(kept), -32768, 32767).astype(np.int16)
