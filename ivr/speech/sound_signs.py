"""What a sound shows, whatever words were found in it: where it is loud, how it stands out, how much it changes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ivr.speech.audio import Samples

_RATE: Final = 16_000
_WINDOWS_PER_SECOND: Final = 40
STEPS_PER_SECOND: Final = 100
"""As the decoders' frames."""
STEP: Final = _RATE // STEPS_PER_SECOND
"""Samples of a step at 16,000 Hz."""
_FFT: Final = 512
"""At 16,000 Hz."""
_LOWEST_BIN: Final = 8
_BANDS: Final = 28
_BINS_A_BAND: Final = 4
_USED_BINS: Final = slice(_LOWEST_BIN, _LOWEST_BIN + _BANDS * _BINS_A_BAND)
"""28 bands of 125 Hz from 250 to 3,750 Hz: what a telephone carries."""
_QUIET_POWER: Final = 1e3
"""At 16,000 Hz; half the samples have a quarter of the power."""
_LOUD_SHARE: Final = 0.35
_LOUD_DB: Final = 6.0
"""Loud is what is over a third of the way from the quiet to the loudest, and 6 dB at the least."""
_APART: Final = 3

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SoundSigns:
    """One utterance's sound."""

    loud: npt.NDArray[np.bool_]
    """Of each step of 10 ms."""
    contrast_db: float
    """From the quiet to the loudest."""
    change_db: float
    """Between a band and the same band 20 ms later, while it is loud. Held notes change little, noise much."""
    likeness: float
    """Of the spectrum and that of 30 ms later, 0 to 1, while it is loud. Music stays like itself longer than speech."""


class SoundMeter:
    """Measures while audio comes, so that the end of a turn waits only for the sums."""

    def __init__(self, rate: int = _RATE) -> None:
        """16,000 or 8,000 Hz, which show the same: a telephone carries no more."""
        self._rest: Floats = np.zeros(0)
        self._levels: list[Floats] = []
        self._window = np.hanning(rate // _WINDOWS_PER_SECOND)
        self._step, self._fft = rate // STEPS_PER_SECOND, _FFT * rate // _RATE
        self._gain = (_RATE / rate) ** 2

    def add(self, samples: Samples) -> None:
        """The next samples."""
        self._rest = np.concatenate([self._rest, samples])
        count = (len(self._rest) - len(self._window)) // self._step + 1
        if count <= 0:
            return
        frames = np.lib.stride_tricks.sliding_window_view(self._rest, len(self._window))[:: self._step]
        bins = np.fft.rfft(frames[:count] * self._window, self._fft)[:, _USED_BINS]
        power = self._gain * (np.square(bins.real) + np.square(bins.imag))
        self._levels.append(10 * np.log10(power.reshape(count, _BANDS, _BINS_A_BAND).sum(axis=2) + _QUIET_POWER))
        self._rest = self._rest[count * self._step :]

    def signs(self) -> SoundSigns | None:
        """What all of it shows; None for less than a tenth of a second."""
        if sum(map(len, self._levels)) < 10:
            return None
        bands = np.concatenate(self._levels)
        level = 10 * np.log10((10 ** (bands / 10)).sum(axis=1))
        quiet, peak = np.quantile(level, (0.1, 0.95))
        loud = level > quiet + max(_LOUD_SHARE * (peak - quiet), _LOUD_DB)
        if not loud.any():
            loud = level >= np.median(level)
        change = np.abs(bands[2:] - bands[:-2]).mean(axis=1)
        return SoundSigns(loud, float(peak - quiet), _mean(change, loud[1:-1]), _mean(_likeness(bands), loud[_APART:]))


def _likeness(bands: Floats) -> Floats:
    shape = bands - bands.mean(axis=1, keepdims=True)
    shape /= np.sqrt((shape**2).sum(axis=1, keepdims=True)) + 1e-9
    return np.asarray((shape[_APART:] * shape[:-_APART]).sum(axis=1), np.float64)


def _mean(values: Floats, where: npt.NDArray[np.bool_]) -> float:
    return float(values[where].mean()) if where.any() else float(values.mean())
