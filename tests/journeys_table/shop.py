"""The shop of the journeys: the orders that a table describes, and one seller."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from ivr.domain.accounts import AccountChange, Bill, Membership, MembershipState
from ivr.domain.drop_offs import DropOff
from ivr.domain.orders import Order, OrderStatus
from ivr.domain.sellers import Seller
from ivr.domain.variants import Variant
from ivr.service.sellers import NoSellers

SELLER = "+14155550188"
"""The seller's telephone."""
NUMBERS = {
    "US": "+1202555{:04}",
    "DE": "+49151234{:05}",
    "FR": "+336123{:05}",
    "IN": "+919876{:06}",
    "SA": "+9665012{:05}",
    "BR": "+55119876{:05}",
    "KR": "+821012{:06}",
    "JP": "+819012{:06}",
    "MX": "+5255123{:05}",
    "GB": "+447911{:06}",
    "ES": "+346123{:05}",
    "US-ID": "+1208555{:04}",
}
"""Telephones of customers by country, one a journey."""
PRICES = {
    "US": "USD",
    "US-ID": "USD",
    "DE": "EUR",
    "FR": "EUR",
    "ES": "EUR",
    "IN": "INR",
    "SA": "SAR",
    "BR": "BRL",
    "KR": "KRW",
    "JP": "JPY",
    "MX": "MXN",
    "GB": "GBP",
}


class Movable(Protocol):
    """A clock that can be moved on."""

    def now(self) -> datetime: ...

    def advance(self, seconds: float) -> object: ...


class TableShop:
    """ports.Commerce over the orders of the journeys."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.places: list[DropOff] = []
        """Near whoever is on the line."""

    def customer_name(self, number: str) -> str | None:
        return None

    def customer_since(self, number: str, locale: str) -> date | None:
        return None

    def recent_orders(self, number: str, locale: str) -> Sequence[Order]:
        return [order for order in self.orders.values() if order.number == number]

    def find_orders(self, digits: str, locale: str) -> Sequence[Order]:
        return [order for order in self.orders.values() if order.id.endswith(digits)]

    def order(self, order_id: str, locale: str) -> Order | None:
        return self.orders.get(order_id)

    def cancel(self, order_id: str) -> bool:
        order = self.orders[order_id]
        if order.status is OrderStatus.PREPARING:
            self.orders[order_id] = replace(order, status=OrderStatus.CANCELED)
        return self.orders[order_id].status is OrderStatus.CANCELED

    def drop_offs(self, order_id: str, locale: str) -> Sequence[DropOff]:
        return self.places

    def stock(self, journey: dict[str, Any], number: str, serial: int, now: datetime) -> list[Order]:
        """Take a journey's orders in."""
        rows = journey.get("order", [])
        self.places = [DropOff(name, "12 Main Street", meters) for name, meters in journey.get("places", {}).items()]
        country = journey.get("country", "US")
        made = [
            order_of(row, number, country, serial * 10 + i, now)
            for i, row in enumerate(rows if isinstance(rows, list) else [rows])
        ]
        self.orders.update({order.id: order for order in made})
        return made

    def changes(self, digits: str, becomes: dict[str, Any], now: datetime) -> Order:
        """The shop says something else about an order from now on."""
        (order,) = self.find_orders(digits, "en-US")
        changed = dict(becomes)
        if "status" in changed:
            changed["status"] = OrderStatus(changed["status"])
        if "delivered" in changed:
            changed |= {"delivered_at": now - timedelta(hours=changed.pop("delivered"))}
            changed.setdefault("status", OrderStatus.DELIVERED)
        self.orders[order.id] = replace(order, **changed)
        return self.orders[order.id]


class TableSellers(NoSellers):
    """service.sellers.Sellers: one seller, of the journey in hand."""

    def __init__(self) -> None:
        self.sold: dict[str, str] = {}

    def of_order(self, order_id: str) -> Seller | None:
        return self.get(self.sold.get(order_id, ""))

    def by_number(self, number: str) -> Seller | None:
        return self.get(next(iter(self.sold.values()), "")) if number == SELLER else None

    def get(self, seller_id: str) -> Seller | None:
        return Seller(id=seller_id, name="Northwind", number=SELLER) if seller_id else None


class TableAccounts:
    """service.customer_accounts.CustomerAccounts: one member, of the journey in hand."""

    def __init__(self, clock: Movable) -> None:
        self._clock = clock
        self.member: dict[str, Any] = {}

    def membership(self, number: str, locale: str) -> Membership:
        until, state = self._clock.now() + timedelta(days=9), MembershipState(self.member.get("state", "none"))
        return Membership(state=state, plan="Plus", gives="free delivery", amount="9.99", until=until,
                          is_video=self.member.get("video", False))  # fmt: skip

    def bill(self, number: str, locale: str) -> Bill | None:
        return None

    def carry_out(self, change: AccountChange) -> None:
        pass


def order_of(row: dict[str, Any], number: str, country: str, serial: int, now: datetime) -> Order:
    """An order as a table writes it; `delivered`, `late`, `ordered`: hours ago."""

    def hours(name: str) -> datetime | None:
        return now - timedelta(hours=row[name]) if name in row else None

    return Order(
        id=f"1{serial:09}{serial:07}",
        number=number,
        item=row.get("item", "lamp"),
        kind=row.get("kind", ""),
        has_parts=row.get("has_parts", False),
        variants=tuple(
            Variant(label.replace(" ", "_"), label, str(amount or row.get("amount", "40.00")), amount is not None)
            for label, amount in row.get("variants", {}).items()
        ),
        express_amount=row.get("express", ""),
        express_at=now + timedelta(days=1) if "express" in row else None,
        status=OrderStatus(row.get("status", "delivered")),
        ordered_at=hours("ordered") or now - timedelta(days=1000),
        expected_at=hours("late") or now + timedelta(days=2),
        delivered_at=hours("delivered"),
        left_at="at the front door",
        amount=str(row.get("amount", "40.00")),
        currency=row.get("currency", PRICES[country]),
        recalled=row.get("recalled", False),
        paid_by=row.get("paid_by", ""),
        installments_left=row.get("installments_left", 0),
        news_by=tuple(row.get("news_by", ())),
    )
