"""The dial ledger in pages: by primary keys forward, so that a million rows are read without sorting any."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, select

from ivr.domain.callbacks import Callback, Leg
from ivr.domain.ledger import KINDS, Line
from ivr.storage import tables
from ivr.storage.rows import Repository


class SqlLedger(Repository):
    """service.store.Ledger."""

    def lines(self, after: int, limit: int) -> Sequence[Line]:
        """In the order written."""
        e = tables.events.c
        return self._lines(_wanted().where(e.serial > after).order_by(e.serial).limit(limit))

    def lines_of(self, callback_ids: Collection[str]) -> Sequence[Line]:
        """Those of all of them, in the order written."""
        e = tables.events.c
        return self._lines(_wanted().where(self._among(e.callback_id, callback_ids)).order_by(e.serial))

    def page(self, after: str, limit: int) -> Sequence[Callback]:
        """By id."""
        c = tables.callbacks.c
        return self._all(select(Callback).where(c.id > after).order_by(c.id).limit(limit))

    def callbacks(self, callback_ids: Collection[str]) -> Sequence[Callback]:
        """In any order."""
        return self._all(select(Callback).where(self._among(tables.callbacks.c.id, callback_ids)))

    def legs(self, leg_ids: Collection[str]) -> Sequence[Leg]:
        """In any order."""
        return self._all(select(Leg).where(self._among(tables.legs.c.id, leg_ids)))

    def legs_of(self, attempt_ids: Collection[str]) -> Sequence[Leg]:
        """In any order."""
        return self._all(select(Leg).where(self._among(tables.legs.c.attempt_id, attempt_ids)))

    def _lines(self, query: Select[Any]) -> list[Line]:
        return [Line(**row) for row in self._session.execute(query).mappings()]


def _wanted() -> Select[Any]:
    e = tables.events.c
    return select(e.serial, e.at, e.kind, e.callback_id, e.data).where(e.kind.in_(sorted(KINDS)))
