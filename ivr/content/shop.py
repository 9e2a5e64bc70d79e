"""The demo shop: a Commerce port over a readable file whose dates are counted from now."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Final
from zoneinfo import ZoneInfo

from ivr.content.yaml_files import Located, read_mapping
from ivr.domain.orders import Order, OrderStatus
from ivr.errors import ContentError

SHOP_FILE: Final = "demo-shop.yaml"
LAST_DIGITS: Final = 7
ORDER_DIGITS: Final = 17
_DAY: Final = re.compile(
    r"(?:(?P<word>yesterday|today|tomorrow)|(?P<ago>\d+) days? ago|in (?P<ahead>\d+) days?) at (?P<time>\d\d:\d\d)"
)
_HOURS: Final = re.compile(r"(?:(?P<ago>\d+) hours? ago|in (?P<ahead>\d+) hours?)")
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


class DemoShop:
    """The shop's orders. Cancellations are kept in memory: a new start begins with the file again."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        """Reads the file in grammars/; `now` gives aware UTC. Raises ContentError."""
        content = read_mapping(folder / SHOP_FILE, folder)
        self._now = now
        self._items: Mapping[str, Any] = content["items"]
        self._places: Mapping[str, Any] = content.get("places", {})
        self.customers = tuple(_customer(row) for row in content["customers"])
        self._canceled: set[str] = set()
        self._lock = Lock()
        self._check()

    def customer_name(self, number: str) -> str | None:
        """The name kept with a telephone number."""
        return next((c.name for c in self.customers if c.number == number), None)

    def customer_locale(self, number: str) -> str | None:
        """The language kept with a telephone number."""
        return next((c.locale for c in self.customers if c.number == number), None)

    def recent_orders(self, number: str, locale: str) -> Sequence[Order]:
        """A customer's orders, newest first."""
        mine = [order for owner, order in self._orders(locale) if owner.number == number]
        return sorted(mine, key=lambda order: order.ordered_at, reverse=True)

    def find_orders(self, digits: str, locale: str) -> Sequence[Order]:
        """Orders whose number is these 17 digits, or ends in these 7."""
        if len(digits) not in (LAST_DIGITS, ORDER_DIGITS) or not digits.isdigit():
            return ()
        return [order for _, order in self._orders(locale) if order.id.endswith(digits)]

    def order(self, order_id: str, locale: str) -> Order | None:
        """One order by its 17 digits."""
        return next((order for _, order in self._orders(locale) if order.id == order_id), None)

    def cancel(self, order_id: str) -> bool:
        """Cancel an order that is still being packed; canceling twice is no error."""
        with self._lock:
            order = self.order(order_id, "en-US")
            if order is None or order.status not in (OrderStatus.PREPARING, OrderStatus.CANCELED):
                return False
            self._canceled.add(order_id)
            return True

    def demo_rows(self) -> list[DemoRow]:
        """Customers and orders with their numbers, as the file has them."""
        return [
            DemoRow(owner.name, owner.number, owner.locale, _written(order.id), order.item, order.status.value)
            for owner in self.customers
            for order in self.recent_orders(owner.number, owner.locale)
        ]

    def _orders(self, locale: str) -> Iterator[tuple[ShopCustomer, Order]]:
        for owner in self.customers:
            for row in owner.orders:
                yield owner, self._order(owner, row, locale)

    def _order(self, owner: ShopCustomer, row: Mapping[str, Any], locale: str) -> Order:
        order_id, item = _digits(row["number"]), self._items[row["item"]]
        status = OrderStatus.CANCELED if order_id in self._canceled else OrderStatus(row["status"])
        place = self._places.get(row.get("left", ""))
        currency = str(row.get("currency", "USD"))
        return Order(
            id=order_id,
            number=owner.number,
            item=str(_in_language(item["name"], locale)),
            status=status,
            ordered_at=self._at(row["ordered"], owner.zone),
            expected_at=self._at(row["expected"], owner.zone) if "expected" in row else None,
            delivered_at=self._at(row["delivered"], owner.zone) if "delivered" in row else None,
            left_at=str(_in_language(place, locale)) if place else "",
            amount=str(item["price"][currency]),
            currency=currency,
            item_phrases=tuple(map(str, _in_language(item.get("also", {}), locale))),
        )

    def _at(self, text: Located, zone: str) -> datetime:
        now = self._now()
        if hours := _HOURS.fullmatch(text):
            step = int(hours["ahead"] or 0) - int(hours["ago"] or 0)
            return (now + timedelta(hours=step)).replace(minute=0, second=0, microsecond=0)
        if (day := _DAY.fullmatch(text)) is None:
            raise ContentError(f"{text.place}: {text!r} is not like '2 days ago at 14:10' or 'in 3 hours'")
        step = _WORDS[day["word"]] if day["word"] else int(day["ahead"] or 0) - int(day["ago"] or 0)
        date = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=step)
        return datetime.combine(date, time.fromisoformat(day["time"]), ZoneInfo(zone)).astimezone(now.tzinfo)

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
    return ShopCustomer(
        str(row["name"]), str(row["number"]), str(row["locale"]), str(row["zone"]), tuple(row.get("orders", ()))
    )


def _in_language(texts: Mapping[str, Any], locale: str) -> Any:
    """The text for the locale, else for its language, else the first."""
    if locale in texts:
        return texts[locale]
    language = locale.split("-")[0]
    return next(
        (text for name, text in texts.items() if name.split("-")[0] == language), next(iter(texts.values()), ())
    )


def _digits(number: str) -> str:
    return number.replace("-", "")


def _written(order_id: str) -> str:
    return f"{order_id[:3]}-{order_id[3:10]}-{order_id[10:]}"
