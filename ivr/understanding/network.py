"""Sentence templates as one network of words: matched from any place, sampled, and asked what may follow.

What follows a word is laid out when that word is first heard: most of a grammar never is, and a whole one has some
hundred thousand nodes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import permutations
from threading import Lock
from typing import Final

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk

from ivr.understanding.source import ListValue, Rule

Slots = tuple[tuple[str, str | int], ...]
Split = Callable[[str], Sequence[str]]
START: Final = 0


@dataclass(frozen=True)
class Match:
    """A template that fits the tokens up to `end`."""

    name: str
    end: int
    slots: Slots


@dataclass
class _Node:
    words: dict[str, list[int]] = field(default_factory=dict)
    free: list[tuple[int, Slots]] = field(default_factory=list)
    """Steps that need no word; some set slots."""
    ends: str = ""
    """The name that is complete here."""
    later: tuple[Sequence[Expression], int] | None = None
    """What comes from here, not laid out yet, and the node that it ends at."""


@dataclass(frozen=True)
class State:
    """A node with all its free steps taken: what each word leads to, and what is complete here."""

    arcs: Mapping[str, tuple[tuple[int, Slots], ...]]
    complete: tuple[tuple[str, Slots], ...]


class Network:
    """Words and slots of many templates, each under a name; frozen at the first use."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        lists: Mapping[str, Sequence[ListValue]],
        split: Split,
        *,
        left_out: frozenset[str] = frozenset(),
    ) -> None:
        self._rules, self._lists = rules, lists
        self._split = cache(split)  # the same words stand in many templates, and lists in many places
        self._left_out = left_out
        self._nodes = [_Node()]
        self._states: dict[int, State] = {}
        self._firsts: dict[str, Mapping[int, Slots]] = {}
        self._lock = Lock()  # one lays out at a time
        self._open: dict[int, tuple[bool, frozenset[str]]] = {}

    def add(self, name: str, expression: Expression, slots: Mapping[str, str | int] | None = None) -> None:
        """Let a template lead to `name` with these slots."""
        final = self._node()
        self._nodes[final].ends = name
        self._nodes[START].free.append((self._later((expression,), final), tuple((slots or {}).items())))

    def add_words(self, name: str, words: str, slots: Mapping[str, str | int] | None = None) -> None:
        """Let fixed words lead to `name`."""
        self.add(name, TextChunk(text=words), slots)

    def state(self, number: int) -> State:
        """A node with its free steps taken."""
        if number not in self._states:
            with self._lock:
                if number not in self._states:
                    self._states[number] = self._closed(number)
        return self._states[number]

    def matches(self, tokens: Sequence[str], start: int = 0) -> Iterator[Match]:
        """Every template that fits from `start`, by end and name; the first reading of each wins."""
        threads: Mapping[int, Slots] = {START: ()}
        for position in range(start, len(tokens)):
            token = tokens[position]
            threads = self._step(threads, token) if position > start else self._first(token)
            if not threads:
                return
            for name, slots in self._completed(threads):
                yield Match(name, position + 1, slots)

    def after(self, tokens: Sequence[str], start: int = 0) -> list[int]:
        """The nodes alive after all tokens from `start`."""
        threads: Mapping[int, Slots] = {START: ()}
        for token in tokens[start:]:
            threads = self._step(threads, token)
        return list(threads)

    def ahead(self, number: int) -> tuple[bool, frozenset[str]]:
        """Whether a slot may still be set after more words, and the names that more words can lead to."""
        if number not in self._open:
            self._open[number] = self._look_ahead(number)
        return self._open[number]

    def _step(self, threads: Mapping[int, Slots], token: str) -> dict[int, Slots]:
        following: dict[int, Slots] = {}
        known = self._states.get
        for number, slots in threads.items():
            state = known(number) or self.state(number)
            for target, more in state.arcs.get(token, ()):
                if target not in following:
                    following[target] = slots + more if more else slots
        return following

    def _first(self, token: str) -> Mapping[int, Slots]:
        """Half of all steps begin a template."""
        if token not in self._firsts and token in self.state(START).arcs:
            self._firsts[token] = self._step({START: ()}, token)
        return self._firsts.get(token, {})

    def _completed(self, threads: Mapping[int, Slots]) -> Iterator[tuple[str, Slots]]:
        seen: set[str] = set()
        known = self._states.get
        for number, slots in threads.items():
            for name, more in (known(number) or self.state(number)).complete:
                if name not in seen:
                    seen.add(name)
                    yield name, slots + more

    def _closed(self, number: int) -> State:
        arcs: dict[str, list[tuple[int, Slots]]] = {}
        complete: dict[str, Slots] = {}
        for node, slots in self._reached(number):
            for word, targets in self._nodes[node].words.items():
                arcs.setdefault(word, []).extend((target, slots) for target in targets)
            if self._nodes[node].ends:
                complete.setdefault(self._nodes[node].ends, slots)
        return State({word: tuple(targets) for word, targets in arcs.items()}, tuple(complete.items()))

    def _reached(self, number: int) -> list[tuple[int, Slots]]:
        reached: dict[int, Slots] = {}
        waiting: list[tuple[int, Slots]] = [(number, ())]
        while waiting:
            node, slots = waiting.pop()
            if node in reached:
                continue
            reached[node] = slots
            self._lay_out(node)
            waiting.extend((target, slots + more) for target, more in reversed(self._nodes[node].free))
        return list(reached.items())

    def _look_ahead(self, number: int) -> tuple[bool, frozenset[str]]:
        sets_slot, names, seen = False, set[str](), {number}
        waiting = [target for arcs in self.state(number).arcs.values() for target, _ in arcs]
        sets_slot = any(slots for arcs in self.state(number).arcs.values() for _, slots in arcs)
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            state = self.state(node)
            names |= {name for name, _ in state.complete}
            sets_slot = sets_slot or any(slots for _, slots in state.complete)
            for arcs in state.arcs.values():
                sets_slot = sets_slot or any(slots for _, slots in arcs)
                waiting.extend(target for target, _ in arcs)
        return sets_slot, frozenset(names)

    # --- building ------------------------------------------------------------------------------------------

    def _node(self) -> int:
        self._nodes.append(_Node())
        return len(self._nodes) - 1

    def _later(self, items: Sequence[Expression], end: int) -> int:
        """A node from which the items lead to `end`."""
        begin = self._node()
        self._nodes[begin].later = (items, end)
        return begin

    def _lay_out(self, number: int) -> None:
        """What was put off at a node: up to the next word."""
        if (later := self._nodes[number].later) is None:
            return
        self._nodes[number].later = None
        items, end = later
        self._nodes[self._row(items, number)].free.append((end, ()))

    def _words(self, text: str, begin: int) -> int:
        for token in self._split(text):
            end = self._node()
            self._nodes[begin].words.setdefault(token, []).append(end)
            begin = end
        return begin

    def _expression(self, expression: Expression, begin: int) -> int:
        if isinstance(expression, TextChunk):
            return self._words(expression.text, begin)
        if isinstance(expression, RuleReference):
            if expression.rule_name in self._left_out:
                return begin
            return self._expression(self._rules[expression.rule_name].expression, begin)
        if isinstance(expression, ListReference):
            return self._list(expression, begin)
        if isinstance(expression, Alternative):
            return self._either(expression.items, begin)
        if isinstance(expression, Permutation):
            return self._either([Group(items=list(order)) for order in permutations(expression.items)], begin)
        assert isinstance(expression, Group)
        return self._row(expression.items, begin)

    def _row(self, items: Sequence[Expression], begin: int) -> int:
        """The first step of it; the rest is put off."""
        for place, item in enumerate(items):
            after = self._expression(item, begin)
            if after != begin and (rest := items[place + 1 :]):
                end = self._node()
                self._nodes[after].later = (rest, end)
                return end
            begin = after
        return begin

    def _either(self, items: Iterable[Expression], begin: int) -> int:
        end = self._node()
        for item in items:
            self._nodes[begin].free.append((self._later((item,), end), ()))
        return end

    def _list(self, reference: ListReference, begin: int) -> int:
        end = self._node()
        for value in self._lists.get(reference.list_name, ()):
            slot: Slots = ((reference.slot_name, value.out),)
            self._nodes[self._expression(value.expression, begin)].free.append((end, slot))
            for numeral in value.written:
                self._nodes[self._words(numeral, begin)].free.append((end, slot))
        return end
