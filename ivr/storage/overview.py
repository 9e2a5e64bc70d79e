"""What supervisors look for among all callbacks and cases."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Index, Select, func, select, tuple_, union_all

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import Event
from ivr.domain.turns import KINDS, Queued, TurnLine
from ivr.service.overview_store import CallbackSearch, CallLine
from ivr.service.programs import After
from ivr.storage.rows import Repository, newest_first
from ivr.storage.schema import IS_IN_HAND, IS_OPEN, IS_SCHEDULED
from ivr.storage.tables import callbacks, calls, cases, events, holds

Index("ix_calls_started_at", calls.c.started_at, calls.c.sid)


class SqlOverview(Repository):
    """service.overview_store.Overview."""

    def find_callbacks(self, search: CallbackSearch, limit: int) -> Sequence[Callback]:
        """By the moment at which they were asked for, the newest first."""
        c = callbacks.c
        query = select(Callback)
        query = query.where(c.status == search.status) if search.status else query
        query = query.where(c.skill == search.skill) if search.skill else query
        query = query.where(c.number.endswith(search.ending, autoescape=True)) if search.ending else query
        if search.case_number:
            query = query.where(c.case_id.in_(select(cases.c.id).where(cases.c.number == search.case_number)))
        if search.late_at is not None:
            query = query.where(c.id.in_(_late(search.late_at)))
        after = self._place(search.before) if search.before else None
        return self._all(newest_first(query, c.created_at, c.id, after, limit))

    def _place(self, callback_id: str) -> After:
        """Where a page goes on that ended with this one."""
        last = self._session.find(Callback, callback_id)
        return (last.created_at, last.id) if last is not None else None

    def count_scheduled(self) -> int:
        """From the index alone: no row is read."""
        return self._count(select(func.count()).select_from(callbacks).where(IS_SCHEDULED))

    def case_numbers(self, case_ids: Collection[str]) -> Mapping[str, str]:
        """In one query."""
        numbers = select(cases.c.id, cases.c.number).where(self._among(cases.c.id, case_ids))
        return {str(row.id): str(row.number) for row in self._session.execute(numbers)}

    def created_callbacks(self, since: datetime, limit: int) -> Sequence[Callback]:
        """The newest first."""
        c = callbacks.c
        return self._all(select(Callback).where(c.created_at >= since).order_by(c.created_at.desc()).limit(limit))

    def turn_lines(self, since: datetime, limit: int) -> Sequence[TurnLine]:
        """By the index of moments."""
        c = events.c
        wanted = select(c.serial, c.at, c.kind, c.callback_id, c.call_sid, c.data)
        wanted = wanted.where(c.at >= since, c.kind.in_(sorted(KINDS))).order_by(c.at.desc()).limit(limit)
        found = sorted(self._session.execute(wanted), key=lambda row: int(row.serial))
        return [_turn_line(*row[1:]) for row in found if row.data.get("status") != CallbackStatus.UNVERIFIED]

    def queued(self, keys: Collection[str]) -> Mapping[str, Queued]:
        """In two queries."""
        c, h = callbacks.c, holds.c
        promised = select(c.id, c.ticket_at, c.priority, c.skill, c.locale, c.asap).where(self._among(c.id, keys))
        held = select(h.call_sid, h.ticket_at, h.priority, h.skill, h.locale).where(self._among(h.call_sid, keys))
        found = (*self._session.execute(promised), *self._session.execute(held))
        return {key: Queued(**row) for key, row in ((row[0], dict(list(row._mapping.items())[1:])) for row in found)}

    def case_kinds(self, since: datetime) -> Mapping[str, int]:
        """Counted by the database."""
        c = cases.c
        counted = select(c.kind, func.count()).where(c.opened_at >= since).group_by(c.kind)
        return {str(kind): count for kind, count in self._session.execute(counted)}

    def calls(self, limit: int, *, before: str = "", case_id: str = "") -> Sequence[CallLine]:
        """From the index of their beginnings."""
        c = calls.c
        query = _calls().order_by(c.started_at.desc(), c.sid.desc()).limit(limit)
        query = query.where(c.case_id == case_id) if case_id else query
        last = self.call(before) if before else None
        if last is not None:
            query = query.where(tuple_(c.started_at, c.sid) < tuple_(last.started_at, last.sid))
        return [CallLine(**row._mapping) for row in self._session.execute(query)]

    def call(self, sid: str) -> CallLine | None:
        """By CallSid."""
        row = self._session.execute(_calls().where(calls.c.sid == sid)).first()
        return CallLine(**row._mapping) if row is not None else None

    def call_events(self, sid: str) -> Sequence[Event]:
        """In the order in which they were written."""
        c = events.c
        wanted = select(c.id, c.at, c.kind, c.case_id, c.callback_id, c.call_sid, c.data)
        found = self._session.execute(wanted.where(c.call_sid == sid).order_by(c.serial))
        return [Event(**row._mapping) for row in found]


def _turn_line(at: datetime, kind: str, callback_id: str | None, call_sid: str | None, data: Any) -> TurnLine:
    due_at = data.get("due_at")
    return TurnLine(
        at=at,
        kind=kind,
        key=callback_id or call_sid or "",
        due_at=datetime.fromisoformat(due_at) if due_at else None,
        outcome=str(data.get("outcome", "")),
    )


def _calls() -> Select[tuple[object, ...]]:
    c = calls.c
    return select(c.sid, c.from_number.label("number"), c.locale, c.case_id, c.turn, c.started_at, c.ended_at)


def _late(at: datetime) -> CompoundSelect[tuple[str]]:
    """Asked of the indexes of what is promised and in hand; who is tried again later can be late, too."""
    c = callbacks.c
    waiting = select(c.id).where(c.promised_by_at < at, c.first_rung_at.is_(None))
    return union_all(waiting.where(IS_SCHEDULED), waiting.where(IS_IN_HAND, IS_OPEN))
