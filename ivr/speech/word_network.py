"""A language of words as a small deterministic network: determinised, trimmed, equal states joined."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from ivr.errors import ContentError

MOST_STATES: Final = 200_000
"""A grammar with more is a mistake."""


@dataclass(frozen=True)
class Network:
    """States 0 to `states` - 1, start 0; `arcs` are (from, to, word); speech may end in `finals`."""

    states: int
    arcs: tuple[tuple[int, int, str], ...]
    finals: frozenset[int]

    def words(self) -> set[str]:
        """Every word that can be said."""
        return {word for _, _, word in self.arcs}

    def accepts(self, words: Iterable[str]) -> bool:
        """Whether these words are a whole sentence of the language."""
        here: int | None = 0
        for word in words:
            here = self._steps.get((here, word)) if here is not None else None
        return here in self.finals

    @cached_property
    def _steps(self) -> Mapping[tuple[int, str], int]:
        return {(start, word): to for start, to, word in self.arcs}


@dataclass
class Automaton:
    """Thompson's construction: arcs by state, None for an empty step."""

    arcs: dict[int, list[tuple[str | None, int]]] = field(default_factory=lambda: defaultdict(list))
    count: int = 0

    def state(self) -> int:
        self.count += 1
        if self.count > MOST_STATES:
            raise ContentError(f"a speech grammar has over {MOST_STATES} states: split the turn's grammar")
        return self.count - 1

    def insert(self, network: Network, start: int, end: int) -> None:
        """A copy of the network between two states."""
        copies = [self.state() for _ in range(network.states)]
        self.arcs[start].append((None, copies[0]))
        for source, to, word in network.arcs:
            self.arcs[copies[source]].append((word, copies[to]))
        for final in network.finals:
            self.arcs[copies[final]].append((None, end))


def from_phrases(phrases: Iterable[str], sayable: Callable[[str], bool]) -> Network:
    """The phrases as alternatives, less those with a word that is not sayable."""
    automaton = Automaton()
    start, end = automaton.state(), automaton.state()
    tree: dict[tuple[int, str], int] = {}
    for words in (str(phrase).lower().split() for phrase in phrases):
        here = start
        for word in words if all(map(sayable, words)) else ():
            if (here, word) not in tree:
                tree[here, word] = automaton.state()
                automaton.arcs[here].append((word, tree[here, word]))
            here = tree[here, word]
        if here != start:
            automaton.arcs[here].append((None, end))
    return minimal(automaton, start, end, sayable)


def minimal(automaton: Automaton, start: int, end: int, sayable: Callable[[str], bool]) -> Network:
    """Determinised, trimmed to what leads to an end, equal states joined."""
    steps, finals = _determinise(automaton, start, end, sayable)
    live = _leading_to(steps, finals)
    kept = {x: {w: to for w, to in steps[x].items() if to in live} for x in sorted(live | {0})}
    return _joined(kept, finals)


def _determinise(
    automaton: Automaton, start: int, end: int, sayable: Callable[[str], bool]
) -> tuple[list[dict[str, int]], set[int]]:
    first = _closure(automaton, {start})
    numbers, queue = {first: 0}, [first]
    steps: list[dict[str, int]] = []
    for states in queue:  # grows while it is read
        targets: dict[str, set[int]] = defaultdict(set)
        for word, to in (arc for state in states for arc in automaton.arcs.get(state, ())):
            if word is not None and sayable(word):
                targets[word].add(to)
        steps.append({})
        for word, reached in targets.items():
            closed = _closure(automaton, reached)
            if closed not in numbers:
                if len(numbers) >= MOST_STATES:
                    raise ContentError(f"a speech grammar has over {MOST_STATES} states: split the turn's grammar")
                numbers[closed] = len(numbers)
                queue.append(closed)
            steps[-1][word] = numbers[closed]
    return steps, {number for states, number in numbers.items() if end in states}


def _closure(automaton: Automaton, states: set[int]) -> frozenset[int]:
    reached, queue = set(states), list(states)
    while queue:
        for word, to in automaton.arcs.get(queue.pop(), ()):
            if word is None and to not in reached:
                reached.add(to)
                queue.append(to)
    return frozenset(reached)


def _leading_to(steps: list[dict[str, int]], finals: set[int]) -> set[int]:
    back: dict[int, set[int]] = defaultdict(set)
    for state, arcs in enumerate(steps):
        for to in arcs.values():
            back[to].add(state)
    live, queue = set(finals), list(finals)
    while queue:
        for state in back[queue.pop()] - live:
            live.add(state)
            queue.append(state)
    return live


def _joined(steps: Mapping[int, Mapping[str, int]], finals: set[int]) -> Network:
    """Moore's partition refinement: states with the same future become one; the start is number 0."""
    block = {state: int(state in finals) for state in steps}
    blocks = len(set(block.values()))
    while True:
        signs: dict[tuple[int, frozenset[tuple[str, int]]], int] = {}
        refined = {}
        for state, arcs in steps.items():  # the start comes first, so it is 0
            sign = (block[state], frozenset((word, block[to]) for word, to in arcs.items()))
            refined[state] = signs.setdefault(sign, len(signs))
        block = refined
        if len(signs) == blocks:
            break
        blocks = len(signs)
    arcs_out = {(block[s], block[to], word) for s, arcs in steps.items() for word, to in arcs.items()}
    return Network(blocks, tuple(sorted(arcs_out)), frozenset(block[s] for s in finals if s in block))
