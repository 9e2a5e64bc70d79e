"""The best way to see a text as a row of known phrases: least left over, fewest pieces."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from ivr.understanding.moments import LATEST, REJECTED, UNTIL, WINDOW
from ivr.understanding.network import Match, Slots
from ivr.understanding.tokens import Spelling

TO: Final = "to"
"""The slot between a window's two times."""
FILLER: Final = "~filler"
_UNKNOWN_COST: Final = 1.0
_PIECE_COST: Final = 0.1
_WINDOW_COST: Final = 0.09
"""Rather than a time: "from ten to twelve" is not ten minutes before noon."""
_LATEST_COST: Final = 1e-3
"""More than a time: the words before one are the request's if it has them ("postpone my callback until three")."""
_LATER_COST: Final = 1e-4
"""Per token before it: what cannot be is said before what can ("el martes no puedo, el miércoles")."""
_FILLER_COST: Final = 0.2
"""Per token: a known phrase is always preferred to fillers."""


class Matcher(Protocol):
    """Finds known phrases."""

    def matches(self, tokens: Sequence[str], start: int = 0) -> Iterable[Match]:
        """The phrases that begin at a token."""


@dataclass(frozen=True)
class Piece:
    """A known phrase at a place in the text."""

    name: str
    start: int
    end: int
    slots: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Covering:
    """A text as known pieces; the rest is fillers and unknown words."""

    pieces: tuple[Piece, ...]
    known: int
    """Tokens in pieces."""
    fillers: int
    unknown: int

    @property
    def share(self) -> float:
        """Known among the words that are no fillers, 0 to 1."""
        return self.known / (self.known + self.unknown) if self.known else 0.0


@dataclass
class _Best:
    cost: float
    before: int
    piece: Piece | None = None


def cover(words: Sequence[str], networks: Sequence[Matcher], allowed: Collection[str], spelling: Spelling) -> Covering:
    """The cheapest covering of the words by phrases whose names are allowed."""
    tokens = spelling.split(words)
    bounds = spelling.boundaries(words)
    best = [_Best(0.0, -1)] + [_Best(float("inf"), -1) for _ in tokens]
    for start in range(len(tokens)):
        _relax(best, start, start + 1, best[start].cost + _UNKNOWN_COST, None)
        if start not in bounds:
            continue
        for network in networks:
            for match in network.matches(tokens, start):
                if match.end in bounds and (match.name in allowed or match.name == FILLER):
                    piece = Piece(match.name, start, match.end, _plain(_ends_apart(match.slots)))
                    _relax(best, start, match.end, best[start].cost + _cost(piece), piece)
    return _traced(best)


def _cost(piece: Piece) -> float:
    if piece.name == FILLER:
        return _FILLER_COST * (piece.end - piece.start)
    if piece.name == REJECTED:
        return _PIECE_COST + _LATER_COST * piece.start
    return {WINDOW: _WINDOW_COST, LATEST: _PIECE_COST + _LATEST_COST}.get(piece.name, _PIECE_COST)


def _relax(best: list[_Best], start: int, end: int, cost: float, piece: Piece | None) -> None:
    if cost < best[end].cost - 1e-9:
        best[end] = _Best(cost, start, piece)


def _traced(best: Sequence[_Best]) -> Covering:
    pieces: list[Piece] = []
    known = fillers = unknown = 0
    at = len(best) - 1
    while at > 0:
        step = best[at]
        size = at - step.before
        if step.piece is None:
            unknown += size
        elif step.piece.name == FILLER:
            fillers += size
        else:
            known += size
            pieces.append(step.piece)
        at = step.before
    return Covering(tuple(reversed(pieces)), known, fillers, unknown)


def _plain(slots: Mapping[str, str | int]) -> dict[str, str | int]:
    """Slots are kept with the call: as plain texts, without the place in the file that they were read from."""
    return {name: str(value) if isinstance(value, str) else value for name, value in slots.items()}


def _ends_apart(slots: Slots) -> dict[str, str | int]:
    """What is said after `to` is of the window's end."""
    names = [name for name, _ in slots]
    if TO not in names:
        return dict(slots)
    at = names.index(TO)
    return dict(slots[:at]) | {UNTIL + name: value for name, value in slots[at + 1 :]}
