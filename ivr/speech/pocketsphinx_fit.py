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
    -0.42,
    (
        ("distance", 4.94, 1.26, -1.86, (0.15, 0.32, -0.13, -0.68, 0.33, 0.1, 0.1, 0.36, 0.17)),
        ("uncovered", 0.186, 0.216, -0.60, (-0.41, 0.09, -0.19, -0.07, 0.0, -0.1, 0.14, 0.16)),
        ("length", 4.84, 0.7, -0.54, (-0.18, 0.22, 0.09, 0.11, 0.11, 0.37, 0.08)),
        ("phones", 2.48, 0.778, 0.17, (0.1, -0.37, -0.35, 0.1, -0.03, 0.22)),
        ("unevenness", 0.318, 0.262, -0.19, (-0.33, 0.09, -0.06, 0.0, 0.11)),
        ("contrast", 41.7, 7.85, -0.00, (0.16, -0.46, 0.07, -0.2)),
        ("change", 5.69, 1.02, -0.69, (0.38, -0.31, 0.13)),
        ("likeness", 0.715, 0.108, -1.88, (-0.53, -0.64)),
        ("loud", 0.676, 0.156, -0.14, (-0.13,)),
    ),
)
"""Fitted by `benchmarks/fit_strangers.py` on what was understood, 1,232 utterances, of half of the strangers, the
callers of synthetic voices and the human recordings in eight turns; `benchmarks/accuracy.py --part strangers` tells of
the others."""
