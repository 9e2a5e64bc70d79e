"""Requests to a shop behind HTTP: short time-outs, one retry, a breaker, a largest answer, a deadline.

A caller waits for these answers. So a request takes three seconds at the most, all requests of one turn together no
longer than that, and a shop that failed several times in a row is not asked for a while.
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import httpx

from ivr.commerce.reading import words
from ivr.errors import ShopRefused, ShopUnavailable
from ivr.service.breaker import Breaker
from ivr.service.shop_time import seconds_left

CONNECT_SECONDS, ANSWER_SECONDS = 1.0, 1.5
DEADLINE_SECONDS: Final = 3.0
"""Of one request with its retry, body included."""
SHORTEST_SECONDS: Final = 0.05
"""Nothing is asked for less."""
LARGEST: Final = 512 * 1024
AGENT: Final = "Ringback-Commerce/1"
REFUSALS: Final = frozenset({409, 422})
NOT_THERE: Final = 404


class ShopRequests:
    """JSON of a shop's answers, None where it is 404; safe to share between threads. All raise ShopUnavailable."""

    def __init__(
        self, url: str, token: str, *, breaker: Breaker | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url.rstrip("/")
        self._breaker = breaker or Breaker(most_failures=3, rest_seconds=15.0)
        self._monotonic = monotonic
        headers = {"authorization": f"Bearer {token}", "accept": "application/json", "user-agent": AGENT}
        self._client = httpx.Client(follow_redirects=False, trust_env=False, headers=headers)

    def get(self, path: str, query: Mapping[str, str]) -> object:
        """Read, with one retry."""
        return self._asked(lambda until: self._request("GET", path, until, params=query), tries=2)

    def put(self, path: str, body: Mapping[str, Any]) -> object:
        """Once: what changes something is tried again by whoever asked, under the same key. Raises ShopRefused."""
        return self._asked(lambda until: self._request("PUT", path, until, json=body), tries=1)

    def _asked(self, ask: Callable[[float], object], *, tries: int) -> object:
        """The JSON of the answer; None: 404. Raises ShopRefused, ShopUnavailable."""
        if not self._breaker.allows():
            raise ShopUnavailable("the shop failed several times in a row and is left alone for a while")
        until = self._monotonic() + _allowed()
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
            with self._client.stream(method, self._url + path, timeout=self._timeout(until), **more) as answer:
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

    def _timeout(self, until: float) -> httpx.Timeout:
        """Both waits together end by then."""
        left = max(until - self._monotonic(), 0.0)
        connect = min(CONNECT_SECONDS, left / 2)
        return httpx.Timeout(min(ANSWER_SECONDS, left - connect), connect=connect)

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


def _allowed() -> float:
    """Seconds for a request. Raises ShopUnavailable: others in this turn took them all."""
    left = seconds_left()
    if left is not None and left < SHORTEST_SECONDS:
        raise ShopUnavailable("this turn has waited for the shop as long as it may")
    return DEADLINE_SECONDS if left is None else min(left, DEADLINE_SECONDS)


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


def plain(value: object) -> object:
    """As JSON has it."""
    return value.isoformat() if isinstance(value, datetime) else value
