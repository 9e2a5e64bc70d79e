"""Callbacks, live callers on hold, and codes that prove a number."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    type_coerce,
    union_all,
)

from ivr.domain.agents import AgentStatus, Kind
from ivr.domain.assignments import GIVEN_BACK
from ivr.domain.callbacks import Callback, CallbackStatus, Hold
from ivr.domain.calls import LONGEST_CALL, Verification
from ivr.domain.cases import DANGER, ORDINARY
from ivr.domain.fairness import HEAD_STARTS, place_of
from ivr.service.store import Counts, Place
from ivr.storage import schema, tables
from ivr.storage.rows import Repository
from ivr.storage.staff_tables import assignments

CLOSING_LIMIT: Final = 500
"""So many windows are closed in one sweep; the next one takes the rest."""


class SqlCallbacks(Repository):
    """service.store.Callbacks."""

    def add(self, callback: Callback) -> None:
        """Conflict at commit if its number or its case has an open one."""
        self._add(callback)

    def get(self, callback_id: str) -> Callback | None:
        """By id."""
        return self._session.find(Callback, callback_id)

    def open_for_number(self, number: str) -> Callback | None:
        """The one that may still ring this number."""
        return self._first(select(Callback).where(tables.callbacks.c.number == number, schema.IS_OPEN))

    def by_resume_code(self, code: str) -> Callback | None:
        """The one that this code takes up."""
        return self._first(select(Callback).where(tables.callbacks.c.resume_code == code, schema.HAS_CODE))

    def open_for_case(self, case_id: str) -> Callback | None:
        """The one that still stands."""
        return self._first(select(Callback).where(tables.callbacks.c.case_id == case_id, schema.IS_OPEN))

    def of_case(self, case_id: str) -> Sequence[Callback]:
        """Oldest first."""
        c = tables.callbacks.c
        return self._all(select(Callback).where(c.case_id == case_id).order_by(c.created_at, c.id))

    def due(self, now: datetime, limit: int, kinds: Sequence[Kind] | None = None) -> Sequence[Callback]:
        """The first in line first, held until the unit of work ends."""
        c, calls = tables.callbacks.c, tables.calls.c
        began_lately = calls.started_at > now - LONGEST_CALL
        callers = select(calls.from_number).where(schema.NOT_ENDED, began_lately, calls.from_number.is_not(None))
        # NOT IN, which PostgreSQL hashes: NOT EXISTS becomes a join, planned by statistics older than these legs.
        # Customers who were rung first and wait for the next agent are on the line, and due.
        ringing = select(tables.legs.c.number).where(schema.IS_LIVE_LEG, tables.legs.c.waits_since_at.is_(None))
        resumed = select(calls.resumes_id).where(schema.NOT_ENDED, began_lately, calls.resumes_id.is_not(None))
        quiet = c.number.not_in(callers) & c.number.not_in(ringing) & c.id.not_in(resumed)
        ripe = select(Callback).where(schema.IS_SCHEDULED, c.due_at <= now, quiet, *_may_be_taken(now))
        if kinds is not None:
            ripe = ripe.where(or_(false(), *(_can_be_taken(*kind) for kind in kinds)))
        found = list(self._all(ripe.order_by(c.priority, c.ticket_at).limit(limit), lock=True))
        if len(found) == limit and found[0].priority < ORDINARY:  # of the others some may have waited for long enough
            known = {one.id for one in found}
            for priority in range(found[0].priority + 1, ORDINARY + 1):
                these = ripe.where(c.priority == priority).order_by(c.ticket_at).limit(limit)
                found.extend(one for one in self._all(these, lock=True) if one.id not in known)
        return sorted(found, key=place_of)[:limit]

    def ahead(self, now: datetime, place: datetime, limit: int, *, without: str) -> Counts:
        """Counted by the database, from the index of those that are due: whatever is promised for later is not read."""
        c = tables.callbacks.c
        ripe = select(c.id, c.skill, c.locale, c.priority, c.ticket_at).where(schema.IS_SCHEDULED, c.due_at <= now)
        due = ripe.order_by(c.due_at).limit(limit).subquery().c
        counted = select(due.skill, due.locale, func.count()).group_by(due.skill, due.locale)
        counted = counted.where(_is_before(place, due.priority, due.ticket_at), due.id != without)
        return {(skill, locale): number for skill, locale, number in self._session.execute(counted)}

    def next_due_at(self, after: datetime) -> datetime | None:
        """The earliest later than `after`."""
        due_at = tables.callbacks.c.due_at
        later = select(due_at).where(schema.IS_SCHEDULED, due_at > after).order_by(due_at).limit(1)
        return self._session.scalar(later)

    def listed(self, statuses: Sequence[str], limit: int) -> Sequence[Callback]:
        """By due_at; if all these statuses are ends: the last ended first."""
        wanted = {CallbackStatus(status) for status in statuses}
        found = [callback for status in sorted(wanted) for callback in self._with(status, limit)]
        if wanted <= schema.ENDED_STATUSES:
            return sorted(found, key=_ended_at, reverse=True)[:limit]
        return sorted(found, key=lambda callback: (callback.due_at, callback.id))[:limit]

    def _with(self, status: CallbackStatus, limit: int) -> Sequence[Callback]:
        """One status at a time: each has an index in the wanted order, several at once would be sorted whole."""
        c = tables.callbacks.c
        query = select(Callback).where(schema.one_of("status", {status})).limit(limit)
        if status in schema.ENDED_STATUSES:
            return self._all(query.where(schema.HAS_ENDED).order_by(c.ended_at.desc()))
        if status != CallbackStatus.SCHEDULED:
            query = query.where(schema.IS_IN_HAND)
        return self._all(query.order_by(c.due_at))

    def places(self, begins: datetime, ends: datetime, *, without: str = "") -> Sequence[Place]:
        """In order of time; asked of each of three indexes and counted there: there may be thousands."""
        asked = {"begins": begins, "ends": ends, "without": without}
        rows = self._session.execute(_places(is_text=not self._is_postgres), asked)
        return sorted(Place(_moment(minute), *more) for minute, *more in rows)

    def counted(self, now: datetime) -> Mapping[str, int]:
        """From the partial indexes alone: no row is read, and nothing of the ended ones, which are most."""
        c = tables.callbacks.c
        found = {str(status.value): 0 for status in CallbackStatus if status not in schema.ENDED_STATUSES}
        rows = self._session.execute(select(c.status, func.count()).where(schema.IS_IN_HAND).group_by(c.status))
        found |= {status.value: number for status, number in rows}
        late = and_(c.promised_by_at < now, c.first_rung_at.is_(None))
        counts = select(func.count(), func.count().filter(late)).select_from(tables.callbacks)
        scheduled, overdue = self._session.execute(counts.where(schema.IS_SCHEDULED)).one()
        return found | {CallbackStatus.SCHEDULED.value: scheduled, "overdue": overdue}

    def count_proven(self, number: str, since: datetime) -> int:
        """Whatever became of them; without those for which a code was sent and never entered."""
        c, codes = tables.callbacks.c, tables.verifications.c
        sent = select(codes.id).where(codes.callback_id == c.id)
        is_proven = or_(~sent.exists(), sent.where(codes.verified_at.is_not(None)).exists())
        mine = select(func.count()).select_from(tables.callbacks)
        return self._count(mine.where(c.number == number, c.created_at >= since, is_proven))

    def promised_between(self, now: datetime, first: datetime, last: datetime) -> Sequence[Callback]:
        """The longest due first, at most CLOSING_LIMIT."""
        c = tables.callbacks.c
        due = select(Callback).where(schema.IS_SCHEDULED, c.due_at <= now, c.first_rung_at.is_(None))
        return self._all(due.where(c.promised_by_at.between(first, last)).order_by(c.due_at).limit(CLOSING_LIMIT))

    def closing_before(self, now: datetime) -> Sequence[Callback]:
        """The longest over first, at most CLOSING_LIMIT; those that another process sweeps are left out."""
        closes_at = tables.callbacks.c.closes_at
        over = select(Callback).where(schema.CAN_CLOSE, closes_at <= now)
        return self._all(over.order_by(closes_at).limit(CLOSING_LIMIT), lock=True)


class SqlHolds(Repository):
    """service.store.Holds."""

    def add(self, hold: Hold) -> None:
        """Conflict at commit if the call is on the line already."""
        self._add(hold)

    def get(self, call_sid: str) -> Hold | None:
        """By the caller's CallSid."""
        return self._session.find(Hold, call_sid)

    def waiting(self) -> Sequence[Hold]:
        """The first in line first."""
        c = tables.holds.c
        return sorted(self._all(select(Hold).where(schema.IS_WAITING).order_by(c.ticket_at, c.call_sid)), key=place_of)


class SqlVerifications(Repository):
    """service.store.Verifications."""

    def add(self, verification: Verification) -> None:
        """Older ones of the callback stay for counting."""
        self._add(verification)

    def of_callback(self, callback_id: str) -> Verification | None:
        """The newest."""
        c = tables.verifications.c
        mine = select(Verification).where(c.callback_id == callback_id)
        return self._first(mine.order_by(c.created_at.desc(), c.id))


@cache
def _places(*, is_text: bool) -> CompoundSelect[Any]:
    """Made once: a page of free times asks it for every day."""
    c = tables.callbacks.c
    named = _counted_at(c.due_at, is_text=is_text).where(c.asap.is_(False))
    in_hand = schema.one_of("status", {CallbackStatus.DIALING, CallbackStatus.UNVERIFIED})
    soon = _counted_at(c.promised_by_at, is_text=is_text).where(schema.IS_OPEN_ASAP, c.first_rung_at.is_(None))
    return union_all(named.where(schema.IS_SCHEDULED), named.where(schema.IS_IN_HAND, in_hand), soon)


def _counted_at(column: Column[datetime], *, is_text: bool) -> Select[Any]:
    """How many of each minute, skill and locale; SQLite keeps moments as text, whose first letters are those."""
    c = tables.callbacks.c
    minute = func.substr(type_coerce(column, String), 1, 16) if is_text else func.date_trunc("minute", column)
    counted = select(minute, c.skill, c.locale, func.count()).where(c.id != bindparam("without"))
    counted = counted.where(column >= bindparam("begins"), column < bindparam("ends"))
    return counted.group_by(minute, c.skill, c.locale)


def _may_be_taken(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Not waiting for the one agent it was given to, who is not free: as domain.assignments.Assignment.binds."""
    c, given, agents = tables.callbacks.c, assignments.c, tables.agents.c
    held = select(given.callback_id).join(tables.agents, agents.id == given.agent_id)
    held = held.where(agents.status != AgentStatus.AVAILABLE)
    is_urgent = c.promised_by_at <= now + GIVEN_BACK
    return or_(is_urgent, c.id.not_in(held)), c.id.not_in(held.where(given.until_at > now))


def _can_be_taken(skills: Sequence[str], locales: Sequence[str]) -> ColumnElement[bool]:
    """As domain.agents.can_take."""
    c = tables.callbacks.c
    languages = sorted({locale.split("-")[0] for locale in locales})
    speaks = or_(false(), *(c.locale.startswith(f"{one}-", autoescape=True) | (c.locale == one) for one in languages))
    return speaks if "general" in skills else and_(speaks, c.skill.in_(skills))


def _is_before(
    place: datetime, priority: ColumnElement[int], ticket_at: ColumnElement[datetime]
) -> ColumnElement[bool]:
    """As `place_of(one) < place`: the head start is added here, for the databases count time differently."""
    classes = {DANGER: priority <= DANGER, ORDINARY: priority >= ORDINARY}
    known = ((classes.get(one, priority == one), head) for one, head in HEAD_STARTS.items())
    return or_(*(and_(is_one, ticket_at < place + head) for is_one, head in known))


def _ended_at(callback: Callback) -> datetime:
    return callback.ended_at or callback.due_at


def _moment(minute: str | datetime) -> datetime:
    if isinstance(minute, datetime):
        return minute.astimezone(UTC)
    return datetime.fromisoformat(minute).replace(tzinfo=UTC)
