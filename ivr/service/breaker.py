"""A circuit breaker: whoever failed several times in a row is left alone for a while, then tried by one request."""

import threading
import time
from collections.abc import Callable
from typing import Final

MOST_FAILURES: Final = 5
REST_SECONDS: Final = 30.0


class Breaker:
    """Shared by threads; each process has its own."""

    def __init__(
        self,
        *,
        most_failures: int = MOST_FAILURES,
        rest_seconds: float = REST_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most_failures = most_failures
        self._rest_seconds = rest_seconds
        self._monotonic = monotonic
        self._failures = 0
        self._rests_until = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether to ask now. After the rest one may, and the others wait for what comes of it."""
        with self._lock:
            if self._failures < self._most_failures:
                return True
            now = self._monotonic()
            if now < self._rests_until:
                return False
            self._rests_until = now + self._rest_seconds
            return True

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked now; asking this uses nothing up."""
        with self._lock:
            return self._failures >= self._most_failures and self._monotonic() < self._rests_until

    def succeeded(self) -> None:
        """It works."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """It does not."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most_failures:
                self._rests_until = self._monotonic() + self._rest_seconds
