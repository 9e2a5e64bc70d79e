"""The demo shop: a Commerce port over a readable file whose dates are counted from now."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from ivr.content.shop_books import MemoryDeeds, deed_of
from ivr.content.shop_places import DemoPlaces
from ivr.content.shop_seed import seeded_customers
from ivr.content.shop_variants import variants_of
from ivr.content.yaml_files import Located, read_mapping
from ivr.domain.drop_offs import DropOff
from ivr.domain.money import minor_units
from ivr.domain.orders import Order, OrderStatus
from ivr.domain.settlements import SettlementKind
from ivr.domain.shop_deeds import Deed
from ivr.domain.variants import with_id
from ivr.errors import ContentError, ShopRefused
from ivr.service.fulfilment import Errand, Receipt, SearchState

SHOP_FILE: Final = "demo-shop.yaml"
LAST_DIGITS: Final = 7
ORDER_DIGITS: Final = 17
_DAY: Final = re.compile(
    r"(?:(?P<word>yesterday|today|tomorrow)|(?P<ago>\d+) days? ago|in (?P<ahead>\d+) days?) at (?P<time>\d\d:\d\d)"
)
_HOURS: Final = re.compile(r"(?:(?P<ago>\d+) hours? ago|in (?P<ahead>\d+) hours?)")
WITH_CUSTOMER: Final = frozenset({OrderStatus.DELIVERED, OrderStatus.SHIPPED, OrderStatus.OUT_FOR_DELIVERY})
_WORDS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}


@dataclass(frozen=True)
class ShopCustomer:
    """One customer of the file."""

    name: str
    number: str
    """E.164."""
    locale: str
    zone: str
    orders: tuple[Mapping[str, Any], ...]
    since: date | None = None


@dataclass(frozen=True)
class DemoRow:
    """One line of `demo-data --print`."""

    name: str
    number: str
    locale: str
    order_number: str
    """Written 3-7-7."""
    item: str
    status: str


class Deeds(Protocol):
    """The shop's books."""

    def keep(self, deed: Deed) -> Deed:
        """The deed that its key has: this one, or the one before."""

    def of_number(self, number: str) -> Sequence[Deed]: ...
    def of_order(self, order_id: str) -> Sequence[Deed]: ...
    def of_new_order(self, digits: str) -> Sequence[Deed]: ...


class DemoShop:
    """The shop's orders. Cancellations are kept in memory: a new start begins with the file again."""

    def __init__(self, folder: Path, now: Callable[[], datetime], deeds: Deeds | None = None) -> None:
        """Reads the file in grammars/; `now` gives aware UTC; what is done is kept in `deeds`. Raises ContentError."""
        content = read_mapping(folder / SHOP_FILE, folder)
        self._now = now
        self._deeds = deeds or MemoryDeeds()
        self._items: Mapping[str, Any] = content["items"]
        self._places: Mapping[str, Any] = content.get("places", {})
        self._express: Mapping[str, Any] = content.get("express", {})
        self.customers = tuple(_customer(row) for row in content["customers"])
        self._canceled: set[str] = set()
        self._drop_offs = DemoPlaces(folder)
        self._lock = Lock()
        self._check()
        taken = [_digits(row["number"])[-LAST_DIGITS:] for owner in self.customers for row in owner.orders]
        self.seeded = tuple(_customer(row) for row in seeded_customers(tuple(self._items), taken))
        everybody = (*self.customers, *self.seeded)
        self._owners = {owner.number: owner for owner in everybody}
        self._rows = {_digits(row["number"]): (owner, row) for owner in everybody for row in owner.orders}
        self._by_tail = {order_id[-LAST_DIGITS:]: order_id for order_id in self._rows}

    def customer_name(self, number: str) -> str | None:
        """The name kept with a telephone number."""
        owner = self._owners.get(number)
        return owner.name if owner else None

    def customer_since(self, number: str, locale: str) -> date | None:
        """As the file says."""
        owner = self._owners.get(number)
        return owner.since if owner else None

    def customer_locale(self, number: str) -> str | None:
        """The language kept with a telephone number."""
        owner = self._owners.get(number)
        return owner.locale if owner else None

    def recent_orders(self, number: str, locale: str) -> Sequence[Order]:
        """A customer's orders, newest first."""
        owner = self._owners.get(number)
        if owner is None:
            return []
        mine = [self._order(owner, row, locale) for row in owner.orders]
        mine += [self._made(deed, locale) for deed in self._deeds.of_number(number) if deed.new_order_id]
        return sorted(mine, key=lambda order: order.ordered_at, reverse=True)

    def find_orders(self, digits: str, locale: str) -> Sequence[Order]:
        """Orders whose number is these 17 digits, or ends in these 7."""
        if len(digits) not in (LAST_DIGITS, ORDER_DIGITS) or not digits.isdigit():
            return ()
        found = self._rows.get(self._by_tail.get(digits[-LAST_DIGITS:], ""))
        known = [self._order(*found, locale)] if found else []
        made = [self._made(deed, locale) for deed in self._deeds.of_new_order(digits)]
        return [order for order in (*known, *made) if order.id.endswith(digits)]

    def order(self, order_id: str, locale: str) -> Order | None:
        """One order by its 17 digits."""
        found = self._rows.get(order_id)
        if found is not None:
            return self._order(*found, locale)
        made = self._deeds.of_new_order(order_id) if len(order_id) == ORDER_DIGITS else ()
        return next((self._made(deed, locale) for deed in made), None)

    def orders_of_batch(self, batch: str, locale: str) -> Sequence[Order]:
        """What was delivered, or is on its way, of one production batch."""
        rows = ((owner, row) for owner, row in self._rows.values() if row.get("batch") == batch)
        return [order for owner, row in rows if (order := self._order(owner, row, locale)).status in WITH_CUSTOMER]

    def drop_offs(self, order_id: str, locale: str) -> Sequence[DropOff]:
        """Places to hand a return in, in the language of where they are."""
        order = self.order(order_id, locale)
        return self._drop_offs.near(order.number, order.id) if order is not None else ()

    def cancel(self, order_id: str) -> bool:
        """Cancel an order that is still being packed; canceling twice is no error."""
        with self._lock:
            order = self.order(order_id, "en-US")
            if order is None or order.status not in (OrderStatus.PREPARING, OrderStatus.CANCELED):
                return False
            self._canceled.add(order_id)
            return True

    def carry_out(self, errand: Errand) -> Receipt:
        """service.fulfilment.Fulfilment: a row in the books. Raises ShopRefused (`unknown_order`, `amount`, ...)."""
        order = self.order(errand.order_id, "en-US")
        if order is None:
            raise ShopRefused("unknown_order", "the shop has no such order")
        price = minor_units(order.amount, order.currency)
        if errand.amount_minor < 0 or price is None or errand.amount_minor > price:
            raise ShopRefused("amount", "more than the order cost, or less than nothing")
        if errand.amount_minor and errand.currency != order.currency:
            raise ShopRefused("currency", "the order was paid in another currency")
        if errand.kind is SettlementKind.PART and not order.has_parts:
            raise ShopRefused("no_parts", "there is no part of it left")
        if errand.kind is SettlementKind.EXCHANGE and not _in_stock(order, errand.variant):
            raise ShopRefused("sold_out", "there is no such one left")
        deed = self._deeds.keep(deed_of(errand, order, self._now()))
        return Receipt(deed.reference, deed.ends_at)

    def search_state(self, order_id: str) -> SearchState:
        """What became of a search: every third parcel turns up in half the time. Raises ShopRefused (`unknown`)."""
        searches = [deed for deed in self._deeds.of_order(order_id) if deed.kind is SettlementKind.TRACE]
        if not searches or (ends_at := searches[-1].ends_at) is None:
            raise ShopRefused("unknown", "nobody searches for this order")
        now, begun = self._now(), searches[-1].at
        if int(order_id[-LAST_DIGITS:]) % 3 == 0 and now - begun >= (ends_at - begun) / 2:
            return SearchState.FOUND
        return SearchState.NOT_FOUND if now >= ends_at else SearchState.RUNNING

    def demo_rows(self) -> list[DemoRow]:
        """Customers and orders with their numbers, as the file has them."""
        return [
            DemoRow(owner.name, owner.number, owner.locale, _written(order.id), order.item, order.status.value)
            for owner in self.customers
            for order in self.recent_orders(owner.number, owner.locale)
        ]

    def _made(self, deed: Deed, locale: str) -> Order:
        """The order that replaces another."""
        owner, row = self._rows[deed.order_id]
        first = self._order(owner, row, locale)
        expected_at = deed.at + timedelta(days=3)
        status = OrderStatus.CANCELED if deed.new_order_id in self._canceled else OrderStatus.PREPARING
        return replace(
            first, id=deed.new_order_id, status=status, ordered_at=deed.at, expected_at=expected_at,
            delivered_at=None, left_at="", photo="",
        )  # fmt: skip

    def _order(self, owner: ShopCustomer, row: Mapping[str, Any], locale: str) -> Order:
        order_id, item = _digits(row["number"]), self._items[row["item"]]
        status = OrderStatus.CANCELED if order_id in self._canceled else OrderStatus(row["status"])
        place = self._places.get(row.get("left", ""))
        currency = str(row.get("currency", "USD"))
        order = Order(
            id=order_id,
            number=owner.number,
            item=str(in_language(item["name"], locale)),
            status=status,
            ordered_at=self._at(row["ordered"], owner.zone),
            expected_at=self._at(row["expected"], owner.zone) if "expected" in row else None,
            delivered_at=self._at(row["delivered"], owner.zone) if "delivered" in row else None,
            left_at=str(in_language(place, locale)) if place else "",
            photo=str(row.get("photo", "")),
            amount=str(item["price"][currency]),
            currency=currency,
            installments_left=int(row.get("installments_left", 0)),
            paid_by=str(row.get("paid_by", "card")),
            item_phrases=tuple(map(str, in_language(item.get("also", {}), locale))),
            kind=str(row["item"]),
            variants=variants_of(item, currency, lambda texts: in_language(texts, locale)),
            has_parts=item.get("parts") is True,
            seller=str(row.get("seller", "")),
            batch=str(row.get("batch", "")),
            email=str(row.get("email", "")),
            news_by=tuple(row.get("news_by", ())),
        )
        return self._with_express(order, owner) if status is OrderStatus.PREPARING else order

    def _with_express(self, order: Order, owner: ShopCustomer) -> Order:
        """What goes by express has another day; what is still packed could."""
        sent = [deed for deed in self._deeds.of_order(order.id) if deed.kind is SettlementKind.EXPEDITE]
        if sent:
            return replace(order, expected_at=sent[-1].ends_at)
        if order.currency not in self._express:
            return order
        at = self._at(Located("tomorrow at 18:00"), owner.zone)
        return replace(order, express_amount=str(self._express[order.currency]), express_at=at)

    def _at(self, text: Located, zone: str) -> datetime:
        now = self._now()
        if hours := _HOURS.fullmatch(text):
            step = int(hours["ahead"] or 0) - int(hours["ago"] or 0)
            return (now + timedelta(hours=step)).replace(minute=0, second=0, microsecond=0)
        if (day := _DAY.fullmatch(text)) is None:
            raise ContentError(f"{text.place}: {text!r} is not like '2 days ago at 14:10' or 'in 3 hours'")
        step = _WORDS[day["word"]] if day["word"] else int(day["ahead"] or 0) - int(day["ago"] or 0)
        on = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=step)
        return datetime.combine(on, time.fromisoformat(day["time"]), ZoneInfo(zone)).astimezone(now.tzinfo)

    def _check(self) -> None:
        """Every order can be told, and the last seven digits tell orders apart. Raises ContentError."""
        seen: dict[str, str] = {}
        for owner in self.customers:
            for row in owner.orders:
                number = row["number"]
                if len(_digits(number)) != ORDER_DIGITS:
                    raise ContentError(f"{number.place}: an order number has {ORDER_DIGITS} digits, written 3-7-7")
                if (tail := _digits(number)[-LAST_DIGITS:]) in seen:
                    raise ContentError(f"{number.place}: the last seven digits are those of {seen[tail]}")
                seen[tail] = number
                if row["item"] not in self._items:
                    raise ContentError(f"{row['item'].place}: there is no item {row['item']}")
                self._order(owner, row, owner.locale)


def _customer(row: Mapping[str, Any]) -> ShopCustomer:
    since = date.fromisoformat(str(row["since"])) if "since" in row else None
    orders = tuple(row.get("orders", ()))
    return ShopCustomer(str(row["name"]), str(row["number"]), str(row["locale"]), str(row["zone"]), orders, since)


def in_language(texts: Mapping[str, Any], locale: str) -> Any:
    """The text for the locale, else for its language, else the first."""
    if locale in texts:
        return texts[locale]
    language = locale.split("-")[0]
    return next(
        (text for name, text in texts.items() if name.split("-")[0] == language), next(iter(texts.values()), ())
    )


def _in_stock(order: Order, variant_id: str) -> bool:
    variant = with_id(order.variants, variant_id)
    return variant is not None and variant.in_stock


def _digits(number: str) -> str:
    return number.replace("-", "")


def _written(order_id: str) -> str:
    return f"{order_id[:3]}-{order_id[3:10]}-{order_id[10:]}"
