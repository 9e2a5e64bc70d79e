"""What the shop answers to one request, and what its breaker learns of it."""

from collections.abc import Callable
from typing import TypeVar

import structlog

from ivr.errors import ShopRefused, ShopUnavailable
from ivr.service.breaker import Breaker

log = structlog.get_logger(__name__)
T = TypeVar("T")


def answer_of(breaker: Breaker, ask: Callable[[], T]) -> T | ShopRefused | ShopUnavailable:
    """The answer, or why there is none."""
    try:
        answer = ask()
    except ShopRefused as refused:  # it answers: it works
        breaker.succeeded()
        return refused
    except ShopUnavailable as error:
        log.warning("shop_unavailable", error=str(error))
        breaker.failed()
        return error
    breaker.succeeded()
    return answer
