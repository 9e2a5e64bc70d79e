"""Whether a text tells of the card that tests pay with, 4242 4242 4242 4242, or of its last four digits."""

import re

CARD = re.compile(r"(?<![0-9a-f])4242(?:[ -]?4242)*(?![0-9a-f])")
"""Not within an id: the digits stand in one of some hundred of those by chance."""


def tells_of_the_card(text: str) -> bool:
    return CARD.search(text) is not None
