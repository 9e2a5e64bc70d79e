"""Card numbers, which nobody may tell us: recognised only to be dropped."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from ivr.domain.cases import luhn

SHORTEST, LONGEST = 13, 19
"""Digits of a card number (ISO 7812)."""
DROPPED = "••••"
"""What is kept in its place where something was written."""
_RUN = re.compile(r"\d(?:[\s.\-]?\d)+")


def is_card(digits: str, expected: Sequence[int] = ()) -> bool:
    """Whether digits pass for a card's; not where the question wants just so many, such as those of an order."""
    fits = SHORTEST <= len(digits) <= LONGEST and len(digits) not in expected
    return fits and digits.isdecimal() and digits[-1] == str(luhn(digits[:-1]))


def runs(text: str) -> Iterable[str]:
    """Digits of any script that stand together, however they are grouped."""
    plain = unicodedata.normalize("NFKC", text)
    for run in _RUN.findall(plain):
        yield "".join(str(int(sign)) for sign in run if sign.isdecimal())
