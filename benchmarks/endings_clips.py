"""What endings.py hears: synthetic voices and recordings, each with the place where its last word ends."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import yaml
from ivr.carrier.voice import add_noise, speak, voices

from ivr.carrier.audio import speech_end_bytes

RATE = 8000
NOISE_DB = 15.0
COMFORT_RMS = 12
BEFORE_SECONDS, AFTER_SECONDS = 1.0, 3.0
MARK_STEP = 80
"""Recordings are marked to 10 ms."""
MARK_SHARE = 0.03
"""Of the loudest step's level, 30 dB below it; never below thrice the recording's own noise."""
GAPS_SECONDS = (0.05, 0.3)
"""Between the recorded digits of a number; every third one is a breath."""
BREATH_SECONDS = (0.35, 0.6)
TABLES = Path(__file__).resolve().parent.parent / "tests" / "grammars"
WORDS = {
    "en-US": {
        "digits": (
            "one eight one five nine oh eight",
            "seven seven two, three oh four one",
            "double five two nine, one six three",
        ),
        "choice": ("the second one", "the first one", "number three", "the last one", "the first one please", "two"),
    },
    "ko-KR": {
        "digits": ("일 팔 일 오 구 공 팔", "칠 칠 이, 삼 공 사 일", "오 오 이 구, 일 육 삼"),
        "choice": ("두 번째요", "첫 번째", "세 번째 주문이요", "일 번이요", "이 번", "두 번째 주문"),
    },
}


@dataclass(frozen=True)
class Said:
    """One utterance, made in the process that hears it."""

    locale: str
    kind: str
    """Which question it answers."""
    words: str
    voice: str = ""
    """A synthetic voice; empty: a recording."""
    noisy: bool = False
    files: tuple[str, ...] = ()
    """A recording, or several that follow each other."""
    seed: int = 0

    @property
    def source(self) -> str:
        """For the table."""
        return "synthetic" if self.voice else "recorded"


def synthetic(locale: str, limit: int) -> list[Said]:
    """Up to so many sentences for each question, by four voices, on a quiet line and on a noisy one."""
    return [
        Said(locale, kind, words, voice, noisy, seed=seed)
        for kind, sentences in _sentences(locale).items()
        for seed, words in enumerate(_thinned(sentences, limit))
        for voice in voices(locale)[:4]
        for noisy in (False, True)
    ]


def _sentences(locale: str) -> dict[str, list[str]]:
    answers, requests, moments = (_table(locale, name) for name in ("answers", "requests", "moments"))
    return {
        "boolean": [*answers["yes"], *answers["no"]],
        "menu": [
            words for said in requests.values() if isinstance(said, list) for words in said if isinstance(words, str)
        ],
        "moment": [row[0] for row in moments if isinstance(row, list)],
        **{kind: list(words) for kind, words in WORDS[locale].items()},
    }


def _table(locale: str, name: str) -> Any:
    return yaml.safe_load((TABLES / locale / f"{name}.yaml").read_text("utf-8"))


def recordings(data: Path, limit: int) -> list[Said]:
    """English only: numbers of recorded digits, moments and whole orders of drinks."""
    with (data / "manifest.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    orders = [row["path"] for row in rows if row["path"].startswith("en_coffee_orders/")]
    spoken = [Said("en-US", "order", "", files=(path,)) for path in _thinned(orders, 4 * limit)]
    moments = [Said("en-US", "moment", x["text"], files=(x["path"],)) for x in rows if _is_moment(x)]
    return [*_numbers(rows, 3 * limit), *moments, *spoken]


def _is_moment(row: dict[str, str]) -> bool:
    place = row["path"].partition("/")[0]
    return place in ("en_requests", "en_prompts") and row["text"].lower() in (
        "2:30 p.m.",
        "today",
        "tomorrow",
        "half an hour",
    )


def _numbers(rows: list[dict[str, str]], count: int) -> Iterator[Said]:
    """Seven digits each, by one speaker."""
    random = np.random.default_rng(11)
    digits = [row for row in rows if row["path"].startswith("en_digits/")]
    speakers = sorted({_speaker(row) for row in digits})
    for seed in range(count):
        own = [row for row in digits if _speaker(row) == speakers[seed % len(speakers)]]
        chosen = [own[int(place)] for place in random.integers(0, len(own), 7)]
        words, files = " ".join(row["text"] for row in chosen), tuple(row["path"] for row in chosen)
        yield Said("en-US", "digits", words, files=files, seed=seed)


def _speaker(row: dict[str, str]) -> str:
    return row["path"].split("_")[2]


def line(said: Said, data: Path) -> tuple[Any, float]:
    """The caller's line as samples, and where the last word ends, in milliseconds."""
    spoken, end = _recorded(said, data) if said.files else _synthesised(said)
    before, after = (np.zeros(int(seconds * RATE), np.int16) for seconds in (BEFORE_SECONDS, AFTER_SECONDS))
    samples = np.concatenate([before, spoken, after])
    if said.noisy:
        samples = np.frombuffer(add_noise(samples.tobytes(), NOISE_DB, said.seed), "<i2")
    else:
        comfort = np.random.default_rng(said.seed).normal(0, COMFORT_RMS, len(samples))
        samples = np.clip(samples + comfort, -32768, 32767).astype("<i2")
    return samples, (len(before) + end) * 1000 / RATE


def _synthesised(said: Said) -> tuple[Any, int]:
    pcm = speak(said.words, said.locale, voice=said.voice)
    return np.frombuffer(pcm, "<i2"), speech_end_bytes(pcm) // 2


def _recorded(said: Said, data: Path) -> tuple[Any, int]:
    pieces = [soundfile.read(data / name, dtype="int16")[0] for name in said.files]
    if len(pieces) == 1:
        return pieces[0], marked_end(pieces[0])
    random, joined = np.random.default_rng(said.seed), list[Any]()
    for place, piece in enumerate(pieces):
        if place:
            gap = random.uniform(*(BREATH_SECONDS if place % 3 == 0 else GAPS_SECONDS))
            joined.append(np.zeros(int(gap * RATE), np.int16))
        joined.append(piece)
    whole = np.concatenate(joined)
    return whole, len(whole) - len(pieces[-1]) + marked_end(pieces[-1])


def marked_end(samples: Any) -> int:
    """Where the last word of a recording ends, by its level alone."""
    steps = samples[: len(samples) // MARK_STEP * MARK_STEP].astype(float).reshape(-1, MARK_STEP)
    level = np.sqrt((steps**2).mean(axis=1))
    loud = np.flatnonzero(level > max(MARK_SHARE * level.max(), min(3 * np.quantile(level, 0.05), 0.1 * level.max())))
    return int(loud[-1] + 1) * MARK_STEP


def _thinned(found: list[Any], limit: int) -> list[Any]:
    """About so many, from all over the list."""
    return found[:: max(1, -(-len(found) // limit))] if limit else found
