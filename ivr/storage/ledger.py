"""The dial ledger: the database finds what does not look right, and only that is read and judged.

Every question here may find too much, never too little: the rules themselves are in domain/ledger.py.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select, text, union

from ivr.domain.callbacks import OPEN_STATUSES, Callback, CallbackStatus, Leg
from ivr.domain.ledger import BEGINS, CUSTOMERS, ENDS, FINISHED, KINDS, STRAY, DialedLeg, Entry, Line
from ivr.storage import schema, tables
from ivr.storage.rows import Repository

PATIENT: Final = ("SET LOCAL statement_timeout = '30min'", "SET LOCAL work_mem = '128MB'")
"""PostgreSQL: a look over all rows takes longer than a webhook may, and sorts much."""
WAITING: Final = (CallbackStatus.SCHEDULED, CallbackStatus.UNVERIFIED)


class SqlLedger(Repository):
    """service.store.Ledger."""

    def counted(self) -> tuple[int, int]:
        """Dials that were written down, callbacks."""
        if self._is_postgres:
            for statement in PATIENT:
                self._session.execute(text(statement))
        dials = select(func.count()).select_from(tables.events).where(tables.events.c.kind == BEGINS)
        return self._count(dials), self._count(select(func.count()).select_from(tables.callbacks))

    def disordered(self) -> tuple[frozenset[str], frozenset[str]]:
        """Of their own customers: callbacks, and of all: numbers, whose dials do not begin and end in turn."""
        legs = tables.legs.c
        by_number = self._session.scalars(_not_in_turn(legs.number))
        by_callback = self._session.scalars(_not_in_turn(legs.callback_id, legs.party == "customer"))
        return frozenset(by_number), frozenset(by_callback)

    def entries(
        self, after: int, limit: int, *, numbers: Collection[str], callback_ids: Collection[str]
    ) -> Sequence[Entry]:
        """In the order written."""
        legs = tables.legs.c
        # Each from its own index: "or" of the two would read all legs.
        either = (self._among(legs.number, numbers), self._among(legs.callback_id, callback_ids))
        wanted = union(*(select(legs.id).where(each) for each in either))
        return self._entries(after, limit, legs.id.in_(wanted))

    def customers_dials(self, after: int, limit: int) -> Sequence[Entry]:
        """In the order written."""
        parties = tables.legs.c.party.in_(sorted(CUSTOMERS))
        return self._entries(after, limit, parties, tables.events.c.kind == BEGINS)

    def suspects(self, late: datetime) -> Sequence[str]:
        """By id; `late`: a window that closed before this should have been seen to."""
        found = union(*(select(each.subquery().c[0].label("id")) for each in _suspects(late))).subquery()
        return list(self._session.scalars(select(found.c.id).where(found.c.id.is_not(None)).order_by(found.c.id)))

    def callbacks(self, callback_ids: Collection[str]) -> Sequence[Callback]:
        """By id."""
        c = tables.callbacks.c
        return self._all(select(Callback).where(self._among(c.id, callback_ids)).order_by(c.id))

    def legs_of(self, attempt_ids: Collection[str]) -> Sequence[Leg]:
        """In any order."""
        return self._all(select(Leg).where(self._among(tables.legs.c.attempt_id, attempt_ids)))

    def lines_of(self, callback_ids: Collection[str]) -> Sequence[Line]:
        """In the order written."""
        e = tables.events.c
        theirs = select(*_line()).where(self._among(e.callback_id, callback_ids), e.kind.in_(sorted(KINDS)))
        return [Line(**row) for row in self._session.execute(theirs.order_by(e.serial)).mappings()]

    def _entries(self, after: int, limit: int, *conditions: ColumnElement[bool]) -> list[Entry]:
        e, legs, callbacks = tables.events.c, tables.legs.c, tables.callbacks.c
        leg = (legs.id, legs.party, legs.number, legs.callback_id)
        found = select(*_line(), *leg, callbacks.zone).join(tables.legs, legs.id == _leg())
        found = found.outerjoin(tables.callbacks, callbacks.id == legs.callback_id)
        found = found.where(e.serial > after, e.kind.in_(sorted(KINDS)), *conditions).order_by(e.serial).limit(limit)
        return [_entry(*row) for row in self._session.execute(found)]


def _line() -> Sequence[ColumnElement[Any]]:
    e = tables.events.c
    return e.serial, e.at, e.kind, e.callback_id, e.data


def _leg(of: Any = tables.events.c) -> ColumnElement[str]:
    """The id of the leg that a line tells of."""
    named: ColumnElement[str] = of.data["leg"].as_string()
    return named


def _entry(*row: Any) -> Entry:
    serial, at, kind, callback_id, data, leg_id, party, number, legs_callback_id, zone = row
    line = Line(serial=serial, at=at, kind=kind, callback_id=callback_id, data=data)
    leg = DialedLeg(id=leg_id, party=party, number=number, callback_id=legs_callback_id)
    return Entry(line=line, leg=leg, zone=zone or "")


def _not_in_turn(key: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    """Keys with a dial that begins before the one before it has ended, or an end that is another leg's, or a stray."""
    c = _steps(key, *conditions).c
    after_begin = and_(c.kind == BEGINS, c.kind_before.not_in(sorted(ENDS)))
    others_end = and_(c.kind.in_(sorted(ENDS)), c.kind_before == BEGINS, c.leg_before != c.leg)
    return select(c.key).distinct().where(or_(after_begin, others_end, c.kind == STRAY))


def _steps(key: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Subquery:
    """Each line about a dial beside the one before it of the same key."""
    e, legs = tables.events.c, tables.legs.c
    lines = select(key.label("key"), e.serial, e.kind, legs.id.label("leg")).join(tables.legs, legs.id == _leg())
    steps = lines.where(e.kind.in_(sorted({BEGINS, STRAY, *ENDS})), key.is_not(None), *conditions).subquery().c
    kind, leg = (
        func.lag(of).over(partition_by=steps.key, order_by=steps.serial).label(f"{of.name}_before")
        for of in (steps.kind, steps.leg)
    )
    return select(steps.key, steps.kind, steps.leg, kind, leg).subquery()


def _suspects(late: datetime) -> Sequence[Select[Any]]:
    """Callbacks that may have broken a rule of domain.ledger.Promise, by rule."""
    c, attempts, legs = tables.callbacks.c, tables.attempts.c, tables.legs.c
    has_end = c.status.in_(sorted(schema.ENDED_STATUSES))
    is_over = c.status.not_in(sorted(OPEN_STATUSES))
    unexplained = or_(and_(is_over, c.reason == ""), and_(has_end, c.ended_at.is_(None)))
    left = and_(c.status.in_(WAITING), c.closes_at < late)
    return (
        select(c.id).where(or_(unexplained, left, c.status == CallbackStatus.DIALING)),
        select(attempts.callback_id).where(schema.NOT_ENDED),
        select(legs.callback_id).where(schema.IS_LIVE_LEG),
        select(legs.callback_id).where(legs.placing_at.is_not(None), ~_begun_leg()),
        _dialed_after_end(),
    )


def _begun_leg() -> ColumnElement[bool]:
    """The line that a leg's dial began."""
    e, legs = tables.events.c, tables.legs.c
    mine = select(e.serial).where(e.callback_id == legs.callback_id, e.kind == BEGINS, _leg() == legs.id)
    return mine.correlate(tables.legs).exists()


def _dialed_after_end() -> Select[Any]:
    begun, over = tables.events.alias(), tables.events.alias()
    earlier = select(over.c.serial).where(
        over.c.callback_id == begun.c.callback_id, over.c.kind.in_(sorted(FINISHED)), over.c.serial < begun.c.serial
    )
    return select(begun.c.callback_id).where(begun.c.kind == BEGINS, earlier.exists())
