"""The shop as those see it who can go on without: what it does not tell now is as if it were not known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import structlog

from ivr.domain.orders import Order
from ivr.errors import ShopUnavailable
from ivr.service.ports import Commerce

log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class SteadyShop:
    """service.ports.Commerce that never raises where something is only read."""

    shop: Commerce

    def customer_name(self, number: str) -> str | None:
        """None also while the shop is away."""
        return _or(lambda: self.shop.customer_name(number), None)

    def customer_since(self, number: str, locale: str) -> date | None:
        """None also while the shop is away."""
        return _or(lambda: self.shop.customer_since(number, locale), None)

    def recent_orders(self, number: str, locale: str) -> Sequence[Order]:
        """None also while the shop is away."""
        return _or(lambda: self.shop.recent_orders(number, locale), ())

    def find_orders(self, digits: str, locale: str) -> Sequence[Order]:
        """None also while the shop is away."""
        return _or(lambda: self.shop.find_orders(digits, locale), ())

    def order(self, order_id: str, locale: str) -> Order | None:
        """None also while the shop is away."""
        return _or(lambda: self.shop.order(order_id, locale), None)

    def cancel(self, order_id: str) -> bool:
        """Raises ShopUnavailable: whether it is canceled must be known."""
        return self.shop.cancel(order_id)


def _or(read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except ShopUnavailable as error:
        log.warning("shop_unavailable", error=str(error))
        return otherwise
