"""Why a text means what it means: its pieces, each with the templates that accept it. For people, not for calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.domain.intents import Expects
from ivr.understanding.covering import cover
from ivr.understanding.locale_parser import MOMENT_RULE, LocaleParser, spelling_of
from ivr.understanding.meaning import allowed_names
from ivr.understanding.network import Network
from ivr.understanding.source import LocaleSource, Template
from ivr.understanding.tokens import Spelling


@dataclass(frozen=True)
class Piece:
    """A known part of a text."""

    text: str
    name: str
    slots: Mapping[str, str | int]
    places: tuple[str, ...]
    """`file:line: template` of each that accepts it whole."""


def pieces_of(source: LocaleSource, expects: Expects, text: str) -> list[Piece]:
    """The pieces in spoken order; digit strings and likeness have none."""
    signs = spelling_of(source)
    words = signs.words(text)
    tokens = signs.split(words)
    networks = LocaleParser(source, {}).networks(expects)
    covering = cover(words, networks, allowed_names(expects), signs)
    return [_piece(source, signs, tokens[p.start : p.end], p.name, p.slots) for p in covering.pieces]


def _piece(
    source: LocaleSource, signs: Spelling, tokens: Sequence[str], name: str, slots: Mapping[str, str | int]
) -> Piece:
    candidates = (*source.templates.get(name, ()), *source.fragments.get(name, ()))
    places = tuple(f"{t.file}:{t.line}: {t.text}" for t in candidates if _accepts(source, signs, t, tokens))
    return Piece(("" if source.free_spacing else " ").join(tokens), name, slots, places)


def _accepts(source: LocaleSource, signs: Spelling, template: Template, tokens: Sequence[str]) -> bool:
    return any(match.end == len(tokens) for match in network_of(source, signs, template).matches(tokens))


def network_of(source: LocaleSource, signs: Spelling, template: Template) -> Network:
    """What one template accepts, moments left out."""
    network = Network(source.rules, source.lists, signs.tokens, left_out=frozenset({MOMENT_RULE}))
    network.add(template.intent, template.expression)
    return network
