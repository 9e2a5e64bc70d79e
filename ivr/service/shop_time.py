"""The time that one step may wait for the shop, all that it asks taken together: a caller hears nothing meanwhile."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

SECONDS: Final = 3.0

_until: ContextVar[float | None] = ContextVar("shop_time", default=None)


@contextmanager
def one_step(seconds: float = SECONDS) -> Iterator[None]:
    """What is asked of the shop in here shares so many seconds; a step within a step has what is left of them."""
    ends, outer = time.monotonic() + seconds, _until.get()
    token = _until.set(ends if outer is None else min(ends, outer))
    try:
        yield
    finally:
        _until.reset(token)


def seconds_left() -> float | None:
    """None outside of steps: sweeps wait as long as each request may take."""
    until = _until.get()
    return None if until is None else max(until - time.monotonic(), 0.0)
