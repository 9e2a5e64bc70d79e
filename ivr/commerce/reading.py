"""What a shop answered, checked field by field: nothing reaches a caller's ear, or the rules, that makes no sense."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from ivr.domain.money import minor_units
from ivr.domain.orders import Order, OrderStatus
from ivr.domain.policy.facts import CURRENCIES, MEANS
from ivr.domain.variants import Variant
from ivr.errors import ShopUnavailable
from ivr.service.fulfilment import Receipt, SearchState

ORDER_ID: Final = re.compile(r"\d{17}")
NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")
MARKUP: Final = re.compile(r"[<>&{}\[\]\x00-\x1f\x7f\u2028\u2029]")
"""Signs that mean something to a page, a prompt or a carrier."""
PHOTO: Final = re.compile(r"https://[a-z0-9]+(?:[.-][a-z0-9]+)+(?::\d{1,5})?/[A-Za-z0-9._~/?=&%+,:@-]*")
LONGEST: Final = 80
LONGEST_ADDRESS: Final = 1000
MOST_INSTALLMENTS: Final = 120
MOST_ORDERS: Final = 100
MOST_VARIANTS: Final = 50
WAYS: Final = frozenset({"call", "text"})
PAID_BY: Final = frozenset({"", *MEANS})


class Unusable(ShopUnavailable):
    """The shop answered, but not what it may; the text names the field and what is expected."""


@dataclass(frozen=True)
class KnownCustomer:
    """What the shop tells of a number."""

    name: str = ""
    since: date | None = None
    orders: Sequence[Order] = ()


def read_customer(body: object) -> KnownCustomer:
    """Raises Unusable."""
    given = mapping(body, "the answer")
    since = words(given.get("customer_since", ""), "customer_since")
    try:
        began = date.fromisoformat(since) if since else None
    except ValueError as error:
        raise Unusable("customer_since: expected a date such as 2019-03-31") from error
    return KnownCustomer(words(given.get("name", ""), "name"), began, read_orders(given))


def read_orders(body: object) -> list[Order]:
    """`orders`, at most MOST_ORDERS. Raises Unusable."""
    rows = mapping(body, "the answer").get("orders")
    if not isinstance(rows, list) or len(rows) > MOST_ORDERS:
        raise Unusable(f"orders: expected a list of at most {MOST_ORDERS}")
    return [read_order(row, f"orders[{index}]") for index, row in enumerate(rows)]


def read_order(body: object, place: str = "order") -> Order:
    """One order. Raises Unusable."""
    row = mapping(body, place)
    amount, currency = price(row, place)
    return Order(
        id=matching(row, "id", place, ORDER_ID, "seventeen digits"),
        number=matching(row, "number", place, NUMBER, "a telephone number such as +12025550143"),
        item=words(row.get("item"), f"{place}.item", needed=True),
        status=OrderStatus(one_of(row, "status", place, frozenset(OrderStatus), "a status")),
        ordered_at=needed_moment(row, "ordered_at", place),
        expected_at=moment(row, "expected_at", place),
        delivered_at=moment(row, "delivered_at", place),
        left_at=words(row.get("left_at", ""), f"{place}.left_at"),
        photo=_photo(row.get("photo", ""), f"{place}.photo"),
        amount=amount,
        currency=currency,
        item_phrases=_phrases(row.get("item_phrases", []), place),
        kind=words(row.get("kind", ""), f"{place}.kind"),
        express_amount=_express(row, currency, place),
        express_at=moment(row, "express_at", place),
        variants=_variants(row, currency, place),
        has_parts=row.get("has_parts", False) is True,
        seller=words(row.get("seller", ""), f"{place}.seller"),
        batch=words(row.get("batch", ""), f"{place}.batch"),
        installments_left=_count(row.get("installments_left", 0), f"{place}.installments_left"),
        paid_by=one_of({"paid_by": "", **row}, "paid_by", place, PAID_BY, "a means of payment"),
        recalled=row.get("recalled", False) is True,
        news_by=tuple(way for way in _list(row.get("news_by", []), f"{place}.news_by") if way in WAYS),
        email=words(row.get("email", ""), f"{place}.email"),
    )


def _photo(value: object, place: str) -> str:
    if value != "" and not (isinstance(value, str) and len(value) <= LONGEST_ADDRESS and PHOTO.fullmatch(value)):
        raise Unusable(f"{place}: expected an https address of at most {LONGEST_ADDRESS} characters")
    return str(value)


def price(row: Mapping[str, Any], place: str) -> tuple[str, str]:
    """A positive decimal text and its currency. Raises Unusable."""
    currency = one_of(row, "currency", place, frozenset(CURRENCIES), "a currency that Ringback knows")
    amount = str(row.get("amount", ""))
    if minor_units(amount, currency) is None:
        raise Unusable(f"{place}.amount: expected a positive decimal text such as 19.99, not {amount[:20]!r}")
    return amount, currency


def _express(row: Mapping[str, Any], currency: str, place: str) -> str:
    amount = str(row.get("express_amount", ""))
    if amount and minor_units(amount, currency) is None:
        raise Unusable(f"{place}.express_amount: expected a positive decimal text such as 6.50, or none")
    return amount


def _variants(row: Mapping[str, Any], currency: str, place: str) -> tuple[Variant, ...]:
    rows = _list(row.get("variants", []), f"{place}.variants")
    if len(rows) > MOST_VARIANTS:
        raise Unusable(f"{place}.variants: expected at most {MOST_VARIANTS}")
    return tuple(_variant(one, currency, f"{place}.variants[{index}]") for index, one in enumerate(rows))


def _variant(body: object, currency: str, place: str) -> Variant:
    row = mapping(body, place)
    amount = str(row.get("amount", ""))
    if minor_units(amount, currency) is None:
        raise Unusable(f"{place}.amount: expected a positive decimal text such as 19.99, in the order's currency")
    return Variant(
        id=words(row.get("id"), f"{place}.id", needed=True),
        label=words(row.get("label"), f"{place}.label", needed=True),
        amount=amount,
        in_stock=row.get("in_stock") is True,
        phrases=tuple(words(one, f"{place}.phrases", needed=True) for one in _list(row.get("phrases", []), place)),
    )


def _count(value: object, place: str) -> int:
    if type(value) is not int or not 0 <= value <= MOST_INSTALLMENTS:
        raise Unusable(f"{place}: expected a whole number from 0 to {MOST_INSTALLMENTS}")
    return value


def read_receipt(body: object) -> Receipt:
    """What the shop calls what it did. Raises Unusable."""
    row = mapping(body, "receipt")
    return Receipt(words(row.get("reference"), "reference", needed=True), moment(row, "ends_at", "receipt"))


def read_search(body: object) -> SearchState:
    """What became of a search. Raises Unusable."""
    return SearchState(one_of(mapping(body, "search"), "state", "search", frozenset(SearchState), "a state"))


def words(value: object, place: str, *, needed: bool = False) -> str:
    """A short text without markup. Raises Unusable."""
    if not isinstance(value, str) or len(value) > LONGEST or MARKUP.search(value) or (needed and not value.strip()):
        raise Unusable(f"{place}: expected a text of at most {LONGEST} characters without markup")
    return value


def _phrases(value: object, place: str) -> tuple[str, ...]:
    return tuple(words(one, f"{place}.item_phrases", needed=True) for one in _list(value, f"{place}.item_phrases"))


def _list(value: object, place: str) -> Sequence[Any]:
    if not isinstance(value, list) or len(value) > MOST_ORDERS:
        raise Unusable(f"{place}: expected a short list")
    return value


def mapping(value: object, place: str) -> Mapping[str, Any]:
    """An object. Raises Unusable."""
    if not isinstance(value, dict):
        raise Unusable(f"{place}: expected an object")
    return value


def matching(row: Mapping[str, Any], name: str, place: str, pattern: re.Pattern[str], what: str) -> str:
    """A text of this form. Raises Unusable."""
    value = row.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value) or not value.isascii():
        raise Unusable(f"{place}.{name}: expected {what}")
    return value


def one_of(row: Mapping[str, Any], name: str, place: str, known: frozenset[Any], what: str) -> str:
    """One of these words. Raises Unusable."""
    value = row.get(name)
    if not isinstance(value, str) or value not in known:
        raise Unusable(f"{place}.{name}: expected {what}, one of {', '.join(sorted(known))}")
    return value


def needed_moment(row: Mapping[str, Any], name: str, place: str) -> datetime:
    """Aware, as UTC. Raises Unusable."""
    found = moment(row, name, place)
    if found is None:
        raise Unusable(f"{place}.{name}: expected a moment such as 2026-11-25T15:30:00Z")
    return found


def moment(row: Mapping[str, Any], name: str, place: str) -> datetime | None:
    """Aware, as UTC; None: it is not told. Raises Unusable."""
    value = row.get(name)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Unusable(f"{place}.{name}: expected a moment with its offset, such as 2026-11-25T15:30:00Z")
    return found.astimezone(UTC)
