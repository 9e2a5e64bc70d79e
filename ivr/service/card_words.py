"""Finds card numbers in what is said or written, before anything of it is written down."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ivr.domain.cards import SHORTEST, is_card, runs
from ivr.domain.intents import Builtin, Expects
from ivr.domain.turn import Turn
from ivr.service.ports import Understanding

DIGITS: Final = Expects(builtins=(Builtin.DIGITS,))
FEWEST_SIGNS: Final = SHORTEST
"""A shorter text says no card number: each digit takes a sign at the least."""


def has_card(understanding: Understanding, turn: Turn, texts: Sequence[str]) -> bool:
    """Whether one of the readings tells a card number, in words or in digits."""
    expected = turn.expects.digit_lengths
    return any(is_card(digits, expected) for text in texts for digits in _digits(understanding, turn.locale, text))


def _digits(understanding: Understanding, locale: str, text: str) -> Iterator[str]:
    if len(text) < FEWEST_SIGNS:
        return
    yield from runs(text)
    yield from _spoken(understanding, locale, text)


def _spoken(understanding: Understanding, locale: str, text: str) -> Iterable[str]:
    first = understanding.parse(locale, DIGITS, (text,)).first
    if first is None or first.name != "digits":
        return ()
    return (str(first.slots.get("value", "")), *str(first.slots.get("alternatives", "")).split())
