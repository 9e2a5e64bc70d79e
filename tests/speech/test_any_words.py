"""A large model takes no phrases: it hears any words, and the understanding finds the answer among them.

No such model can be had here: the Korean one is opened as if it were one (test_model_check.py has damaged folders).
"""

import copy
from collections.abc import Callable

import pytest

from ivr.domain.hearing import Grammar
from ivr.domain.intents import Builtin, Certainty, Expects
from ivr.speech.vosk_decoders import hypotheses
from ivr.speech.vosk_engine import VoskRecognizer
from tests.shipped import shipped_understanding

pytestmark = pytest.mark.speech
LOCALE = "ko-KR"
YES_OR_NO = Expects(builtins=(Builtin.BOOLEAN,))
ORDER = Expects(builtins=(Builtin.DIGITS,), digit_lengths=(7,))


@pytest.fixture(scope="module")
def large(korean_vosk: VoskRecognizer) -> VoskRecognizer:
    """The Korean model as if its graph were fixed."""
    model = copy.copy(korean_vosk._model(LOCALE))
    model.takes_grammar = False
    recognizer = VoskRecognizer({})
    recognizer._models[LOCALE] = model
    return recognizer


def test_answer_is_found_in_free_words_and_none_is_doubted(large: VoskRecognizer, speak: Callable[..., bytes]) -> None:
    utterance = large.open(Grammar(LOCALE, "yes or no", ("네", "아니요")), alternatives=3)
    utterance.feed(speak("네", LOCALE, voice="adam"))
    assert "네" in utterance.partial()
    readings = utterance.finish()
    assert {reading.fit for reading in readings} == {1.0}
    found = shipped_understanding().parse(LOCALE, YES_OR_NO, [reading.text for reading in readings])
    assert (found.first and found.first.name) == "yes"


def test_words_outside_the_phrases_are_no_answer(
    large: VoskRecognizer, korean_vosk: VoskRecognizer, speak: Callable[..., bytes]
) -> None:
    sound = speak("감사합니다", LOCALE, voice="adam")
    only = Grammar(LOCALE, "one phrase", ("네",))
    heard = []
    for recognizer in (large, korean_vosk):
        utterance = recognizer.open(only)
        utterance.feed(sound)
        heard.append({word for reading in utterance.finish() for word in reading.text.split()})
    assert heard[0] - {"네", "[unk]"}
    assert heard[1] <= {"네", "[unk]"}


def test_turn_of_which_the_model_knows_no_word_is_heard_all_the_same(large: VoskRecognizer) -> None:
    utterance = large.open(Grammar(LOCALE, "unknown", ("zzzqqq",)))
    utterance.feed(bytes(16000))
    assert utterance.finish() == ()


def test_figures_that_a_model_writes_in_brackets_are_digits() -> None:
    text = hypotheses({"text": "[123] [45] 육 (칠)"})[0].text
    found = shipped_understanding().parse(LOCALE, ORDER, [text])
    assert found.first is not None
    assert found.first.slots["value"] == "1234567"


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("um it is four two oh one double three seven thanks", "4201337"),
        ("four twenty thirteen thirty seven", "4201337"),
    ],
)
def test_words_of_numbers_among_others_are_digits(text: str, digits: str) -> None:
    found = shipped_understanding().parse("en-US", ORDER, [text])
    assert found.first is not None
    assert found.first.slots["value"] == digits
    assert found.certainty in (Certainty.EXACT, Certainty.STRIPPED)
