"""Settlements, and the decisions that led to them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select

from ivr.domain.cases import Event
from ivr.domain.settlements import FINAL, Settlement, SettlementKind
from ivr.storage import tables
from ivr.storage.cases import event_of
from ivr.storage.rows import Repository
from ivr.storage.settlement_tables import settlements


class SqlSettlements(Repository):
    """service.settlements.Settlements."""

    def add(self, settlement: Settlement) -> None:
        """Conflict at commit if its key is there."""
        self._add(settlement)

    def get(self, key: str) -> Settlement | None:
        """By its key."""
        return self._session.get(Settlement, key)

    def of_order(self, order_id: str) -> Sequence[Settlement]:
        """Oldest first."""
        c = settlements.c
        return self._all(select(Settlement).where(c.order_id == order_id).order_by(c.at, c.key))

    def count_final(self, number: str, since: datetime) -> int:
        """By the customer's number."""
        return self._count_of(FINAL, number, since)

    def count_parts(self, number: str, since: datetime) -> int:
        """By the customer's number."""
        return self._count_of({SettlementKind.PART}, number, since)

    def _count_of(self, kinds: Collection[SettlementKind], number: str, since: datetime) -> int:
        c = settlements.c
        mine = select(func.count()).select_from(settlements).where(c.number == number, c.at > since)
        return self._count(mine.where(c.kind.in_(kinds)))

    def decisions(self, limit: int) -> Sequence[Event]:
        """Newest first; the whole timeline is looked through, for the command line only."""
        e = tables.events.c
        found = select(tables.events).where(e.kind == "decided").order_by(e.at.desc(), e.serial.desc()).limit(limit)
        return [event_of(row) for row in self._session.execute(found).mappings()]
