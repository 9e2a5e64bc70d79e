"""The recordings of accuracy.py, and the telephone line that carries them."""

import csv
import json
import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import soundfile

RATE = 8000
QUIET = np.random.default_rng(1).normal(0, 12, 4000).astype(np.int16)
"""A line between words is never digitally silent; a call does not begin with the first sample of a word."""
LONGEST_SECONDS = 10
FOLDERS = {
    "coffee": ("en_coffee_orders",),
    "digits": ("en_digits",),
    "prompts": ("en_prompts",),
}
DOUBTFUL_TEXT = re.compile(r"[\[\]()…]|\.\.\.")
"""The Asterisk list describes some sounds instead of writing down what is said."""


@dataclass(frozen=True)
class Clip:
    """Where 8,000 Hz speech is, and what it means."""

    name: str
    part: str
    locale: str
    slots: tuple[tuple[str, str], ...]
    path: Path
    text: str = ""

    def sound(self) -> Any:
        """The samples."""
        samples, rate = soundfile.read(self.path, dtype="int16")
        assert rate == RATE, f"{self.path}: {rate} Hz"
        return samples


def recordings(data: Path, part: str, limit: int) -> list[Clip]:
    """The clips of one part, in the manifest's order, evenly thinned to the limit."""
    return thinned([clip for row in rows(data) if (clip := clip_of(data, row, part))], limit)


def thinned(found: list[Any], limit: int) -> list[Any]:
    """About so many, from all over the list."""
    return found[:: max(1, len(found) // limit)] if limit else found


def rows(data: Path) -> list[dict[str, str]]:
    """The manifest."""
    with (data / "manifest.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def clip_of(data: Path, row: dict[str, str], part: str) -> Clip | None:
    """A row of the manifest, if it belongs to the part and its text is what is said."""
    if row["path"].partition("/")[0] not in FOLDERS[part]:
        return None
    text = plain(row["text"])
    if part == "prompts" and (not 2 <= len(text.split()) <= 8 or DOUBTFUL_TEXT.search(row["text"])):
        return None
    slots = json.loads(row["note"]) if part == "coffee" else {"value": row["text"]} if part == "digits" else {}
    return Clip(row["path"], part, "en-US", tuple(sorted(slots.items())), data / row["path"], text)


def plain(text: str) -> str:
    """Lower-case words without punctuation."""
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower().replace("-", " ")).split())


def noises(data: Path) -> Iterator[Path]:
    """A room full of people, and hold music."""
    yield data / "sounds" / "office-ambience-24000-mono.flac"
    yield data / "sounds" / "moh_fpm-calm-river.flac"


class Sound(Protocol):
    """Anything that can be heard."""

    name: str

    def sound(self) -> Any: ...


def on_the_line(clip: Sound, noise: Path | None, snr_db: float) -> Any:
    """Half a second of quiet line, the speech, half a second more; with noise below the speech by so many decibels."""
    samples = np.concatenate([QUIET, clip.sound(), QUIET])
    return samples if noise is None else mixed(samples, noise, snr_db, zlib.crc32(clip.name.encode()))


def mixed(samples: Any, noise: Path, snr_db: float, seed: int) -> Any:
    """Speech and noise; the speech's level is that of its steps that are less than 30 dB below the loudest."""
    other = soundfile.read(noise, dtype="int16")[0].astype(float)
    at = random.Random(seed).randrange(max(1, len(other) - len(samples)))
    other = np.resize(other[at:], len(samples))
    speech = samples.astype(float)
    steps = (speech[: len(speech) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1)
    loud = steps[steps > 1e-3 * steps.max()].mean()
    gain = np.sqrt(loud / max(1.0, (other**2).mean()) / 10 ** (snr_db / 10))
    return np.clip(speech + gain * other, -32768, 32767).astype(np.int16)
