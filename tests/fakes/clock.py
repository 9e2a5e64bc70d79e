"""A clock that stands until it is told to go on."""

from datetime import UTC, datetime, timedelta

NOON_IN_NEW_YORK = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
"""A Tuesday, in the afternoon nowhere in America: well inside everybody's hours."""


class FakeClock:
    """ports.Clock, and a monotonic clock that goes along with it."""

    def __init__(self, now: datetime = NOON_IN_NEW_YORK) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    def advance(self, seconds: float) -> datetime:
        self._now += timedelta(seconds=seconds)
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now
