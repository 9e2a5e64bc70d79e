"""The numbers that a turn asks for, as pieces beside the phrases of its grammar."""

from collections.abc import Sequence
from typing import Final

from ivr.domain.intents import Builtin, Expects
from ivr.understanding import cardinals
from ivr.understanding.cardinals import NUMBER, REFUSED, Cardinals, NumberPieces
from ivr.understanding.covering import FILLER, Matcher, Piece
from ivr.understanding.network import Network
from ivr.understanding.source import LocaleSource
from ivr.understanding.tokens import Spelling
from ivr.understanding.written import WrittenNumbers

ASKED: Final = frozenset({Builtin.NUMBER})
"""Builtins whose answers are quantities."""
QUANTITIES: Final = frozenset({NUMBER})
"""Pieces that are one."""


class Quantities:
    """Numbers in one locale's texts."""

    def __init__(self, source: LocaleSource, spelling: Spelling) -> None:
        self._spelling = spelling
        self._cardinals = Cardinals(source.numbers, spelling)
        self._written = WrittenNumbers(source.numbers)
        self._beside = Network({}, {}, spelling.tokens)
        for word in source.numbers.refused:
            self._beside.add_words(REFUSED, word)
        for word in source.numbers.around:
            self._beside.add_words(FILLER, word)

    def words(self, expects: Expects, text: str) -> list[str]:
        """The words of a text, its written numbers read where a quantity is asked for."""
        return self._spelling.words(self._written.plain(text) if ASKED & set(expects.builtins) else text)

    def matchers(self, expects: Expects, words: Sequence[str]) -> tuple[Matcher, ...]:
        """What finds the quantities among these words; nothing where none is asked for."""
        if not ASKED & set(expects.builtins):
            return ()
        return (self._beside, NumberPieces(self._cardinals, words))

    def goes_on(self, words: Sequence[str], piece: Piece) -> bool:
        """Whether more words could make another quantity of the last piece."""
        return piece.name in QUANTITIES and cardinals.goes_on(self._cardinals, words, piece.start)
