"""News that customers are rung for."""

from datetime import datetime

from sqlalchemy import select

from ivr.domain.outreach import News, Outreach, outreach_key
from ivr.storage.outreach_tables import outreaches
from ivr.storage.rows import Repository
from ivr.storage.schema import IS_WAITING


class SqlOutreaches(Repository):
    """service.outreach_store.Outreaches."""

    def add(self, outreach: Outreach) -> None:
        """Conflict at commit if the order has one of its kind."""
        self._add(outreach)

    def of_order(self, order_id: str, kind: News) -> Outreach | None:
        """By its key."""
        return self.of_key(outreach_key(order_id, kind))

    def of_key(self, key: str) -> Outreach | None:
        """It has this key."""
        return self._first(select(Outreach).where(outreaches.c.key == key))

    def of_case(self, case_id: str) -> Outreach | None:
        """The newest."""
        c = outreaches.c
        return self._first(select(Outreach).where(c.case_id == case_id).order_by(c.created_at.desc()).limit(1))

    def of_leg(self, leg_id: str) -> Outreach | None:
        """By its newest leg."""
        return self._first(select(Outreach).where(outreaches.c.leg_id == leg_id))

    def due(self, now: datetime) -> Outreach | None:
        """The longest due."""
        c = outreaches.c
        ripe = select(Outreach).where(IS_WAITING, c.due_at <= now).order_by(c.due_at).limit(1)
        return next(iter(self._all(ripe, lock=True)), None)
