"""Settlements on their way to the shop."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from ivr.domain.handovers import Handover
from ivr.storage.handover_tables import HAS_FAILED, IS_WATCHED, handovers
from ivr.storage.rows import Repository
from ivr.storage.schema import IS_WAITING


class SqlHandovers(Repository):
    """service.fulfilment.Handovers."""

    def add(self, handover: Handover) -> None:
        """Conflict at commit if its key is there."""
        self._add(handover)

    def get(self, key: str) -> Handover | None:
        """By the settlement's key."""
        return self._session.find(Handover, key)

    def due(self, now: datetime) -> Handover | None:
        """The longest due."""
        c = handovers.c
        ripe = select(Handover).where(IS_WAITING, c.due_at <= now).order_by(c.due_at).limit(1)
        return next(iter(self._all(ripe, lock=True)), None)

    def failed(self, limit: int) -> Sequence[Handover]:
        """Newest first."""
        return self._all(select(Handover).where(HAS_FAILED).order_by(handovers.c.ended_at.desc()).limit(limit))

    def watched(self, now: datetime) -> Handover | None:
        """The longest due."""
        c = handovers.c
        ripe = select(Handover).where(IS_WATCHED, c.watch_at <= now).order_by(c.watch_at).limit(1)
        return next(iter(self._all(ripe, lock=True)), None)

    def count_waiting(self, before: datetime) -> int:
        """Not carried out yet."""
        late = select(func.count()).select_from(handovers).where(IS_WAITING, handovers.c.created_at < before)
        return self._count(late)
