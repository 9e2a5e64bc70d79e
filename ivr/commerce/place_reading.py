"""What a shop answered about places to hand a return in, checked field by field as its orders are."""

import re
from typing import Final

from ivr.commerce.reading import Unusable, mapping, words
from ivr.domain.drop_offs import DropOff

MOST: Final = 20
FURTHEST: Final = 100_000
CLOCK: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def read_drop_offs(body: object) -> list[DropOff]:
    """`places`, at most MOST. Raises Unusable."""
    rows = mapping(body, "the answer").get("places")
    if not isinstance(rows, list) or len(rows) > MOST:
        raise Unusable(f"places: expected a list of at most {MOST}")
    return [_place(row, f"places[{index}]") for index, row in enumerate(rows)]


def _place(body: object, place: str) -> DropOff:
    row = mapping(body, place)
    meters, until = row.get("meters"), words(row.get("open_until", ""), f"{place}.open_until")
    if type(meters) is not int or not 0 <= meters <= FURTHEST:
        raise Unusable(f"{place}.meters: expected a whole number from 0 to {FURTHEST}")
    if until and not (until.isascii() and CLOCK.fullmatch(until)):
        raise Unusable(f"{place}.open_until: expected a time of day such as 18:00, on the place's own clock")
    return DropOff(
        name=words(row.get("name"), f"{place}.name", needed=True),
        street=words(row.get("street"), f"{place}.street", needed=True),
        meters=meters,
        open_until=until,
    )
