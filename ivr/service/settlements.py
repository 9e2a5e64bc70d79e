"""The port of the rows that say what was done about orders, and of past decisions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.cases import Event
from ivr.domain.settlements import Settlement


class Settlements(Protocol):
    """Settlements. The database allows one with a key (Conflict otherwise)."""

    def add(self, settlement: Settlement) -> None: ...
    def get(self, key: str) -> Settlement | None: ...
    def of_order(self, order_id: str) -> Sequence[Settlement]:
        """Oldest first."""

    def count_final(self, number: str, since: datetime) -> int:
        """Refunds, replacements and returns of whoever has this number, since."""

    def count_parts(self, number: str, since: datetime) -> int:
        """Parts sent to whoever has this number, since."""

    def decisions(self, limit: int) -> Sequence[Event]:
        """The newest `decided` lines of all timelines, newest first."""
