"""Keys, webhooks and their deliveries; and the lists that programs page through."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from ivr.domain.callbacks import Callback
from ivr.domain.cases import Case, Event
from ivr.domain.programs import ApiKey, Delivery, Subscription
from ivr.service.programs import After
from ivr.storage import program_tables, schema, tables
from ivr.storage.cases import event_of
from ivr.storage.rows import Repository, newest_first


class SqlPrograms(Repository):
    """service.programs.Programs."""

    def add(self, row: ApiKey | Subscription | Delivery) -> None:
        """Conflict at commit for a second delivery of an event to a subscription."""
        self._add(row)

    def key_of(self, key_hash: str) -> ApiKey | None:
        """Revoked ones too."""
        return self._first(select(ApiKey).where(program_tables.api_keys.c.key_hash == key_hash))

    def all_keys(self) -> Sequence[ApiKey]:
        """Oldest first."""
        c = program_tables.api_keys.c
        return self._all(select(ApiKey).order_by(c.created_at, c.id))

    def subscription(self, subscription_id: str) -> Subscription | None:
        """By id."""
        return self._session.find(Subscription, subscription_id)

    def subscriptions(self) -> Sequence[Subscription]:
        """Oldest first."""
        c = program_tables.subscriptions.c
        return self._all(select(Subscription).order_by(c.created_at, c.id))

    def remove(self, subscription: Subscription) -> None:
        """With its deliveries."""
        log = program_tables.deliveries
        self._session.execute(delete(log).where(log.c.subscription_id == subscription.id))
        self._session.delete(subscription)

    def delivery(self, delivery_id: str) -> Delivery | None:
        """By id."""
        return self._session.find(Delivery, delivery_id)

    def deliveries(self, subscription_id: str, status: str, after: After, limit: int) -> Sequence[Delivery]:
        """Newest first."""
        c = program_tables.deliveries.c
        mine = select(Delivery).where(c.subscription_id == subscription_id)
        return self._all(
            newest_first(mine.where(c.status == status) if status else mine, c.created_at, c.id, after, limit)
        )

    def due(self, now: datetime, without: Collection[str]) -> Delivery | None:
        """The longest due; those that another process has in hand are left out."""
        c, subscriptions = program_tables.deliveries.c, program_tables.subscriptions.c
        active = select(subscriptions.id).where(subscriptions.is_active.is_(True), subscriptions.id.not_in(without))
        ripe = select(Delivery).where(schema.IS_WAITING, c.due_at <= now, c.subscription_id.in_(active))
        return next(iter(self._all(ripe.order_by(c.due_at, c.id).limit(1), lock=True)), None)

    def untold(self, event_ids: Collection[str], subscription_id: str) -> frozenset[str]:
        """Those without a delivery."""
        c = program_tables.deliveries.c
        told = select(c.event_id).where(c.subscription_id == subscription_id, self._among(c.event_id, event_ids))
        return frozenset(event_ids) - frozenset(self._session.scalars(told))


class SqlLists(Repository):
    """service.programs.Lists."""

    def callbacks(self, status: str, number: str, after: After, limit: int) -> Sequence[Callback]:
        """By created_at, newest first."""
        c, query = tables.callbacks.c, select(Callback)
        if status:
            query = query.where(c.status == status)
        if number:
            query = query.where(c.number == number)
        return self._all(newest_first(query, c.created_at, c.id, after, limit))

    def cases(self, status: str, after: After, limit: int) -> Sequence[Case]:
        """By opened_at, newest first."""
        c = tables.cases.c
        query = select(Case).where(c.status == status) if status else select(Case)
        return self._all(newest_first(query, c.opened_at, c.id, after, limit))

    def events(self, after: int, limit: int, kinds: Collection[str] = ()) -> Sequence[tuple[int, Event]]:
        """In the order written."""
        e = tables.events.c
        query = select(tables.events).where(e.serial > after).order_by(e.serial).limit(limit)
        rows = self._session.execute(query.where(e.kind.in_(kinds)) if kinds else query).mappings()
        return [(row["serial"], event_of(row)) for row in rows]

    def last_serial(self) -> int:
        """Of the newest event."""
        return self._count(select(func.max(tables.events.c.serial)))
