"""A shop's orders behind HTTP (docs/commerce.openapi.yaml): no answer is trusted, and what a customer has is remembered
for a few seconds."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from threading import Lock
from typing import Final
from urllib.parse import quote

from ivr.commerce.place_reading import read_drop_offs
from ivr.commerce.reading import KnownCustomer, read_customer, read_order, read_orders, read_receipt, read_search
from ivr.commerce.shop_requests import ShopRequests, plain
from ivr.domain.drop_offs import DropOff
from ivr.domain.orders import Order
from ivr.errors import ShopRefused, ShopUnavailable
from ivr.service.breaker import Breaker
from ivr.service.fulfilment import Errand, Receipt, SearchState

REMEMBERED_SECONDS: Final = 10.0
MOST_REMEMBERED: Final = 1000


class HttpShop:
    """service.ports.Commerce and service.fulfilment.Fulfilment over httpx; safe to share between threads."""

    def __init__(
        self, url: str, token: str, *, breaker: Breaker | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.requests = ShopRequests(url, token, breaker=breaker, monotonic=monotonic)
        self._monotonic = monotonic
        self._customers: dict[tuple[str, str], tuple[float, KnownCustomer]] = {}
        self._newest: dict[str, tuple[float, KnownCustomer]] = {}
        """By number alone: what was told last, in whatever language."""
        self._lock = Lock()

    # --- Commerce ----------------------------------------------------------------------------------------------

    def customer_name(self, number: str) -> str | None:
        """Raises ShopUnavailable."""
        return self._known(number, "en-US").name or None

    def customer_since(self, number: str, locale: str) -> date | None:
        """Raises ShopUnavailable."""
        return self._known(number, locale).since

    def recent_orders(self, number: str, locale: str) -> Sequence[Order]:
        """Newest first; another customer's orders are no answer. Raises ShopUnavailable."""
        mine = [order for order in self._customer(number, locale).orders if order.number == number]
        return sorted(mine, key=lambda order: order.ordered_at, reverse=True)

    def find_orders(self, digits: str, locale: str) -> Sequence[Order]:
        """Raises ShopUnavailable."""
        body = self.requests.get("/orders", {"digits": digits, "locale": locale})
        return [order for order in read_orders(body) if order.id.endswith(digits)] if body is not None else []

    def order(self, order_id: str, locale: str) -> Order | None:
        """Raises ShopUnavailable."""
        body = self.requests.get(f"/orders/{quote(order_id, safe='')}", {"locale": locale})
        found = read_order(body) if body is not None else None
        if found is not None and found.id != order_id:
            raise ShopUnavailable("the shop answered with another order than it was asked for")
        return found

    def cancel(self, order_id: str) -> bool:
        """Raises ShopUnavailable."""
        body = self.requests.put(f"/orders/{quote(order_id, safe='')}/cancellation", {})
        return isinstance(body, dict) and body.get("canceled") is True

    def drop_offs(self, order_id: str, locale: str) -> Sequence[DropOff]:
        """A shop that has no such address knows none. Raises ShopUnavailable."""
        body = self.requests.get(f"/orders/{quote(order_id, safe='')}/drop-offs", {"locale": locale})
        return read_drop_offs(body) if body is not None else []

    def _known(self, number: str, locale: str) -> KnownCustomer:
        """What does not depend on the language, as it was told in any."""
        with self._lock:
            kept = self._newest.get(number)
        fresh = kept is not None and self._monotonic() - kept[0] < REMEMBERED_SECONDS
        return kept[1] if kept is not None and fresh else self._customer(number, locale)

    def _customer(self, number: str, locale: str) -> KnownCustomer:
        now, key = self._monotonic(), (number, locale)
        with self._lock:
            kept = self._customers.get(key)
        if kept is not None and now - kept[0] < REMEMBERED_SECONDS:
            return kept[1]
        body = self.requests.get(f"/customers/{quote(number, safe='')}", {"locale": locale})
        found = read_customer(body) if body is not None else KnownCustomer()
        with self._lock:
            if len(self._customers) >= MOST_REMEMBERED:
                self._customers.clear()
                self._newest.clear()
            self._customers[key] = self._newest[number] = (now, found)
        return found

    # --- Fulfilment --------------------------------------------------------------------------------------------

    def carry_out(self, errand: Errand) -> Receipt:
        """Raises ShopRefused, ShopUnavailable."""
        row = {name: plain(value) for name, value in asdict(errand).items() if name != "key"}
        body = self.requests.put(f"/errands/{quote(errand.key, safe='')}", row)
        if body is None:
            raise ShopRefused("unknown_order", "the shop has no such order")
        return read_receipt(body)

    def search_state(self, order_id: str) -> SearchState:
        """Raises ShopRefused (`unknown`), ShopUnavailable."""
        body = self.requests.get(f"/orders/{quote(order_id, safe='')}/search", {})
        if body is None:
            raise ShopRefused("unknown", "nobody searches for this order")
        return read_search(body)

    def orders_of_batch(self, batch: str, locale: str) -> Sequence[Order]:
        """Raises ShopUnavailable."""
        body = self.requests.get(f"/batches/{quote(batch, safe='')}/orders", {"locale": locale})
        return read_orders(body) if body is not None else []
