"""What is told about a case beside its rows: the shop's name, its things, and how long a sentence takes to say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ivr.domain.turn import Say

SYLLABIC: Final = frozenset({"ko", "ja", "zh"})
"""Languages whose signs are whole syllables or words."""
LETTERS_A_SECOND, SIGNS_A_SECOND = 16.0, 7.0
"""Of the carriers' neural voices at their usual speed, and of 160 words a minute."""
DIGIT_LETTERS: Final = 3
"""A digit is said as a word."""


def _no_item(order_id: str, locale: str) -> str:
    return ""


def _unspoken(locale: str, say: Say) -> str:
    return ""


@dataclass(frozen=True)
class ShopWords:
    """Parts of what agents and customers are told."""

    company: str
    item: Callable[[str, str], str] = _no_item
    """What an order is about, by its id, in a locale; empty: unknown."""
    text: Callable[[str, Say], str] = _unspoken
    """A prompt in words, to see how long it takes."""

    def seconds(self, locale: str, say: Say) -> float:
        """How long the carrier's voice takes for it."""
        return spoken_seconds(self.text(locale, say), locale)


def spoken_seconds(text: str, locale: str) -> float:
    """About how long a text takes to say."""
    syllables = sum(sign.isalnum() and not sign.isascii() for sign in text) if locale[:2] in SYLLABIC else 0
    digits = sum(sign.isdigit() for sign in text)
    letters = len(text) - syllables + (DIGIT_LETTERS - 1) * digits
    return syllables / SIGNS_A_SECOND + letters / LETTERS_A_SECOND
