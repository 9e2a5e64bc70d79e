"""How well the decoder's best path fits the sound: what its segments and the sound show, weighed into one number.

PocketSphinx forces whatever it hears into the grammar. Its acoustic scores are distances to the best of the sounds that
the grammar keeps alive at each step; against all 5,126 (`compallsen`) they tell no more and take twice as long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import pstdev
from typing import Any, Final

from ivr.speech.sound_signs import SoundSigns
from ivr.speech.weighing import Weighing, uncovered

_NATS: Final = 1024.0
"""Scores are kept in units of 2**10 of the decoder's logarithm."""


@dataclass(frozen=True)
class Segment:
    """A word or a filler on the decoder's best path."""

    word: str
    start: int
    end: int
    """The last step of 10 ms."""
    score: float
    """Nats."""
    phones: int = 0

    @property
    def steps(self) -> int:
        return self.end - self.start + 1

    @property
    def is_word(self) -> bool:
        return not self.word.startswith(("<", "+", "["))


def segments(engine: Any) -> list[Segment]:
    """The best path; steps of the grammar without a word are left out."""
    found = ((x.word, x.start_frame, x.end_frame, x.ascore) for x in engine.seg())
    return [
        Segment(word, start, end, _nats(score), len((engine.lookup_word(word) or "").split()))
        for word, start, end, score in found
        if end >= start and word != "(NULL)"
    ]


def signs(path: Sequence[Segment], sound: SoundSigns) -> Mapping[str, float]:
    """What tells words of the grammar from anything else; nothing without a word."""
    said = [segment for segment in path if segment.is_word]
    if not said:
        return {}
    steps = sum(segment.steps for segment in said)
    return {
        "distance": -sum(segment.score for segment in said) / steps,
        "uncovered": uncovered(sound.loud, (slice(word.start, word.end + 1) for word in said)),
        "length": log(steps),
        "phones": log(max(1, sum(segment.phones for segment in said))),
        "unevenness": pstdev(log(segment.steps / max(1, segment.phones)) for segment in said),
        "contrast": sound.contrast_db,
        "change": sound.change_db,
        "likeness": sound.likeness,
        "loud": float(sound.loud.mean()),
    }


def fit(found: Mapping[str, float]) -> float:
    """How likely this was words of the grammar, 0 to 1; 1 if there is nothing to go by."""
    return WEIGHING.fit(found)


def _nats(score: float) -> float:
    return _NATS * log(score) if score > 0 else 0.0


WEIGHING: Final = Weighing(
    -0.66,
    (
        ("distance", 4.92, 1.36, -1.94, (0.19, 0.54, 0.05, -0.73, 0.36, 0.05, 0.09, 0.24, 0.07)),
        ("uncovered", 0.192, 0.223, -0.65, (-0.47, 0.08, 0.04, 0.3, -0.06, -0.08, 0.27, 0.06)),
        ("length", 4.85, 0.766, -0.48, (0.01, 0.29, -0.04, 0.06, 0.25, 0.41, 0.13)),
        ("phones", 2.46, 0.817, 0.17, (0.14, -0.4, -0.17, 0.06, -0.06, 0.23)),
        ("unevenness", 0.335, 0.295, -0.14, (-0.52, -0.11, 0.18, 0.2, 0.0)),
        ("contrast", 41.3, 8.53, -0.19, (-0.2, -0.27, -0.05, -0.23)),
        ("change", 5.71, 1.01, -0.74, (0.33, -0.01, 0.17)),
        ("likeness", 0.731, 0.0999, -1.56, (-0.37, -0.47)),
        ("loud", 0.658, 0.164, -0.31, (-0.09,)),
    ),
)
"""Fitted by `benchmarks/fit_strangers.py` on what was understood of half of 1,637 strangers, 424 callers of
synthetic voices and 602 human recordings in eight turns; `benchmarks/accuracy.py --part strangers` tells of the others.
"""
