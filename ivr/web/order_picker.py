"""The customer's orders to pick from in the form, once they know one of them or hold the telephone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton

from ivr.domain.orders import Order
from ivr.errors import CallbackRefused, LinkExpired, NotFound, NumberRefused
from ivr.web.desk import Desk, client_address
from ivr.web.page_words import PageWords
from ivr.web.services import Services
from ivr.web.wish import LocalTimes, read_order


@dataclass(frozen=True)
class OfferedOrders:
    """What the form shows: each order with its day, which one is chosen, and how long the list can be had."""

    orders: list[tuple[Order, str]]
    chosen: str
    token: str
    until: dict[str, Any] | None


class OrderPicker:
    """Opens lists by a pair of numbers or a link, and shows them."""

    def __init__(self, services: Services, desk: Desk, words: PageWords) -> None:
        self._services = services
        self._desk = desk
        self._words = words

    def opened_by_pair(self, form: Mapping[str, str]) -> str:
        """The token that keeps the list open. Raises CallbackRefused: `orders`, `order`, `limit`; NumberRefused."""
        digits = read_order(form.get("order", ""))
        with self._services.store.begin() as uow:
            return self._desk.order_lists.open(uow, form.get("number", ""), digits, client_address())

    def text_link(self, form: Mapping[str, str], locale: str) -> bool:
        """Send it, if there is something to show: the answer is the same. Raises CallbackRefused, NumberRefused."""
        with self._services.store.begin() as uow:
            actions = self._desk.order_lists.text_link(uow, form.get("number", ""), locale, client_address())
            uow.commit()
        self._desk.afterwards.run(actions)
        return True

    def first_form(self, token: str) -> dict[str, str]:
        """What a link fills in. Raises NotFound, LinkExpired."""
        with self._services.store.read() as uow:
            return {"number": self._desk.order_lists.opened(uow, token).number, "orders": token}

    def of_form(self, form: Mapping[str, str], locale: str) -> OfferedOrders | None:
        """None: nothing was opened, its time is over, or the form has another number by now."""
        token, number = form.get("orders", ""), form.get("number", "")
        if not token:
            return None
        try:
            with self._services.store.read() as uow:
                opened = self._desk.order_lists.opened(uow, token)
            if self._desk.numbers.check(number).e164 != opened.number:
                return None
        except (NotFound, LinkExpired, NumberRefused):
            return None
        orders = self._desk.order_lists.orders(opened.number, locale)
        zone = LocalTimes(self._desk.numbers).zone(form.get("zone", ""), number)
        told = [(order, _day(order, zone, locale)) for order in orders]
        return OfferedOrders(told, _chosen(form, orders), token, self._words.until(opened.until, zone.key))


def _day(order: Order, zone: ZoneInfo, locale: str) -> str:
    return str(format_skeleton("yMMMd", order.ordered_at, tzinfo=zone, locale=Locale.parse(locale, sep="-")))


def _chosen(form: Mapping[str, str], orders: Any) -> str:
    try:
        digits = read_order(form.get("order", ""))
    except CallbackRefused:
        return ""
    return next((order.id for order in orders if digits and order.id.endswith(digits)), "")
