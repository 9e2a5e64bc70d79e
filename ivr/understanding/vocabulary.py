"""Words and the model that will hear them: which are unknown, and how a free-spacing language respells them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hassil.expression import Expression, Group, TextChunk

from ivr.service.ports import Recognizer
from ivr.understanding.heard_numbers import number_rules
from ivr.understanding.jsgf import sphinx_words
from ivr.understanding.source import LocaleSource


class UnknownWord(NamedTuple):
    """A word of a grammar file that the model cannot hear."""

    file: str
    line: int
    word: str


@dataclass
class Vocabulary:
    """What one locale's model can hear; words it lacks are written as the longest parts that it has."""

    recognizer: Recognizer
    locale: str

    def __post_init__(self) -> None:
        self._known: dict[str, bool] = {}
        self._spelled: dict[str, str | None] = {}

    def knows(self, word: str) -> bool:
        """Whether the model has the word."""
        if word not in self._known:
            self._known[word] = not self.recognizer.unknown_words(self.locale, (word,))
        return self._known[word]

    def respell(self, phrase: str) -> str:
        """The phrase with unknown words split; a word that cannot be split stays."""
        return " ".join(self.split(word) or word for word in phrase.split())

    def split(self, word: str) -> str | None:
        """The word, or its fewest known parts, the first as long as possible; None if there are none."""
        if word not in self._spelled:
            self._spelled[word] = word if self.knows(word) else self._fewest_parts(word)
        return self._spelled[word]

    def _fewest_parts(self, word: str) -> str | None:
        best: list[tuple[str, ...] | None] = [None] * len(word) + [()]
        for start in range(len(word) - 1, -1, -1):
            for end in range(len(word), start, -1):
                rest = best[end]
                if rest is None or not self.knows(word[start:end]):
                    continue
                found = best[start]
                if found is None or len(rest) + 1 < len(found):
                    best[start] = (word[start:end], *rest)
        return " ".join(best[0]) if best[0] else None


def words_of(source: LocaleSource) -> Iterator[UnknownWord]:
    """Every word of a locale's grammar with its place."""
    for templates in (*source.templates.values(), *source.fragments.values()):
        for template in templates:
            yield from _placed(template.expression, template.file, template.line)
    for rule in source.rules.values():
        yield from _placed(rule.expression, rule.file, rule.line)
    for values in source.lists.values():
        for value in values:
            yield from _placed(value.expression, value.file, value.line)
    for word in (*source.digits.words, *source.digits.repeats, *source.digits.plus):
        yield UnknownWord(f"{source.locale}/digits.yaml", 1, word)
    for rule in number_rules(source.numbers).values():
        yield from _placed(rule.expression, f"{source.locale}/{rule.file}", rule.line)
    for unit in source.money.units.values():
        for text in (*unit.words, *unit.minor):
            yield from _placed(TextChunk(text=text), f"{source.locale}/currency.yaml", 1)


def unknown_words(source: LocaleSource, recognizer: Recognizer) -> list[UnknownWord]:
    """The words that the locale's model cannot hear, neither whole nor (free spacing) in parts.

    Figures are left out: a carrier's recogniser writes "press 1", and no model says so.
    """
    places = [place for place in dict.fromkeys(words_of(source)) if not place.word.isdecimal()]
    unknown = recognizer.unknown_words(source.locale, {place.word for place in places})
    if source.free_spacing:
        vocabulary = Vocabulary(recognizer, source.locale)
        unknown = {word for word in unknown if vocabulary.split(word) is None}
    return [place for place in places if place.word in unknown]


def _placed(expression: Expression, file: str, line: int) -> Iterator[UnknownWord]:
    for text in _texts(expression):
        for word in sphinx_words(text):
            yield UnknownWord(file, line, word)


def _texts(expression: Expression) -> Sequence[str]:
    if isinstance(expression, TextChunk):
        return [expression.text]
    if isinstance(expression, Group):
        return [text for item in expression.items for text in _texts(item)]
    return []
