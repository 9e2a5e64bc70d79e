"""Amounts of money: a number with its unit and the smaller coins, or bare where the turn's currency is known."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ivr.understanding.cardinals import REFUSED, Cardinals, Chart, Lexicon, Utterance
from ivr.understanding.network import Match
from ivr.understanding.source import MoneyWords, NumberWords
from ivr.understanding.written import currency_meant

CURRENCY: Final = "currency"
_HUNDRED: Final = 100
_TWO_SIGNS: Final = 10
"""Coins said without their word have two digits: "twelve dollars five" may be five or fifty cents."""


@dataclass(frozen=True)
class Amount:
    """An amount that ends at a place in the text."""

    end: int
    minor: int
    """In the currency's smallest unit."""
    currency: str
    also: tuple[int, ...] = ()
    """What else it may mean: "twelve fifty" is 1250, too, where people say twelve hundred."""


class Money:
    """The words of one locale's amounts."""

    def __init__(self, money: MoneyWords, numbers: NumberWords, cardinals: Cardinals) -> None:
        self.cardinals = cardinals
        spelling = cardinals.spelling
        self._codes = tuple(money.units)
        self._digits = {code: unit.digits for code, unit in money.units.items()}
        self._default = money.default
        units = tuple(enumerate(money.units.values()))
        codes = [(code.lower(), number) for number, code in enumerate(self._codes)]
        self.majors = Lexicon([*((word, n) for n, unit in units for word in unit.words), *codes], spelling)
        self.minors = Lexicon(((word, n) for n, unit in units for word in unit.minor), spelling)
        self.joins = Lexicon(((word, 0) for word in money.joins), spelling)
        self.of = Lexicon(((word, 0) for word in money.of), spelling)
        self.points = Lexicon(((word, 0) for word in numbers.points), spelling)
        self.most_hundreds = max((scale.most for scale in numbers.scales if scale.value == _HUNDRED), default=0)

    def digits(self, code: str) -> int | None:
        """Decimals of a currency; None if this locale has no words for it."""
        return self._digits.get(code)

    def chosen(self, numbers: Iterable[int], asked: str) -> str | None:
        """The currency that a word means, if that is clear."""
        return currency_meant({self._codes[number] for number in numbers}, asked, self._default)

    def names(self, number: int, code: str) -> bool:
        """Whether a word of this number stands for the currency."""
        return self._codes[number] == code


class AmountPieces:
    """The amounts of one text, as pieces to cover it with."""

    def __init__(self, money: Money, words: Sequence[str], asked: str) -> None:
        self._money, self._asked = money, asked
        self._utterance = Utterance(words, money.cardinals.spelling)
        self._chart = Chart(money.cardinals, self._utterance.text, self._utterance.numerals)

    def matches(self, tokens: Sequence[str], start: int = 0) -> Iterator[Match]:
        """Every amount that begins at this token."""
        by_end: dict[int, set[Amount]] = {}
        for amount in self._amounts(self._utterance.offset(start)):
            end = self._utterance.token(amount.end)
            if end is not None:
                by_end.setdefault(end, set()).add(amount)
        for end, amounts in by_end.items():
            yield _match(end, amounts)

    def goes_on(self, start: int) -> bool:
        """Whether the amount that begins at this token could go on after the end of the text."""
        self._chart.breaks_off = False
        for _ in self._amounts(self._utterance.offset(start)):
            pass
        return self._chart.breaks_off

    def _amounts(self, at: int) -> Iterator[Amount]:
        for end, value in self._chart.numbers(at):
            yield from self._with_unit(end, value)
            yield from self._coins(end, value)
            yield from self._with_point(end, value)
            yield from self._bare(at, end, value)

    def _with_unit(self, end: int, value: int) -> Iterator[Amount]:
        """ "Twelve dollars", "twelve dollars fifty", "twelve dollars and fifty cents"."""
        for after, code in self._units(end):
            digits = self._money.digits(code) or 0
            yield Amount(after, value * 10**digits, code)
            if digits == 2:
                yield from self._coins_after(after, value * _HUNDRED, code)

    def _coins_after(self, end: int, before: int, code: str) -> Iterator[Amount]:
        for start in (end, *(after for after, _ in self._chart.words(self._money.joins, end))):
            for last, coins in self._chart.numbers(start, _HUNDRED):
                for after, unit in self._chart.words(self._money.minors, last):
                    if self._money.names(unit, code):
                        yield Amount(after, before + coins, code)
                if coins >= _TWO_SIGNS or self._chart.numerals.get(start, (0, ""))[1] == f"{coins:02}":
                    yield Amount(last, before + coins, code)

    def _coins(self, end: int, value: int) -> Iterator[Amount]:
        """ "Fifty cents"."""
        for after, code in self._named(self._money.minors, end):
            yield Amount(after, value, code)

    def _with_point(self, end: int, value: int) -> Iterator[Amount]:
        """ "Twelve point five dollars", "12.50 $"."""
        for point, _ in self._chart.words(self._money.points, end):
            for last, part in self._decimals(point):
                units = [*self._units(last), *([(last, self._asked)] if self._asked else [])]
                for after, code in units:
                    digits = self._money.digits(code)
                    if digits is not None and len(part) <= digits:
                        yield Amount(after, int(f"{value}{part.ljust(digits, '0')}"), code)

    def _decimals(self, at: int) -> Iterator[tuple[int, str]]:
        """Digits after the point: written, one by one, or as a number of two ("fifty")."""
        if at in self._chart.numerals:
            yield self._chart.numerals[at]
            return
        for end, value in self._chart.numbers(at, _HUNDRED):
            yield end, str(value)
            if value < _TWO_SIGNS:
                yield from ((last, f"{value}{more}") for last, more in self._chart.numbers(end, _TWO_SIGNS))

    def _bare(self, at: int, end: int, value: int) -> Iterator[Amount]:
        """ "Twelve", "twelve fifty": only where the currency is known."""
        digits = self._money.digits(self._asked)
        if digits is None:
            return
        yield Amount(end, value * 10**digits, self._asked)
        if digits != 2 or self._utterance.token(end) is None:
            return
        spans = {last for last, _ in self._chart.numbers(at)}
        for last, coins in self._chart.numbers(end, _HUNDRED):
            if coins >= _TWO_SIGNS and last not in spans:
                amount = value * _HUNDRED + coins
                also = (amount * _HUNDRED,) if 0 < value <= self._money.most_hundreds else ()
                yield Amount(last, amount, self._asked, also)

    def _units(self, end: int) -> Iterator[tuple[int, str]]:
        for start in (end, *(after for after, _ in self._chart.words(self._money.of, end))):
            yield from self._named(self._money.majors, start)

    def _named(self, lexicon: Lexicon, at: int) -> Iterator[tuple[int, str]]:
        by_end: dict[int, list[int]] = {}
        for end, number in self._chart.words(lexicon, at):
            by_end.setdefault(end, []).append(number)
        for end, numbers in by_end.items():
            code = self._money.chosen(numbers, self._asked)
            if code is not None:
                yield end, code


def _match(end: int, amounts: set[Amount]) -> Match:
    if len({(amount.minor, amount.currency) for amount in amounts}) > 1:
        return Match(REFUSED, end, ())
    amount = max(amounts, key=lambda one: len(one.also))
    others = (("alternatives", " ".join(map(str, amount.also))),) if amount.also else ()
    return Match(CURRENCY, end, (("amount_minor", amount.minor), ("currency", amount.currency), *others))
