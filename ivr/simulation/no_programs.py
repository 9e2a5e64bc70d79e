"""A simulated day has no programs of others."""

from collections.abc import Collection, Sequence
from datetime import datetime

from ivr.domain.callbacks import Callback
from ivr.domain.cases import Case, Event
from ivr.domain.programs import ApiKey, Delivery, Subscription
from ivr.service.programs import After


class NoPrograms:
    """service.programs.Programs."""

    def add(self, row: ApiKey | Subscription | Delivery) -> None:
        """Never called."""
        raise NotImplementedError("the simulation has no API")

    def key_of(self, key_hash: str) -> ApiKey | None:
        """There is none."""
        return None

    def all_keys(self) -> Sequence[ApiKey]:
        """None."""
        return ()

    def subscription(self, subscription_id: str) -> Subscription | None:
        """There is none."""
        return None

    def subscriptions(self) -> Sequence[Subscription]:
        """None."""
        return ()

    def remove(self, subscription: Subscription) -> None:
        """Never called."""
        raise NotImplementedError("the simulation has no API")

    def delivery(self, delivery_id: str) -> Delivery | None:
        """There is none."""
        return None

    def deliveries(self, subscription_id: str, status: str, after: After, limit: int) -> Sequence[Delivery]:
        """None."""
        return ()

    def due(self, now: datetime, without: Collection[str]) -> Delivery | None:
        """Nothing is."""
        return None

    def untold(self, event_ids: Collection[str], subscription_id: str) -> frozenset[str]:
        """Nobody listens."""
        return frozenset()


class NoLists:
    """service.programs.Lists."""

    def callbacks(self, status: str, number: str, after: After, limit: int) -> Sequence[Callback]:
        """None are shown."""
        return ()

    def cases(self, status: str, after: After, limit: int) -> Sequence[Case]:
        """None are shown."""
        return ()

    def events(self, after: int, limit: int, kinds: Collection[str] = ()) -> Sequence[tuple[int, Event]]:
        """None are kept."""
        return ()

    def last_serial(self) -> int:
        """None are kept."""
        return 0
