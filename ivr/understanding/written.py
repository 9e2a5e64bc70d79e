"""Written numbers before they are read: marks between thousands go, the mark before decimals becomes a word."""

import re
import unicodedata
from typing import Final

from ivr.understanding.source import NumberWords

_SPACES: Final = "\u00a0\u2009\u202f"
"""Spaces that never part words: inside a number they part thousands."""
_NUMERAL: Final = re.compile(rf"(?<![\d.,٫٬])[.,٫]?\d+(?:[.,٫٬'’{_SPACES} ]\d+)*(?!\d)")
_WIDE: Final = str.maketrans("，．", ",.")
_SIGN: Final = re.compile(r"(?<!\S)[-−](?=\s?\d)|(?<=\d)\s?[%‰٪]|(?<=\d)[-–/:⁄](?=\d)|[½¼¾⅓⅔]")
"""What makes something else of a number: less than nothing, a part, a range, a fraction, a time."""


class WrittenNumbers:
    """Numbers as one locale writes them."""

    def __init__(self, words: NumberWords) -> None:
        self._point = f" {words.points[0]} " if words.points else " "
        self._sign = f" {words.refused[0]} " if words.refused else " "
        groups = {words.group, "٬", *_SPACES, " " if words.group in _SPACES else "", "'" if words.group == "’" else ""}
        group, decimal = _either(groups), _either({words.decimal, "٫"})
        whole = rf"(?P<whole>\d{{1,3}}(?:{group}\d{{2,3}})*{group}\d{{3}}|\d+)"
        self._shapes = (
            re.compile(rf"{whole}(?:{decimal}(?P<part>\d+))?"),
            # The other mark before one or two digits cannot part thousands.
            re.compile(r"(?P<whole>\d*)[.,٫](?P<part>\d{1,2})"),
        )

    def plain(self, text: str) -> str:
        """The text with its numbers as plain digits and words; what fits no shape stays as it is."""
        return _NUMERAL.sub(self._numeral, _SIGN.sub(self._sign, text.translate(_WIDE)))

    def _numeral(self, found: re.Match[str]) -> str:
        matches = (shape.fullmatch(found[0]) for shape in self._shapes)
        match = next((match for match in matches if match), None)
        if match is None:
            return found[0]
        whole = "".join(str(unicodedata.decimal(sign)) for sign in match["whole"] if sign.isdecimal())
        return whole if match["part"] is None else f"{whole or 0}{self._point}{match['part']}"


def _either(marks: set[str]) -> str:
    return "[" + "".join(re.escape(mark) for mark in sorted(marks) if mark) + "]"
