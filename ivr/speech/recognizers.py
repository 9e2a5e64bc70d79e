"""Which engine hears which locale: the first that is ready for it, else none."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ivr.domain.hearing import Grammar
from ivr.errors import EngineUnavailable
from ivr.service.ports import Recognizer, Utterance

_STAND_INS = {"en-GB": "en-US"}
"""Locales that another locale's model serves."""


class Recognizers:
    """A Recognizer made of several: for each locale the first that hears it."""

    def __init__(self, engines: Sequence[Recognizer] = ()) -> None:
        """`engines` in order of preference; without any nothing is heard until `use`."""
        self._engines = tuple(engines)

    def use(self, engines: Sequence[Recognizer]) -> None:
        """From now on these, in order of preference."""
        self._engines = tuple(engines)

    @property
    def engine(self) -> str:
        """The names of all, in order."""
        return "+".join(engine.engine for engine in self._engines)

    def hears(self, locale: str) -> bool:
        """Whether any engine is ready for the locale."""
        return self._choice(locale) is not None

    def engine_for(self, locale: str) -> str | None:
        """The name of the engine that hears the locale now; None: keypad."""
        choice = self._choice(locale)
        return choice[0].engine if choice else None

    def open(self, grammar: Grammar, *, alternatives: int = 1) -> Utterance:
        """A new utterance of the locale's engine. Raises EngineUnavailable."""
        engine, locale = self._require(grammar.locale)
        if locale != grammar.locale:
            grammar = replace(grammar, locale=locale)
        return engine.open(grammar, alternatives=alternatives)

    def unknown_words(self, locale: str, words: Iterable[str]) -> set[str]:
        """The words that the locale's engine cannot hear. Raises EngineUnavailable."""
        engine, served = self._require(locale)
        return engine.unknown_words(served, words)

    def _choice(self, locale: str) -> tuple[Recognizer, str] | None:
        for engine in self._engines:
            for served in (locale, _STAND_INS.get(locale, locale)):
                if engine.hears(served):
                    return engine, served
        return None

    def _require(self, locale: str) -> tuple[Recognizer, str]:
        if (choice := self._choice(locale)) is None:
            raise EngineUnavailable(
                f"no speech engine hears {locale} here: `python -m ivr models install {locale}`, or use the keypad"
            )
        return choice
