"""What a recogniser listens for where a number is asked: the words of numbers.yaml as rules, level upon level."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from hassil.expression import Alternative, Expression, Group, RuleReference, TextChunk

from ivr.understanding.cardinals import LIMIT, NUMBER
from ivr.understanding.jsgf import JsgfWriter
from ivr.understanding.phrases import PhraseMaker
from ivr.understanding.source import LocaleSource, NumberWords

FILE: Final = "numbers.yaml"
SMALLS: Final = "number_small"
"""Rule: 1 to 99."""
COINS: Final = "number_coins"
"""Rule: 10 to 99, as coins are said without their word."""
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
    """One rule a level, each built on the one below; the last, NUMBER, is all of them. None without words."""
    if not words.smalls:
        return {}
    rules = {_level(0): NumberRule(_smalls(words, 1, _FIRST_LEVEL - 1))}
    sizes = _sizes(words)
    for number, size in enumerate(sizes, 1):
        heads = _heads(words, size, next((other for other in sizes if other > size), LIMIT))
        rest = _rest(words, _level(number - 1))
        followed = (Group(items=[head, rest]) for head in heads)
        rules[_level(number)] = NumberRule(Alternative(items=[_rule(_level(number - 1)), *followed]))
    rules[COINS] = NumberRule(_smalls(words, 10, _FIRST_LEVEL - 1))
    rules[NUMBER] = NumberRule(Alternative(items=[_rule(_level(len(sizes))), _smalls(words, 0, 0), *_hundreds(words)]))
    return rules


def _level(number: int) -> str:
    return f"number_level_{number}" if number else SMALLS


def _rule(name: str) -> RuleReference:
    return RuleReference(rule_name=name)


def _sizes(words: NumberWords) -> list[int]:
    return sorted({_FIRST_LEVEL, *(scale.value for scale in words.scales)})


def _heads(words: NumberWords, size: int, next_size: int) -> list[Expression]:
    """What may begin a number of this level: a word of its own, or a count and the level's word."""
    own = [word for word, value in words.wholes if size <= value < next_size]
    heads: list[Expression] = [either(own)] if own else []
    counted = (Group(items=[_count(words, s.most), either(s.words)]) for s in words.scales if s.value == size)
    return [*heads, *counted]


def _count(words: NumberWords, most: int) -> Expression:
    """Counts up to the largest; more than nine hundred is said of nothing but hundreds, see `_hundreds`."""
    level = sum(size <= most for size in _sizes(words))
    if level:
        return _rule(_level(level))
    return _smalls(words, 1, 9 if any(s.value == _FIRST_LEVEL and s.most == most for s in words.scales) else most)


def _hundreds(words: NumberWords) -> list[Expression]:
    """ "Twelve hundred and fifty"."""
    return [
        Group(items=[_smalls(words, 11, scale.most), either(scale.words), _rest(words, _level(0))])
        for scale in words.scales
        if scale.value == _FIRST_LEVEL and scale.most > 10
    ]


def _smalls(words: NumberWords, least: int, most: int) -> Alternative:
    return either(dict.fromkeys(word for word, value in words.smalls if least <= value <= most))


def _rest(words: NumberWords, level: str) -> Alternative:
    join = [optional(either(words.joins))] if words.joins else []
    return optional(Group(items=[*join, _rule(level)]))


def either(texts: Iterable[str]) -> Alternative:
    """One of the texts."""
    return Alternative(items=[TextChunk(text=text) for text in texts])


def optional(expression: Expression) -> Alternative:
    """The expression or nothing."""
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
        return (*maker.samples(top, _SAMPLES), *maker.cover(top))

    def jsgf(self, writer: JsgfWriter) -> str:
        """The reference to all numbers; empty if there are none."""
        return writer.expansion(self._top) if self.rules else ""

    @property
    def _top(self) -> RuleReference:
        return _rule(NUMBER)


def glued(words: NumberWords, phrases: Iterable[str]) -> list[str]:
    """Arabic writes "and" at the beginning of the next word."""
    found = list(phrases)
    for join in words.joins if words.glued_joins else ():
        found = [f" {phrase}".replace(f" {join} ", f" {join}").strip() for phrase in found]
    return found
