"""A recogniser's phrase list from templates: every pair of neighbouring words once, and random sentences.

Never a full enumeration: the templates accept 10^14 sentences. A phrase list becomes a bigram model, so pairs are
all it can know; they are given in long walks, which need not be sentences (reference/speech.md, sections 2 and 6).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations, product
from random import Random
from typing import Final

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk

from ivr.understanding.source import ListValue, Rule

_LONGEST_WALK: Final = 16
_SEED: Final = 20261123
Words = dict[str, None]
"""An ordered set."""


@dataclass(frozen=True)
class Neighbours:
    """Which words an expression begins and ends with, and which stand side by side in it."""

    empty: bool
    """It may be left out."""
    first: Words
    last: Words
    pairs: dict[tuple[str, str], None]


_NOTHING: Final = Neighbours(True, {}, {}, {})


class PhraseMaker:
    """Word pairs and random sentences of templates with these rules and lists."""

    def __init__(
        self, rules: Mapping[str, Rule], lists: Mapping[str, Sequence[ListValue]], left_out: frozenset[str]
    ) -> None:
        self._rules, self._lists, self._left_out = rules, lists, left_out
        self._known: dict[str, Neighbours] = {}

    def cover(self, expressions: Iterable[Expression]) -> list[str]:
        """Every word and every pair of neighbouring words, in walks of at most 16 words."""
        all_of = _either([self._neighbours(expression) for expression in expressions])
        following: dict[str, list[str]] = {}
        for one, other in all_of.pairs:
            following.setdefault(one, []).append(other)
        walks = [_walk(word, following) for word in (*all_of.first, *following) for _ in following.get(word, ())]
        alone = [word for word in all_of.first if word in all_of.last]
        return list(dict.fromkeys((*alone, *(walk for walk in walks if " " in walk))))

    def samples(self, expressions: Sequence[Expression], count: int) -> list[str]:
        """Random sentences, the same at every start, taken from each template in turn."""
        random = Random(_SEED)
        made: dict[str, None] = {}
        for attempt in range(count * 2 if expressions else 0):
            if len(made) >= count:
                break
            words = self._sample(expressions[attempt % len(expressions)], random)
            made[" ".join(words)] = None
        made.pop("", None)
        return list(made)

    def _neighbours(self, expression: Expression) -> Neighbours:
        if isinstance(expression, TextChunk):
            return _text(expression.text)
        if isinstance(expression, RuleReference):
            if expression.rule_name in self._left_out:
                return _NOTHING
            body = self._rules[expression.rule_name].expression
            return self._once(f"<{expression.rule_name}>", lambda: self._neighbours(body))
        if isinstance(expression, ListReference):
            values = self._lists.get(expression.list_name, ())
            name = f"{{{expression.list_name}}}"
            return self._once(name, lambda: _either([self._neighbours(value.expression) for value in values]))
        assert isinstance(expression, Group)
        return _combined(expression, [self._neighbours(item) for item in expression.items])

    def _once(self, name: str, find: Callable[[], Neighbours]) -> Neighbours:
        if name not in self._known:
            self._known[name] = find()
        return self._known[name]

    def _sample(self, expression: Expression, random: Random) -> list[str]:
        if isinstance(expression, TextChunk):
            return spoken_words(expression.text)
        if isinstance(expression, RuleReference):
            if expression.rule_name in self._left_out:
                return []
            return self._sample(self._rules[expression.rule_name].expression, random)
        if isinstance(expression, ListReference):
            values = [value for value in self._lists.get(expression.list_name, ()) if _is_said(value.expression)]
            return self._sample(random.choice(values).expression, random) if values else []
        if isinstance(expression, Alternative):
            return self._sample(random.choice(expression.items), random)
        assert isinstance(expression, Group)
        items = list(expression.items)
        if isinstance(expression, Permutation):
            random.shuffle(items)
        return [word for item in items for word in self._sample(item, random)]


def _is_said(expression: Expression) -> bool:
    """Whether there is a way to say it: some list values are only written."""
    return not isinstance(expression, Alternative) or bool(expression.items)


def spoken_words(text: str) -> list[str]:
    """The words of a template's text as recognisers spell them: lower case, hyphens apart."""
    return text.casefold().replace("-", " ").replace("’", "'").split()


def _walk(word: str, following: dict[str, list[str]]) -> str:
    """Follow pairs that were not taken yet."""
    words = [word]
    while len(words) < _LONGEST_WALK and following.get(words[-1]):
        words.append(following[words[-1]].pop(0))
    return " ".join(words)


def _text(text: str) -> Neighbours:
    words = spoken_words(text)
    if not words:
        return _NOTHING
    return Neighbours(False, {words[0]: None}, {words[-1]: None}, dict.fromkeys(pairwise(words)))


def _combined(group: Group, parts: Sequence[Neighbours]) -> Neighbours:
    if isinstance(group, Alternative):
        return _either(parts)
    if isinstance(group, Permutation):
        return _either([_row(order) for order in permutations(parts)])
    return _row(parts)


def _either(parts: Sequence[Neighbours]) -> Neighbours:
    return Neighbours(
        any(part.empty for part in parts),
        {word: None for part in parts for word in part.first},
        {word: None for part in parts for word in part.last},
        {pair: None for part in parts for pair in part.pairs},
    )


def _row(parts: Sequence[Neighbours]) -> Neighbours:
    first, last, pairs, empty = Words(), Words(), dict[tuple[str, str], None](), True
    for part in parts:
        pairs.update(dict.fromkeys(product(last, part.first)))
        pairs.update(part.pairs)
        first = {**first, **part.first} if empty else first
        last = {**last, **part.last} if part.empty else dict(part.last)
        empty = empty and part.empty
    return Neighbours(empty, first, last, pairs)
