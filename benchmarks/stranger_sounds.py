"""Sounds that nobody recorded: coughs and knocks, chords, a room where all talk. Equal seeds, equal samples."""

import random
from typing import Any

import numpy as np
from accuracy_clips import RATE

from ivr.carrier.voice import speak, voices

OVERHEARD = (
    "i told you the other day",
    "so what happened then",
    "no that is not true at all",
    "we should really go there",
    "he never said anything about it",
    "maybe next summer",
    "and then she laughed",
    "it costs too much money",
    "wie geht es dir heute",
    "que tal si vamos manana",
    "les enfants jouent dehors",
)


def bursts(seed: int) -> Any:
    """One to three bursts of noise through a throat: 0.1 to 0.5 s, one broad band, some of them rough."""
    chance = np.random.default_rng(100 + seed)
    parts = [part for _ in range(chance.integers(1, 4)) for part in (_burst(chance), _pause(chance))]
    return np.concatenate(parts).astype(np.int16)


def _burst(chance: np.random.Generator) -> Any:
    count = int(RATE * chance.uniform(0.12, 0.5))
    at, middle, width = np.fft.rfftfreq(count, 1 / RATE), chance.uniform(300, 1800), chance.uniform(200, 1200)
    shape = np.exp(-(((at - middle) / width) ** 2)) + 0.15 * np.exp(-(((at - 2.3 * middle) / width) ** 2))
    sound = np.fft.irfft(np.fft.rfft(chance.normal(0, 1, count)) * shape, count)
    sound *= np.minimum(1, np.arange(count) / (0.02 * RATE)) * np.exp(
        -np.arange(count) / (count * chance.uniform(0.2, 0.6))
    )
    if chance.random() < 0.5:
        sound *= 0.6 + 0.4 * np.sign(np.sin(2 * np.pi * chance.uniform(60, 140) * np.arange(count) / RATE))
    return sound / np.abs(sound).max() * chance.uniform(2000, 14000)


def _pause(chance: np.random.Generator) -> Any:
    return np.zeros(int(RATE * chance.uniform(0.05, 0.3)))


def chords(seed: int) -> Any:
    """Four to nine chords of three notes with five partials."""
    chance = np.random.default_rng(100 + seed)
    return np.concatenate([_chord(chance) for _ in range(chance.integers(4, 10))]).astype(np.int16)


def _chord(chance: np.random.Generator) -> Any:
    at = np.arange(int(RATE * chance.uniform(0.25, 0.8))) / RATE
    root = 110 * 2 ** (chance.integers(0, 24) / 12)
    notes = [root * 2 ** (step / 12) for step in chance.choice([0, 3, 4, 7, 10, 12, 16], 3, replace=False)]
    partials = [(note * n, n) for note in notes for n in range(1, 6) if note * n < 3600]
    sound = sum(
        np.sin(2 * np.pi * hertz * at + chance.uniform(0, 6)) / n ** chance.uniform(0.7, 1.6) for hertz, n in partials
    )
    sound *= np.exp(-at * chance.uniform(0.3, 4)) * np.minimum(1, at / 0.01)
    return sound / np.abs(sound).max() * chance.uniform(3000, 9000)


def babble(seed: int) -> Any:
    """Three to five voices at once for two to four seconds."""
    chance = random.Random(seed)
    count = RATE * chance.randrange(2, 5)
    total = sum(_voice(chance, count) for _ in range(chance.randrange(3, 6)))
    return np.clip(total, -30000, 30000).astype(np.int16)


def _voice(chance: random.Random, count: int) -> Any:
    text = f"{chance.choice(OVERHEARD)}. {chance.choice(OVERHEARD)}"
    locale, rate = chance.choice(("en-US", "en-GB", "de-DE", "es-ES")), chance.choice((140, 170, 200))
    samples = np.frombuffer(speak(text, locale, voice=chance.choice(voices(locale)), rate=rate), "<i2").astype(float)
    return np.resize(samples, count) * chance.uniform(0.2, 0.6)
