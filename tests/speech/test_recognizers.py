"""For each locale the best engine that is ready; never one that is not."""

from collections.abc import Iterable

import pytest

from ivr.domain.hearing import Grammar
from ivr.errors import EngineUnavailable
from ivr.speech.recognizers import Recognizers


class Hearing:
    """A fake engine that hears some locales."""

    def __init__(self, engine: str, *locales: str) -> None:
        self.engine = engine
        self.locales = set(locales)
        self.opened: list[Grammar] = []

    def hears(self, locale: str) -> bool:
        return locale in self.locales

    def open(self, grammar: Grammar, *, alternatives: int = 1) -> object:
        self.opened.append(grammar)
        return self.engine

    def unknown_words(self, locale: str, words: Iterable[str]) -> set[str]:
        return {f"{self.engine}:{locale}"}


@pytest.fixture
def vosk() -> Hearing:
    return Hearing("vosk", "ko-KR")


@pytest.fixture
def both(vosk: Hearing) -> Recognizers:
    return Recognizers([vosk, Hearing("pocketsphinx", "en-US", "en-GB")])


def test_english_is_heard_by_the_stand_in_until_vosk_has_loaded(both: Recognizers, vosk: Hearing) -> None:
    assert both.engine_for("en-US") == "pocketsphinx"
    vosk.locales.add("en-US")
    assert both.engine_for("en-US") == "vosk"


def test_british_english_falls_to_the_american_model_of_the_better_engine(both: Recognizers, vosk: Hearing) -> None:
    vosk.locales.add("en-US")
    assert both.engine_for("en-GB") == "vosk"
    both.open(Grammar("en-GB", "g", ("yes",)))
    assert vosk.opened[0].locale == "en-US"


def test_locale_without_an_engine_is_left_to_the_keypad(both: Recognizers) -> None:
    assert both.engine_for("fr-FR") is None
    assert not both.hears("fr-FR")
    with pytest.raises(EngineUnavailable, match="models install fr-FR"):
        both.open(Grammar("fr-FR", "g", ("oui",)))


def test_unknown_words_are_those_of_the_engine_that_hears(both: Recognizers) -> None:
    assert both.unknown_words("ko-KR", []) == {"vosk:ko-KR"}
    assert both.unknown_words("en-US", []) == {"pocketsphinx:en-US"}
