"""Other sizes and colors of what was ordered, as the shop tells them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

OFFERED: Final = 3
"""So many are offered by name and key; the others by their names."""


@dataclass(frozen=True)
class Variant:
    """What an item can be exchanged for."""

    id: str
    """The shop's own name of it."""
    label: str
    """In the customer's language, as spoken: "size 43", "blue"."""
    amount: str
    """Decimal, in the order's currency."""
    in_stock: bool = True
    phrases: tuple[str, ...] = ()
    """Other words for it, as callers say them."""


def in_turn(variants: Sequence[Variant]) -> tuple[Variant, ...]:
    """Those in stock first, likeliest first as the shop told them: the ones that are offered lead."""
    return tuple(sorted(variants, key=lambda one: not one.in_stock))


def offered(variants: Sequence[Variant]) -> tuple[Variant, ...]:
    """The likeliest in stock."""
    return tuple(one for one in in_turn(variants) if one.in_stock)[:OFFERED]


def with_id(variants: Sequence[Variant], variant_id: str) -> Variant | None:
    """None: the shop has no such one, or no more."""
    return next((one for one in variants if one.id == variant_id), None) if variant_id else None


def named(variants: Sequence[Variant], words: str) -> Variant | None:
    """The only one whose name is said among these words."""
    found = [one for one in variants if any(_holds(words, name) for name in (one.label, *one.phrases))]
    return found[0] if len(found) == 1 else None


def _holds(words: str, name: str) -> bool:
    """As whole words; what is written without spaces between words is found anywhere."""
    edge = r"\b" if name.isascii() else ""
    return re.search(edge + re.escape(name.casefold()) + edge, words.casefold()) is not None
