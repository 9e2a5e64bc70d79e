"""The numbers and amounts that a turn asks for, as pieces beside the phrases of its grammar."""

from collections.abc import Sequence
from typing import Final

from ivr.domain.intents import Builtin, Expects
from ivr.understanding import cardinals
from ivr.understanding.amounts import CURRENCY, AmountPieces, Money
from ivr.understanding.cardinals import AROUND, NUMBER, REFUSED, Cardinals, NumberPieces
from ivr.understanding.covering import Matcher, Piece
from ivr.understanding.network import Network
from ivr.understanding.source import LocaleSource
from ivr.understanding.tokens import Spelling
from ivr.understanding.written import WrittenNumbers

ASKED: Final = frozenset({Builtin.NUMBER, Builtin.CURRENCY})
"""Builtins whose answers are quantities."""
QUANTITIES: Final = frozenset({NUMBER, CURRENCY})
"""Pieces that are one."""
BESIDE: Final = frozenset({AROUND, REFUSED})
"""Pieces that stand beside one."""


class Quantities:
    """Numbers and amounts in one locale's texts."""

    def __init__(self, source: LocaleSource, spelling: Spelling) -> None:
        self._spelling = spelling
        self._cardinals = Cardinals(source.numbers, spelling)
        self._money = Money(source.money, source.numbers, self._cardinals)
        self._written = WrittenNumbers(source.numbers, source.money)
        self._beside = Network({}, {}, spelling.tokens)
        for word in source.numbers.refused:
            self._beside.add_words(REFUSED, word)
        for word in source.numbers.around:
            self._beside.add_words(AROUND, word)

    def words(self, expects: Expects, text: str) -> list[str]:
        """The words of a text, its written numbers read where a quantity is asked for."""
        if ASKED & set(expects.builtins):
            text = self._written.plain(text, expects.currency)
        return self._spelling.words(text)

    def matchers(self, expects: Expects, words: Sequence[str]) -> tuple[Matcher, ...]:
        """What finds the quantities among these words; nothing where none is asked for.

        Bare numbers are found beside amounts, too: "twelve fifty dollars" must not become fifty dollars.
        """
        if not ASKED & set(expects.builtins):
            return ()
        found: tuple[Matcher, ...] = (self._beside, NumberPieces(self._cardinals, words))
        if Builtin.CURRENCY not in expects.builtins:
            return found
        amounts = AmountPieces(self._money, words, expects.currency)
        return (*found, amounts) if Builtin.NUMBER in expects.builtins else (amounts, *found)

    def goes_on(self, expects: Expects, words: Sequence[str], piece: Piece) -> bool:
        """Whether more words could make another quantity of the last piece."""
        if piece.name == CURRENCY:
            return AmountPieces(self._money, words, expects.currency).goes_on(piece.start)
        return piece.name == NUMBER and cardinals.goes_on(self._cardinals, words, piece.start)
