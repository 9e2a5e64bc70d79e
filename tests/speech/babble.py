"""Made speech: syllables of a buzz whose formants wander, with gaps. Two seeds are two people with different words."""

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float64]
RATE = 8000


def babble(seconds: float, seed: int, *, rms: float = 2000.0) -> Sound:
    """Somebody talks for so long."""
    random = np.random.default_rng(seed)
    parts: list[Sound] = []
    while sum(map(len, parts)) < seconds * RATE:
        parts.append(_syllable(random.uniform(0.09, 0.26), random.uniform(95, 230), random))
        parts.append(np.zeros(int(random.choice([0.02, 0.06, 0.25]) * RATE)))
    sound = np.concatenate(parts)[: int(seconds * RATE)]
    return sound * (rms / np.sqrt(np.mean(np.square(sound))))


def _syllable(seconds: float, pitch: float, random: np.random.Generator) -> Sound:
    at = np.arange(int(seconds * RATE)) / RATE
    centres = random.uniform((300, 850, 2100), (850, 2000, 3000))
    moves = random.uniform(-600, 600, 3)[:, None] * at
    sound = np.zeros(len(at))
    for harmonic in range(1, int(3500 / pitch)):
        off = (pitch * harmonic - centres[:, None] - moves) / 110
        sound += np.sin(2 * np.pi * pitch * harmonic * at) * (1 / (1 + off**2)).sum(axis=0)
    return sound * np.sin(np.pi * np.arange(len(at)) / len(at)) ** 0.5 * random.uniform(0.5, 1.0)


def in_a_room(sound: Sound, *, seed: int = 1) -> Sound:
    """As a microphone across a desk takes it: the direct sound and 60 ms of a room."""
    taps = np.random.default_rng(seed).normal(0, 1, 960) * np.exp(-np.arange(960) / 160)
    taps[0] = 3.0
    return np.convolve(sound, taps / np.sqrt(np.square(taps).sum()))[: len(sound)]
