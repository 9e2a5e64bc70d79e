"""How well PocketSphinx's words fit the sound: high for what was said, low for what was forced into the grammar."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from ivr.domain.hearing import Grammar, Hypothesis
from ivr.speech.pocketsphinx_engine import PocketSphinxRecognizer
from ivr.speech.pocketsphinx_fit import Segment, fit, signs
from ivr.speech.sound_signs import SoundSigns

GRAMMAR = Grammar(
    "en-US",
    "fit",
    ("where is my order", "i want to return something", "cancel my order", "i want to talk to an agent", "yes", "no"),
)
SOUND = SoundSigns(np.array([False] * 20 + [True] * 60 + [False] * 40), 40.0, 5.5, 0.7)
ORDER = (Segment("<sil>", 0, 19, -20.0), Segment("my", 20, 39, -100.0, 2), Segment("order", 40, 79, -200.0, 4))


def heard(sphinx: PocketSphinxRecognizer, pcm: bytes, alternatives: int = 1) -> tuple[Hypothesis, ...]:
    utterance = sphinx.open(GRAMMAR, alternatives=alternatives)
    for at in range(0, len(pcm), 1600):
        utterance.feed(pcm[at : at + 1600])
    return utterance.finish()


@pytest.mark.speech
@pytest.mark.parametrize("text", ["where is my order", "i want to return something", "cancel my order"])
def test_what_the_grammar_has_words_for_fits(
    sphinx: PocketSphinxRecognizer, speak: Callable[..., bytes], text: str
) -> None:
    (best,) = heard(sphinx, speak(text, "en-US", voice="adam"))
    assert best.text == text
    assert best.fit > 0.65


@pytest.mark.speech
@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("Ihre Sendung wird morgen zugestellt", "de-DE"),
        ("nous vous rappelons dans un instant", "fr-FR"),
        ("please pass me the salt and the pepper", "en-US"),
    ],
)
def test_what_it_has_no_words_for_does_not_fit_whatever_was_heard(
    sphinx: PocketSphinxRecognizer, speak: Callable[..., bytes], text: str, locale: str
) -> None:
    readings = heard(sphinx, speak(text, locale))
    assert all(reading.fit < 0.4 for reading in readings)


@pytest.mark.speech
def test_all_readings_of_one_sound_fit_alike(sphinx: PocketSphinxRecognizer, speak: Callable[..., bytes]) -> None:
    readings = heard(sphinx, speak("cancel my order", "en-US", voice="adam"), alternatives=5)
    assert len({reading.fit for reading in readings}) == 1
    assert 0 <= readings[0].fit <= 1


def changed(**told: float) -> Mapping[str, float]:
    return {**signs(ORDER, SOUND), **told}


def test_words_farther_from_the_sound_fit_less() -> None:
    assert fit(changed(distance=4.5)) > fit(changed(distance=7.0)) > fit(changed(distance=10.0))


def test_loud_sound_beside_the_words_fits_less() -> None:
    covered, beside = signs(ORDER, SOUND), signs(ORDER[:2], SOUND)
    assert (covered["uncovered"], round(beside["uncovered"], 2)) == (0.0, 0.67)
    assert fit(changed(uncovered=0.0)) > fit(changed(uncovered=0.5))


def test_music_fits_less_than_speech() -> None:
    assert fit(changed(likeness=0.65)) > fit(changed(likeness=0.95))


def test_distance_is_that_of_the_words_alone() -> None:
    assert signs(ORDER, SOUND)["distance"] == pytest.approx(300 / 60)


def test_sound_without_a_word_is_judged_by_nobody() -> None:
    assert signs(ORDER[:1], SOUND) == {}
    assert fit({}) == 1.0
