"""What the store keeps of other people's programs, and lists that they page through, as Protocols."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.callbacks import Callback
from ivr.domain.cases import Case, Event
from ivr.domain.programs import ApiKey, Delivery, Subscription

After = tuple[datetime, str] | None
"""Where a page of a list, newest first, goes on: behind this moment and id."""


class Programs(Protocol):
    """Keys, subscriptions, deliveries."""

    def add(self, row: ApiKey | Subscription | Delivery) -> None:
        """Conflict at commit for a second delivery of an event to a subscription."""

    def key_of(self, key_hash: str) -> ApiKey | None: ...
    def all_keys(self) -> Sequence[ApiKey]:
        """Oldest first, revoked ones too."""

    def subscription(self, subscription_id: str) -> Subscription | None: ...
    def subscriptions(self) -> Sequence[Subscription]:
        """Oldest first."""

    def remove(self, subscription: Subscription) -> None:
        """With its deliveries."""

    def delivery(self, delivery_id: str) -> Delivery | None: ...
    def deliveries(self, subscription_id: str, status: str, after: After, limit: int) -> Sequence[Delivery]:
        """Newest first; an empty status: all."""

    def due(self, now: datetime, without: Collection[str]) -> Delivery | None:
        """WAITING, due for longest, of an active subscription that is not among these; locked like `Callbacks.due`."""

    def untold(self, event_ids: Collection[str], subscription_id: str) -> frozenset[str]:
        """Those of these events that the subscription has no delivery of."""


class Lists(Protocol):
    """Pages of lists."""

    def callbacks(self, status: str, number: str, after: After, limit: int) -> Sequence[Callback]:
        """By created_at, newest first; empty: any."""

    def cases(self, status: str, after: After, limit: int) -> Sequence[Case]:
        """By opened_at, newest first; an empty status: any."""

    def events(self, after: int, limit: int, kinds: Collection[str] = ()) -> Sequence[tuple[int, Event]]:
        """With a later serial, in the order written; no kinds: all."""

    def last_serial(self) -> int:
        """Of the newest event; 0: there is none."""
