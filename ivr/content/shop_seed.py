"""More customers and orders for the demonstration's shop, made by rule: the same at every start, in every state."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, Final

from ivr.domain.policy.facts import MEANS

SEEDED: Final = 132
"""Customers, with four orders each."""
ORDERS_EACH: Final = 4
AREAS: Final = (
    ("229", "America/New_York"), ("252", "America/New_York"), ("319", "America/Chicago"), ("402", "America/Chicago"),
    ("507", "America/Chicago"), ("605", "America/Chicago"), ("701", "America/Chicago"), ("802", "America/New_York"),
    ("906", "America/Detroit"), ("928", "America/Phoenix"), ("970", "America/Denver"),
)  # fmt: skip
"""With 555-01xx, which is set aside for fiction."""
FIRST: Final = ("Alma", "Ben", "Cora", "Dan", "Edith", "Felix", "Gail", "Hugo", "Ida", "Joel", "Kate", "Leo")
LAST: Final = ("Adler", "Barnes", "Cole", "Drake", "Evans", "Foley", "Grant", "Hale", "Irwin", "Jones", "Knox")
SELLERS: Final = ("", "", "Northwind Goods", "Blue Heron", "Maple & Pine", "Kite Works", "Harbor Lane", "Old Mill")
"""Empty: the shop itself."""
STATES: Final[Sequence[Mapping[str, str]]] = (
    {"status": "delivered", "ordered": "6 days ago at 09:20", "delivered": "2 days ago at 14:10", "left": "front_door"},
    {"status": "delivered", "ordered": "4 days ago at 08:00", "delivered": "5 hours ago", "left": "porch"},
    {"status": "shipped", "ordered": "3 days ago at 11:40", "expected": "tomorrow at 15:00"},
    {"status": "preparing", "ordered": "5 hours ago", "expected": "in 3 days at 16:00"},
    {"status": "shipped", "ordered": "9 days ago at 11:40", "expected": "3 days ago at 15:00"},
    {
        "status": "delivered",
        "ordered": "24 days ago at 10:00",
        "delivered": "20 days ago at 13:30",
        "left": "mail_room",
    },
    {"status": "out_for_delivery", "ordered": "3 days ago at 18:05", "expected": "in 3 hours"},
    {"status": "canceled", "ordered": "4 days ago at 20:15"},
    {"status": "delivered", "ordered": "45 days ago at 10:00", "delivered": "41 days ago at 13:30", "left": "garage"},
    {"status": "returned", "ordered": "21 days ago at 12:00", "delivered": "17 days ago at 12:00"},
    {"status": "delivered", "ordered": "405 days ago at 10:00", "delivered": "400 days ago at 13:30", "left": "porch"},
)
CONSENTS: Final = (("call", "text"), ("text",), ())
"""How customers agreed to hear news."""
BATCHES: Final = 6
"""Of each item."""
_PRIME: Final = 11


def seeded_customers(items: Sequence[str], taken: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Customers as the file has them; `taken`: the last seven digits of its own orders."""
    tails = iter(_tails(tuple(taken)))
    for index in range(SEEDED):
        area, zone = AREAS[index % len(AREAS)]
        first, last = FIRST[index % len(FIRST)], LAST[index % len(LAST)]
        email = f"{first}.{last}@example.com".lower() if index % 3 == 1 else ""
        news_by = CONSENTS[index % len(CONSENTS)]
        serials = range(index * ORDERS_EACH, (index + 1) * ORDERS_EACH)
        orders = [_order(serial, next(tails), items) | {"email": email, "news_by": news_by} for serial in serials]
        yield {
            "name": f"{first} {last}",
            "number": f"+1{area}55501{index // len(AREAS):02}",
            "locale": "en-US",
            "zone": zone,
            "orders": orders,
        }


def _order(serial: int, tail: str, items: Sequence[str]) -> dict[str, Any]:
    item = items[serial % len(items)]
    return {
        "number": f"121-{2000000 + serial}-{tail}",
        "item": item,
        "currency": "USD",
        "seller": SELLERS[serial % len(SELLERS)],
        "paid_by": MEANS[serial % len(MEANS)],
        "batch": f"{item}-{serial // len(items) % BATCHES + 1}",
        **STATES[serial % len(STATES)],
    }


@cache
def _tails(taken: tuple[str, ...]) -> tuple[str, ...]:
    """As many as there are orders, worked out once for all shops of a process."""
    return tuple(islice(_code(taken), SEEDED * ORDERS_EACH))


def _code(taken: Sequence[str]) -> Iterator[str]:
    """Sevens of digits any two of which differ in at least four places, as callers say them: a Reed-Solomon code.

    Cubic polynomials over the field of eleven, at seven points: two that agree in four points are the same.
    """
    for serial in range(_PRIME**4):
        digits = [_value(serial, x) for x in range(7)]
        if max(digits) < 10 and len(set(digits)) > 2:  # no seven zeros
            tail = "".join(map(str, digits))
            if all(sum(a != b for a, b in zip(tail, other, strict=True)) >= 4 for other in taken):
                yield tail


def _value(serial: int, x: int) -> int:
    # spread, so that neighbours in the list do not begin alike
    left, value = serial * 4001 % _PRIME**4, 0
    for power in range(4):
        left, digit = divmod(left, _PRIME)
        value += digit * x**power
    return value % _PRIME
