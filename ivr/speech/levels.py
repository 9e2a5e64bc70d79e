"""How loud speech is, and what evens it: callers hold their telephones near or far."""

from typing import Final

import numpy as np

from ivr.speech.audio import Samples

EVEN_RMS: Final = 3000.0
"""The level of the loud half of speech that recognisers are given (-21 dBFS)."""
QUIETEST_RMS: Final = 40.0
"""Below this nothing is speech (-58 dBFS); Twilio's comfort noise has an RMS of about 12."""
_MOST_GAIN: Final = 8.0
"""18 dB: more would lift the line's own noise to the level of speech."""
_STEP: Final = 160
_QUIETEST_SHARE: Final = 1e-3
"""Power below the loudest step's, 30 dB: what is quieter is no speech."""


def loudness(samples: Samples) -> float:
    """RMS of the louder half."""
    power = np.sort(samples.astype(np.float64) ** 2)[len(samples) // 2 :]
    return float(np.sqrt(power.mean())) if len(power) else 0.0


def gain_for(rms: float) -> float:
    """What brings speech of this loudness to the even level; 1 for silence."""
    return min(EVEN_RMS / rms, _MOST_GAIN) if rms >= QUIETEST_RMS else 1.0


def scaled(samples: Samples, gain: float) -> Samples:
    """The samples so many times as loud, clipped."""
    return np.asarray(np.clip(np.rint(samples * gain), -32768, 32767), np.int16)


def loud_parts(samples: Samples) -> Samples:
    """The steps of 160 samples that are not much quieter than the loudest; all of a short piece."""
    count = len(samples) // _STEP
    if not count:
        return samples
    steps = samples[: count * _STEP].reshape(count, _STEP)
    power = (steps.astype(np.float64) ** 2).mean(axis=1)
    return np.ascontiguousarray(steps[power >= _QUIETEST_SHARE * power.max()].reshape(-1))
