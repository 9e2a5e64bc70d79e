"""What a recogniser listens for where a number is asked: the words of numbers.yaml as rules, level upon level."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from hassil.expression import Alternative, Expression, Group, RuleReference, TextChunk

from ivr.understanding.jsgf import JsgfWriter
from ivr.understanding.phrases import PhraseMaker
from ivr.understanding.source import LocaleSource, NumberWords

FILE: Final = "numbers.yaml"
_SAMPLES: Final = 200
_FIRST_LEVEL: Final = 100
"""Numbers below it are words of their own."""


@dataclass(frozen=True)
class NumberRule:
    """A rule made of the words of numbers.yaml."""

    expression: Expression
    file: str = FILE
    line: int = 1


def number_rules(words: NumberWords) -> dict[str, NumberRule]:
    """One rule a level, each built on the one below; the last holds all numbers. None without words."""
    if not words.smalls:
        return {}
    rules = {_level(0): NumberRule(_either(dict.fromkeys(word for word, _ in words.smalls)))}
    for number, size in enumerate(_sizes(words), 1):
        below = RuleReference(rule_name=_level(number - 1))
        rest = _optional(Group(items=[_optional(_either(words.joins)), below] if words.joins else [below]))
        body = Alternative(items=[below, *(Group(items=[head, rest]) for head in _heads(words, size))])
        rules[_level(number)] = NumberRule(body)
    return rules


def _level(number: int) -> str:
    return f"number_level_{number}"


def _sizes(words: NumberWords) -> list[int]:
    return sorted({_FIRST_LEVEL, *(scale.value for scale in words.scales)})


def _heads(words: NumberWords, size: int) -> list[Expression]:
    """What may begin a number of this level: a word of its own, or a count and the level's word."""
    sizes = _sizes(words)
    highest = next((other for other in sizes if other > size), max(value for _, value in words.wholes) + size)
    heads: list[Expression] = [_either(word for word, value in words.wholes if size <= value < highest)]
    for scale in words.scales:
        if scale.value == size:
            count = RuleReference(rule_name=_level(sum(other <= scale.most for other in sizes)))
            heads.append(Group(items=[count, _either(scale.words)]))
    return [head for head in heads if not isinstance(head, Alternative) or head.items]


def _either(texts: Iterable[str]) -> Alternative:
    return Alternative(items=[TextChunk(text=text) for text in texts])


def _optional(expression: Expression) -> Alternative:
    return Alternative(items=[expression, TextChunk(text="")], is_optional=True)


class HeardNumbers:
    """Phrases and rules of one locale's numbers."""

    def __init__(self, source: LocaleSource) -> None:
        self._source = source

    @cached_property
    def rules(self) -> dict[str, NumberRule]:
        """By name."""
        return number_rules(self._source.numbers)

    @cached_property
    def phrases(self) -> tuple[str, ...]:
        """Every pair of neighbouring words, and random numbers."""
        top = [self._top] if self.rules else []
        maker = PhraseMaker(self.rules, {}, frozenset())
        return self.glued((*maker.samples(top, _SAMPLES), *maker.cover(top)))

    def jsgf(self, writer: JsgfWriter) -> str:
        """The reference to all numbers; empty if there are none."""
        return writer.expansion(self._top) if self.rules else ""

    def glued(self, phrases: Sequence[str]) -> tuple[str, ...]:
        """Arabic writes "and" at the beginning of the next word."""
        for join in self._source.numbers.joins if self._source.numbers.glued_joins else ():
            phrases = [f" {phrase}".replace(f" {join} ", f" {join}").strip() for phrase in phrases]
        return tuple(phrases)

    @property
    def _top(self) -> RuleReference:
        return RuleReference(rule_name=_level(len(self.rules) - 1))
