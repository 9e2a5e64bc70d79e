"""Digit strings as people say them: one by one, doubled, in pairs ("forty five"), or written as written."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from ivr.understanding.source import DigitWords
from ivr.understanding.tokens import Spelling

_MOST_READINGS: Final = 16
_CERTAIN_SHARE: Final = 0.6
"""So much of the words around must be digits, or it is no digit string."""


@dataclass(frozen=True)
class DigitString:
    """Digits found in a text."""

    readings: tuple[str, ...]
    """Likeliest first: "forty five" is 45, or 40 5."""
    exact: bool
    """No other words stood between or around them."""


@dataclass(frozen=True)
class _Piece:
    readings: tuple[str, ...]
    size: int
    """Tokens taken."""


class DigitReader:
    """Reads the digit strings of one locale."""

    def __init__(self, words: DigitWords, spelling: Spelling) -> None:
        self._spelling = spelling
        self._words = {self._key(word): digits for word, digits in words.words.items()}
        self._compounds = {digits for digits in self._words.values() if len(digits) == 2}
        """Listed as words of their own ("soixante-quatorze"): "soixante-dix quatre" is 70 4, never 74."""
        self._misspelled = {self._key(word): digits for word, digits in words.misspelled.items()}
        self._repeats = {self._key(word): count for word, count in words.repeats.items()}
        self._skipped = {self._key(word) for word in words.skipped}
        self._doubtful = {self._key(word): ("", digits) for word, digits in words.doubtful.items()}
        known = (*self._words, *self._misspelled, *self._repeats, *self._skipped, *self._doubtful)
        self._longest = max((len(key) for key in known), default=1)

    def read(self, tokens: Sequence[str]) -> DigitString | None:
        """The digits among the tokens; None if there are none, or too little of the text is digits."""
        pieces: list[_Piece] = []
        position = unread = taken = 0
        while position < len(tokens):
            piece = self._piece(tokens, position, bool(pieces))
            if piece is None:
                position, unread = position + 1, unread + 1
                continue
            pieces.append(piece)
            position, taken = position + piece.size, taken + piece.size
        if not any(any(piece.readings) for piece in pieces) or taken < _CERTAIN_SHARE * (taken + unread):
            return None
        return DigitString(_combined(pieces), unread == 0)

    def _key(self, word: str) -> tuple[str, ...]:
        return tuple(self._spelling.tokens(word))

    def _piece(self, tokens: Sequence[str], position: int, among_digits: bool) -> _Piece | None:
        if tokens[position].isdecimal():
            return _Piece((_plain_digits(tokens[position]),), 1)
        for size in range(min(self._longest, len(tokens) - position), 0, -1):
            key = tuple(tokens[position : position + size])
            if key in self._repeats and (repeated := self._repeated(tokens, position + size, self._repeats[key])):
                return _Piece(repeated.readings, size + repeated.size)
            if key in self._doubtful:
                return _Piece(self._doubtful[key], size)
            if key in self._words:
                return self._pair(tokens, position + size, self._words[key], size)
            if key in self._misspelled and (among_digits or self._digit_follows(tokens, position + size)):
                return _Piece((self._misspelled[key],), size)
            if key in self._skipped:
                return _Piece(("",), size)
        return None

    def _repeated(self, tokens: Sequence[str], position: int, count: int) -> _Piece | None:
        piece = self._piece(tokens, position, True) if position < len(tokens) else None
        if piece is None or len(piece.readings[0]) != 1:
            return None
        return _Piece((piece.readings[0] * count,), piece.size)

    def _pair(self, tokens: Sequence[str], position: int, digits: str, size: int) -> _Piece:
        """ "Twenty" and a following "three": 23, or 20 3."""
        if len(digits) == 2 and digits[1] == "0" and digits[0] != "1" and position < len(tokens):
            for length in range(min(self._longest, len(tokens) - position), 0, -1):
                unit = self._words.get(tuple(tokens[position : position + length]))
                if unit is not None and len(unit) == 1 and unit != "0" and digits[0] + unit not in self._compounds:
                    return _Piece((digits[0] + unit, digits + unit), size + length)
        return _Piece((digits,), size)

    def _digit_follows(self, tokens: Sequence[str], position: int) -> bool:
        """Whether a sure digit comes next, or after more doubtful ones."""
        if position >= len(tokens):
            return False
        keys = [tuple(tokens[position : position + n]) for n in range(1, self._longest + 1)]
        if tokens[position].isdecimal() or any(key in self._words for key in keys):
            return True
        return any(key in self._misspelled and self._digit_follows(tokens, position + len(key)) for key in keys)


def _plain_digits(token: str) -> str:
    return "".join(str(int(sign)) for sign in token)


def _combined(pieces: Sequence[_Piece]) -> tuple[str, ...]:
    readings: list[str] = []
    for combination in product(*(piece.readings for piece in pieces)):
        readings.append("".join(combination))
        if len(readings) >= _MOST_READINGS:
            break
    return tuple(dict.fromkeys(readings))
