"""Why a text means what it means: its pieces, each with the templates that accept it. For people, not for calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.domain.intents import Expects
from ivr.understanding.covering import cover
from ivr.understanding.locale_parser import LocaleParser
from ivr.understanding.meaning import allowed_names
from ivr.understanding.network import Network
from ivr.understanding.source import LocaleSource, Template
from ivr.understanding.tokens import Spelling, spelling

MOMENT_RULE = "moment"


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
    signs = spelling(free_spacing=source.free_spacing, fold_accents=source.fold_accents, rewrites=source.rewrites)
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
    network = Network(source.rules, source.lists, signs.tokens, left_out=frozenset({MOMENT_RULE}))
    network.add(template.intent, template.expression)
    return any(match.end == len(tokens) for match in network.matches(tokens))
