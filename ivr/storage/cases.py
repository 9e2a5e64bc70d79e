"""Cases and their timeline."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, or_, select

from ivr.domain.cases import Case, CaseStatus, Event
from ivr.storage import tables
from ivr.storage.batches import insert_together
from ivr.storage.rows import Repository

DONE = (CaseStatus.RESOLVED, CaseStatus.CLOSED)


class SqlCases(Repository):
    """service.store.Cases."""

    def add(self, case: Case) -> None:
        """Conflict at commit if the number was given before."""
        self._add(case)

    def get(self, case_id: str) -> Case | None:
        """By id."""
        return self._session.find(Case, case_id)

    def by_number(self, number: str) -> Case | None:
        """By its digits."""
        return self._first(select(Case).where(tables.cases.c.number == number))

    def open_of(self, customer_id: str) -> Sequence[Case]:
        """Neither resolved nor closed, newest first."""
        c = tables.cases.c
        mine = select(Case).where(c.customer_id == customer_id, c.status.not_in(DONE))
        return self._all(mine.order_by(c.opened_at.desc(), c.number.desc()))

    def of_customer(self, customer_id: str, limit: int) -> Sequence[Case]:
        """Newest first."""
        c = tables.cases.c
        mine = select(Case).where(c.customer_id == customer_id)
        return self._all(mine.order_by(c.opened_at.desc(), c.number.desc()).limit(limit))

    def recent(self, limit: int) -> Sequence[Case]:
        """Newest first."""
        c = tables.cases.c
        return self._all(select(Case).order_by(c.opened_at.desc(), c.number.desc()).limit(limit))

    def next_serial(self) -> int:
        """From a sequence: two open cases at once without waiting for each other; a rollback leaves a gap."""
        added = self._session.execute(insert(tables.case_serials).returning(tables.case_serials.c.serial))
        return int(added.scalar_one())


class SqlEvents(Repository):
    """service.store.Events: plain rows, collected and written together."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._added: list[dict[str, Any]] = []

    def add(self, event: Event) -> None:
        """Written at commit, or before the timeline is read."""
        if not self._writes:
            raise RuntimeError("store.read() is for reading; use store.begin()")
        self._added.append(_row(event))

    def write(self) -> None:
        """Send what was added."""
        added, self._added = self._added, []
        if len(added) == 1:  # one row alone is not sent as a batch, which costs more
            self._session.connection().execute(insert(tables.events), added[0])
        elif added:
            insert_together(self._session.connection(), tables.events, added)

    def of_case(self, case_id: str) -> Sequence[Event]:
        """Oldest first: its own lines, and those without a case of the calls and callbacks that belong to it."""
        self._session.flush()
        e = tables.events.c
        loose = select(tables.events).where(e.case_id.is_(None), or_(*_belongs(case_id)))
        both = select(tables.events).where(e.case_id == case_id).union_all(loose).subquery()
        return self._events(select(both).order_by(both.c.at, both.c.serial))

    def recent(self, limit: int) -> Sequence[Event]:
        """Newest first."""
        e = tables.events.c
        return self._events(select(tables.events).order_by(e.at.desc(), e.serial.desc()).limit(limit))

    def _events(self, query: Select[Any]) -> list[Event]:
        self.write()
        return [event_of(row) for row in self._session.execute(query).mappings()]


def _belongs(case_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """By callback; by call: the call's present case, or one that was spoken of in it."""
    e, told = tables.events.c, tables.events.alias()
    callbacks = select(tables.callbacks.c.id).where(tables.callbacks.c.case_id == case_id)
    calls = select(tables.calls.c.sid).where(tables.calls.c.case_id == case_id)
    spoken = select(told.c.call_sid).where(told.c.case_id == case_id, told.c.call_sid.is_not(None))
    return e.callback_id.in_(callbacks), e.call_sid.in_(calls.union(spoken))


def _row(event: Event) -> dict[str, Any]:
    return {**vars(event), "data": dict(event.data)}


def event_of(row: Any) -> Event:
    """An event from its row's columns by name."""
    return Event(**{name: value for name, value in row.items() if name != "serial"})
