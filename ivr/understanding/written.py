"""Written numbers before they are read: marks between thousands go, the mark before decimals becomes a word.

Signs of currencies become their codes, behind the number, where people say the unit.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Final

from ivr.understanding.source import MoneyWords, NumberWords

_SPACES: Final = "\u00a0\u2009\u202f"
"""Spaces that never part words: inside a number they part thousands."""
_FIGURES: Final = rf"[.,٫]?\d+(?:[.,٫٬'’{_SPACES} ]\d+)*(?!\d)"
_NUMERAL: Final = re.compile(rf"(?<![\d.,٫٬]){_FIGURES}")
_WIDE: Final = str.maketrans("，．￥￦＄￡\u200e\u200f\u061c", ",.¥₩$£   ")
_SIGN: Final = re.compile(r"(?<!\S)[-−](?=\s?\d)|(?<=\d)\s?[%‰٪]|(?<=\d)[-–/:⁄](?=\d)|[½¼¾⅓⅔]")
"""What makes something else of a number: less than nothing, a part, a range, a fraction, a time."""


def currency_meant(codes: Collection[str], asked: str, default: str) -> str | None:
    """Of the currencies of one word the only one, else the one asked about, else the locale's; never a guess."""
    if len(codes) == 1:
        return next(iter(codes))
    return next((code for code in (asked, default) if code in codes), None)


class WrittenNumbers:
    """Numbers and amounts as one locale writes them."""

    def __init__(self, words: NumberWords, money: MoneyWords) -> None:
        self._point = f" {words.points[0]} " if words.points else " "
        self._sign = f" {words.refused[0]} " if words.refused else " "
        self._default = money.default
        self._codes = _codes(money)
        sign = "|".join(_bounded(sign) for sign in sorted(self._codes, key=len, reverse=True))
        self._amount = re.compile(
            rf"(?:(?P<before>{sign})[\s{_SPACES}]?)?(?P<figures>(?<![\d.,٫٬])[-−]?{_FIGURES})"
            rf"(?:[\s{_SPACES}]?(?P<after>{sign}))?",
            re.IGNORECASE,
        )
        groups = {words.group, "٬", *_SPACES, " " if words.group in _SPACES else "", "'" if words.group == "’" else ""}
        group, decimal = _either(groups), _either({words.decimal, "٫"})
        whole = rf"(?P<whole>\d{{1,3}}(?:{group}\d{{2,3}})*{group}\d{{3}}|\d+)"
        self._shapes = (
            re.compile(rf"{whole}(?:{decimal}(?P<part>\d+))?"),
            # The other mark before one or two digits cannot part thousands.
            re.compile(r"(?P<whole>\d*)[.,٫](?P<part>\d{1,2})"),
        )

    def plain(self, text: str, asked: str = "") -> str:
        """The text with its numbers as plain digits and words; what fits no shape stays as it is."""
        text = text.translate(_WIDE)
        if self._codes:
            text = self._amount.sub(lambda found: self._with_code(found, asked), text)
        text = "".join(self._sign if unicodedata.category(sign) == "Sc" else sign for sign in text)
        return _NUMERAL.sub(self._numeral, _SIGN.sub(self._sign, text))

    def _with_code(self, found: "re.Match[str]", asked: str) -> str:
        sign = found["before"] or found["after"]
        code = sign and currency_meant(self._codes[sign.casefold()], asked, self._default)
        if not code or (found["before"] and found["after"]):
            return found[0]
        return f" {found['figures']} {code.lower()} "

    def _numeral(self, found: "re.Match[str]") -> str:
        matches = (shape.fullmatch(found[0]) for shape in self._shapes)
        match = next((match for match in matches if match), None)
        if match is None:
            return found[0]
        whole = "".join(str(unicodedata.decimal(sign)) for sign in match["whole"] if sign.isdecimal())
        return whole if match["part"] is None else f"{whole or 0}{self._point}{match['part']}"


def _codes(money: MoneyWords) -> Mapping[str, list[str]]:
    codes: dict[str, list[str]] = {}
    for code, unit in money.units.items():
        for sign in (*unit.signs, code):
            codes.setdefault(sign.casefold(), []).append(code)
    return codes


def _bounded(sign: str) -> str:
    """Letters count only as a word of their own."""
    before = r"(?<!\w)" if sign[0].isalpha() else ""
    after = r"(?![^\W\d])" if sign[-1].isalpha() else ""
    return f"{before}{re.escape(sign)}{after}"


def _either(marks: set[str]) -> str:
    return "[" + "".join(re.escape(mark) for mark in sorted(marks) if mark) + "]"
