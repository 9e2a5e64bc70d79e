"""Requests to the shop that wait as rows: one after the other while it answers, and what its breaker learns."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

import structlog

from ivr.errors import ShopRefused, ShopUnavailable
from ivr.service.breaker import Breaker
from ivr.service.scenes import Scenes
from ivr.service.store import UnitOfWork

log = structlog.get_logger(__name__)
T = TypeVar("T")


BATCH: Final = 50
"""Requests in one round."""


def while_due(
    scenes: Scenes,
    breaker: Breaker,
    due: Callable[[UnitOfWork, datetime], object | None],
    take_next: Callable[[], bool],
) -> None:
    """One round. While the shop is down nothing is claimed, so that no try is used up; looking takes no lock."""
    for _ in range(BATCH):
        with scenes.store.read() as uow:
            is_due = due(uow, scenes.clock.now()) is not None
        if not is_due or not breaker.allows() or not take_next():
            return


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
