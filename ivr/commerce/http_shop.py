"""A shop behind HTTP (docs/commerce.openapi.yaml): short time-outs, one retry, a breaker, and no answer is trusted.

A caller waits for these answers. So a request takes three seconds at the most, what a customer has is remembered for a
few seconds, and a shop that failed several times in a row is not asked for a while.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from threading import Lock
from typing import Any, Final
from urllib.parse import quote

import httpx
import structlog

from ivr.commerce.reading import KnownCustomer, read_customer, read_order, read_orders, read_receipt, read_search, words
from ivr.domain.orders import Order
from ivr.errors import ShopRefused, ShopUnavailable
from ivr.service.breaker import Breaker
from ivr.service.fulfilment import Errand, Receipt, SearchState

log = structlog.get_logger(__name__)

TIMEOUT: Final = httpx.Timeout(1.5, connect=1.0)
DEADLINE_SECONDS: Final = 3.0
"""Of one request with its retry, body included."""
LARGEST: Final = 512 * 1024
REMEMBERED_SECONDS: Final = 10.0
MOST_REMEMBERED: Final = 1000
AGENT: Final = "Ringback-Commerce/1"
REFUSALS: Final = frozenset({409, 422})
NOT_THERE: Final = 404


class HttpShop:
    """service.ports.Commerce and service.fulfilment.Fulfilment over httpx; safe to share between threads."""

    def __init__(
        self, url: str, token: str, *, breaker: Breaker | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url.rstrip("/")
        self._breaker = breaker or Breaker(most_failures=3, rest_seconds=15.0)
        self._monotonic = monotonic
        headers = {"authorization": f"Bearer {token}", "accept": "application/json", "user-agent": AGENT}
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, headers=headers)
        self._customers: dict[tuple[str, str], tuple[float, KnownCustomer]] = {}
        self._lock = Lock()

    # --- Commerce ----------------------------------------------------------------------------------------------

    def customer_name(self, number: str) -> str | None:
        """Raises ShopUnavailable."""
        return self._customer(number, "en-US").name or None

    def customer_since(self, number: str, locale: str) -> date | None:
        """Raises ShopUnavailable."""
        return self._customer(number, locale).since

    def recent_orders(self, number: str, locale: str) -> Sequence[Order]:
        """Newest first; another customer's orders are no answer. Raises ShopUnavailable."""
        mine = [order for order in self._customer(number, locale).orders if order.number == number]
        return sorted(mine, key=lambda order: order.ordered_at, reverse=True)

    def find_orders(self, digits: str, locale: str) -> Sequence[Order]:
        """Raises ShopUnavailable."""
        body = self._get("/orders", {"digits": digits, "locale": locale})
        return [order for order in read_orders(body) if order.id.endswith(digits)] if body is not None else []

    def order(self, order_id: str, locale: str) -> Order | None:
        """Raises ShopUnavailable."""
        body = self._get(f"/orders/{quote(order_id, safe='')}", {"locale": locale})
        found = read_order(body) if body is not None else None
        if found is not None and found.id != order_id:
            raise ShopUnavailable("the shop answered with another order than it was asked for")
        return found

    def cancel(self, order_id: str) -> bool:
        """Raises ShopUnavailable."""
        body = self._send("PUT", f"/orders/{quote(order_id, safe='')}/cancellation", {})
        return isinstance(body, dict) and body.get("canceled") is True

    def _customer(self, number: str, locale: str) -> KnownCustomer:
        now, key = self._monotonic(), (number, locale)
        with self._lock:
            kept = self._customers.get(key)
        if kept is not None and now - kept[0] < REMEMBERED_SECONDS:
            return kept[1]
        body = self._get(f"/customers/{quote(number, safe='')}", {"locale": locale})
        found = read_customer(body) if body is not None else KnownCustomer()
        with self._lock:
            if len(self._customers) >= MOST_REMEMBERED:
                self._customers.clear()
            self._customers[key] = (now, found)
        return found

    # --- Fulfilment --------------------------------------------------------------------------------------------

    def carry_out(self, errand: Errand) -> Receipt:
        """Raises ShopRefused, ShopUnavailable."""
        row = {name: _plain(value) for name, value in asdict(errand).items() if name != "key"}
        body = self._send("PUT", f"/errands/{quote(errand.key, safe='')}", row)
        if body is None:
            raise ShopRefused("unknown_order", "the shop has no such order")
        return read_receipt(body)

    def search_state(self, order_id: str) -> SearchState:
        """Raises ShopRefused (`unknown`), ShopUnavailable."""
        body = self._get(f"/orders/{quote(order_id, safe='')}/search", {})
        if body is None:
            raise ShopRefused("unknown", "nobody searches for this order")
        return read_search(body)

    def orders_of_batch(self, batch: str, locale: str) -> Sequence[Order]:
        """Raises ShopUnavailable."""
        body = self._get(f"/batches/{quote(batch, safe='')}/orders", {"locale": locale})
        return read_orders(body) if body is not None else []

    # --- requests ----------------------------------------------------------------------------------------------

    def _get(self, path: str, query: Mapping[str, str]) -> object:
        return self._asked(lambda until: self._request("GET", path, until, params=query), tries=2)

    def _send(self, method: str, path: str, body: Mapping[str, Any]) -> object:
        """Once: what changes something is tried again by whoever asked, under the same key."""
        return self._asked(lambda until: self._request(method, path, until, json=body), tries=1)

    def _asked(self, ask: Callable[[float], object], *, tries: int) -> object:
        """The JSON of the answer; None: 404. Raises ShopRefused, ShopUnavailable."""
        if not self._breaker.allows():
            raise ShopUnavailable("the shop failed several times in a row and is left alone for a while")
        until = self._monotonic() + DEADLINE_SECONDS
        for last in (False,) * (tries - 1) + (True,):
            try:
                answer = ask(until)
            except ShopUnavailable:
                if last or self._monotonic() >= until:
                    self._breaker.failed()
                    raise
            else:
                self._breaker.succeeded()
                return answer
        raise AssertionError("the last try returns or raises")

    def _request(self, method: str, path: str, until: float, **more: Any) -> object:
        try:
            with self._client.stream(method, self._url + path, **more) as answer:
                body = self._body(answer, until)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ShopUnavailable(f"the shop does not answer: {type(error).__name__}") from error
        if answer.status_code == NOT_THERE:
            return None
        if answer.status_code in REFUSALS:
            self._breaker.succeeded()
            raise _refusal(body)
        if answer.status_code >= 300:
            raise ShopUnavailable(f"the shop answers {answer.status_code}; see docs/commerce.openapi.yaml")
        return _json(body)

    def _body(self, answer: httpx.Response, until: float) -> bytes:
        """As it comes, within the largest size and the deadline: a shop that dribbles is left, too."""
        body = b""
        for part in answer.iter_bytes():
            body += part
            if len(body) > LARGEST:
                raise ShopUnavailable(f"the shop's answer is larger than {LARGEST} bytes")
            if self._monotonic() > until:
                raise ShopUnavailable("the shop's answer takes too long")
        return body


def _json(body: bytes) -> object:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ShopUnavailable("the shop's answer is no JSON") from error
    if found is None:
        raise ShopUnavailable("the shop's answer is null")
    return found


def _refusal(body: bytes) -> ShopRefused:
    given = _json(body)
    reason = given.get("reason") if isinstance(given, dict) else None
    is_word = isinstance(reason, str) and reason.isidentifier() and len(reason) <= 40
    return ShopRefused(words(reason, "reason") if is_word else "refused")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
