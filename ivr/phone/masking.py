"""Telephone numbers as logs may show them."""

import re
from typing import Final

_NUMBER: Final = re.compile(r"(?:\+|%2B)?\d[\d ().-]{5,17}\d")


def mask_number(number: str | None) -> str:
    """The last two digits only: "+15005550006" is "…06"; words such as "anonymous" stay."""
    if not number:
        return ""
    return f"…{number[-2:]}" if sum(c.isdigit() for c in number) > 4 else number


def mask_text(text: str) -> str:
    """A text in which everything that may be a telephone number is masked."""
    return _NUMBER.sub(lambda match: mask_number(match.group()), text)
