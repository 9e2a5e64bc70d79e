"""Telephone numbers as people say them: digit strings that are numbers by the plans of a country. Never logged."""

from collections.abc import Iterator, Sequence
from typing import Final

from hassil.expression import Group

from ivr.errors import NumberRefused
from ivr.service.ports import NumberRules
from ivr.understanding.digits import DigitReader, DigitString
from ivr.understanding.heard_numbers import either
from ivr.understanding.jsgf import JsgfWriter, alternatives, sphinx_words
from ivr.understanding.phrases import PhraseMaker
from ivr.understanding.source import DigitWords, LocaleSource
from ivr.understanding.tokens import Spelling

PHONE_NUMBER: Final = "phone_number"


class PhoneReader:
    """Reads the telephone numbers of one locale: of its country, and of the default one."""

    def __init__(
        self, digits: DigitReader, source: LocaleSource, spelling: Spelling, rules: NumberRules | None
    ) -> None:
        self._digits, self._spelling, self._rules = digits, spelling, rules
        self._sign = f" {source.digits.plus[0]} " if source.digits.plus else "+"
        self._plus = [tuple(spelling.tokens(word)) for word in source.digits.plus]
        self._extension = [tuple(spelling.tokens(word)) for word in source.digits.extension]
        country = source.locale.partition("-")[2]
        self._countries = tuple(dict.fromkeys((country or None, None)))

    def tokens(self, text: str) -> list[str]:
        """The tokens of a text, the sign before a country code as a word."""
        return self._spelling.tokens(text.replace("+", self._sign).replace("＋", self._sign))

    def read(self, tokens: Sequence[str]) -> DigitString | None:
        """The valid numbers (E.164) that the tokens may mean; None if there are none, or with an extension."""
        if self._rules is None or any(_holds(tokens, word) for word in self._extension):
            return None
        plus = next((word for word in self._plus if tuple(tokens[: len(word)]) == word), ())
        rest = tokens[len(plus) :]
        string = self._digits.read(rest) if rest and not any(_holds(rest, word) for word in self._plus) else None
        if string is None:
            return None
        sign = "+" if plus else ""
        valid = [number for digits in string.readings for number in self._valid(sign + digits)]
        return DigitString(tuple(dict.fromkeys(valid)), string.exact) if valid else None

    def goes_on(self, number: str) -> bool:
        """Whether one more digit would make another valid number."""
        return any(next(self._valid(number + digit), None) for digit in "0123456789")

    def _valid(self, number: str) -> Iterator[str]:
        assert self._rules is not None
        for country in self._countries:
            try:
                yield self._rules.check(number, country).e164
            except NumberRefused:
                continue


def _holds(tokens: Sequence[str], word: tuple[str, ...]) -> bool:
    return any(tuple(tokens[start : start + len(word)]) == word for start in range(len(tokens)))


def phone_phrases(words: DigitWords) -> list[str]:
    """Every pair of digits, of numbers of two digits, and of what repeats them."""
    said = either([*_said(words), *words.repeats])
    maker = PhraseMaker({}, {}, frozenset())
    return maker.cover([Group(items=[either(words.plus), said]), Group(items=[said, said])])


def phone_jsgf(writer: JsgfWriter, words: DigitWords) -> str:
    """Any row of digits, numbers of two digits and repeated digits; a sign for the country code before it."""
    single = alternatives(" ".join(sphinx_words(word)) for word in _said(words))
    repeats = alternatives(" ".join(sphinx_words(word)) for word in words.repeats)
    unit = writer.define("phone_digit", alternatives((single, f"{repeats} {single}" if repeats else "")))
    plus = alternatives(" ".join(sphinx_words(word)) for word in words.plus)
    return writer.define(PHONE_NUMBER, f"[ {plus} ] ( {unit} )+" if plus else f"( {unit} )+")


def _said(words: DigitWords) -> list[str]:
    return [word for word in words.words if word not in words.rare]
