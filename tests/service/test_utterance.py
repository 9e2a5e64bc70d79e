"""How sure the words are depends on how sure their sound is."""

import pytest

from ivr.domain.hearing import SURE_FIT, Hypothesis
from ivr.domain.intents import Certainty, Intent, Meaning
from ivr.domain.moments import When
from ivr.service.utterance import LEAST_FIT, HeardUtterance

MEANING = Meaning("cancel my order", (Intent("cancel_order"),), Certainty.EXACT, ("cancel_order",))


def heard(fit: float) -> HeardUtterance:
    return HeardUtterance(1, (Hypothesis("cancel my order", fit=fit),), "pocketsphinx", 1.0)


@pytest.mark.parametrize(
    ("fit", "certainty"),
    [
        (1.0, Certainty.EXACT),
        (SURE_FIT, Certainty.EXACT),
        (SURE_FIT - 0.01, Certainty.FUZZY),
        (LEAST_FIT, Certainty.FUZZY),
        (LEAST_FIT - 0.01, Certainty.NONE),
        (0.0, Certainty.NONE),
    ],
)
def test_words_whose_sound_fits_badly_are_confirmed_and_those_that_hardly_fit_are_not_understood(
    fit: float, certainty: Certainty
) -> None:
    meaning = heard(fit).doubted(MEANING)
    assert (meaning.certainty, bool(meaning.intents)) == (certainty, certainty != Certainty.NONE)
    assert meaning.likeliest == ("cancel_order",)


def test_answer_that_is_read_back_is_never_refused_for_its_sound() -> None:
    moment = Meaning("in one minute", (Intent("moment", {"when": When(in_seconds=60)}),), Certainty.EXACT, ("moment",))
    read_back = heard(0.0).doubted(moment, is_read_back=True)
    assert (read_back.certainty, read_back.intents) == (Certainty.FUZZY, moment.intents)


def test_what_was_not_understood_stays_so_however_well_it_fits() -> None:
    assert heard(0.3).doubted(Meaning("words")) == Meaning("words")


def test_engine_that_cannot_tell_is_trusted_as_before() -> None:
    assert HeardUtterance(1, (Hypothesis("yes"),), "vosk", 1.0).doubted(MEANING) == MEANING
    assert not HeardUtterance(1, (), "vosk", 1.0).is_doubtful


def test_only_the_intent_that_is_read_back_may_be_doubtful() -> None:
    digits = heard(0.3)
    digits.meaning = Meaning("one two", (Intent("digits", {"value": "12"}),), Certainty.FUZZY)
    assert digits.means("digits")
    assert not digits.means()
    sure = heard(0.9)
    sure.meaning = MEANING
    assert sure.means()
    assert sure.means("digits")


def test_timeline_keeps_how_well_the_sound_fitted() -> None:
    assert heard(0.256).as_data()["fit"] == 0.26
