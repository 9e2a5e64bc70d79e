"""What PocketSphinx answers, as texts and scores without its marks."""

import math
from typing import Any, Final

from ivr.domain.hearing import Word

_FRAMES_PER_SECOND: Final = 100
_NBEST_TRIES: Final = 60


def nbest(engine: Any) -> list[tuple[str, float]]:
    """Different texts with scores, best first; the decoder's list repeats texts that differ in silences only."""
    found: dict[str, float] = {}
    for _, reading in zip(range(_NBEST_TRIES), engine.nbest() or (), strict=False):
        if reading is not None and reading.hypstr:
            found.setdefault(readable(reading.hypstr), log(reading.score))
    return list(found.items())


def readable(text: str) -> str:
    """The decoder's text without silences and the marks of second pronunciations."""
    return " ".join(word.split("(")[0] for word in text.split() if not word.startswith(("<", "+", "[")))


def log(score: float) -> float:
    """The logarithm of a score; nothing is as bad as 0."""
    return math.log(score) if score > 0 else -math.inf


def words(engine: Any) -> tuple[Word, ...]:
    """Words with their times; no confidence (0). A step of the grammar without a word is a segment too: "(NULL)"."""
    segments = ((x.word.split("(")[0], x.start_frame, x.end_frame + 1) for x in engine.seg())
    return tuple(
        Word(word, start / _FRAMES_PER_SECOND, end / _FRAMES_PER_SECOND, 0.0)
        for word, start, end in segments
        if word and not word.startswith(("<", "[", "+"))
    )
