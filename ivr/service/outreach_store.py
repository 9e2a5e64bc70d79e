"""The port of outreach; a part of the store's."""

from datetime import datetime
from typing import Protocol

from ivr.domain.outreach import News, Outreach


class Outreaches(Protocol):
    """News for customers. The database allows one of a kind for an order (Conflict otherwise)."""

    def add(self, outreach: Outreach) -> None: ...
    def of_order(self, order_id: str, kind: News) -> Outreach | None: ...
    def of_key(self, key: str) -> Outreach | None: ...
    def of_case(self, case_id: str) -> Outreach | None:
        """The newest."""

    def of_leg(self, leg_id: str) -> Outreach | None:
        """The one that this leg rings for, or rang for last."""

    def due(self, now: datetime) -> Outreach | None:
        """WAITING, the longest due; locked like `Callbacks.due`."""
