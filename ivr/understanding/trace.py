"""Why a text means what it means: its pieces, each with the templates that accept it. For people, not for calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ivr.domain.intents import Expects
from ivr.understanding.covering import cover
from ivr.understanding.locale_parser import MOMENT_RULE, LocaleParser, spelling_of
from ivr.understanding.meaning import allowed_names
from ivr.understanding.network import Network
from ivr.understanding.source import LocaleSource, Template
from ivr.understanding.tokens import Spelling

KEPT: Final = 2_000


@dataclass(frozen=True)
class Piece:
    """A known part of a text."""

    text: str
    name: str
    slots: Mapping[str, str | int]
    places: tuple[str, ...]
    """`file:line: template` of each that accepts it whole."""


class Traces:
    """Of one locale. What costs time is made once: its networks, and the answers given lately."""

    def __init__(self, source: LocaleSource) -> None:
        self._source = source
        self._signs = spelling_of(source)
        self._parser = LocaleParser(source, {})
        self._networks: dict[tuple[str, int, str], Network] = {}
        self.pieces = lru_cache(KEPT)(self._pieces)
        """The pieces of a text in spoken order, for what is expected; digit strings and likeness have none."""

    def _pieces(self, expects: Expects, text: str) -> tuple[Piece, ...]:
        words = self._signs.words(text)
        tokens = self._signs.split(words)
        covering = cover(words, self._parser.networks(expects), allowed_names(expects), self._signs)
        return tuple(self._piece(tokens[p.start : p.end], p.name, p.slots) for p in covering.pieces)

    def _piece(self, tokens: Sequence[str], name: str, slots: Mapping[str, str | int]) -> Piece:
        candidates = (*self._source.templates.get(name, ()), *self._source.fragments.get(name, ()))
        places = tuple(f"{t.file}:{t.line}: {t.text}" for t in candidates if self._accepts(t, tokens))
        return Piece(("" if self._source.free_spacing else " ").join(tokens), name, slots, places)

    def _accepts(self, template: Template, tokens: Sequence[str]) -> bool:
        key = (template.file, template.line, template.text)
        if key not in self._networks:
            self._networks[key] = network_of(self._source, self._signs, template)
        return any(match.end == len(tokens) for match in self._networks[key].matches(tokens))


def network_of(source: LocaleSource, signs: Spelling, template: Template) -> Network:
    """What one template accepts, moments left out."""
    network = Network(source.rules, source.lists, signs.tokens, left_out=frozenset({MOMENT_RULE}))
    network.add(template.intent, template.expression)
    return network
