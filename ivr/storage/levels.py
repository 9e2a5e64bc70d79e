"""The figures behind service levels, counted by the database from the indexes of the moments at which waits begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Float, and_, case, func, insert, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from ivr.domain.callbacks import CallbackStatus
from ivr.domain.cases import CaseKind, Tier
from ivr.domain.chats import ChatStatus
from ivr.domain.service_levels import Counted, Level, Waited
from ivr.storage.cases import DONE
from ivr.storage.chat_tables import chats
from ivr.storage.columns import UtcDateTime
from ivr.storage.member_tables import member_marks
from ivr.storage.rows import Repository
from ivr.storage.tables import callbacks, cases, holds


class seconds_between(GenericFunction[float]):
    """From the first moment to the second; each database counts in its own way."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between)
def _in_postgresql(element: Any, compiler: Any, **keywords: Any) -> str:
    begun, ended = (compiler.process(clause, **keywords) for clause in element.clauses)
    return f"extract(epoch from ({ended}) - ({begun}))"


@compiles(seconds_between, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **keywords: Any) -> str:
    begun, ended = (compiler.process(clause, **keywords) for clause in element.clauses)
    return f"(julianday({ended}) - julianday({begun})) * 86400.0"


@dataclass(frozen=True)
class Wait:
    """Where a level's waits stand."""

    begun: ColumnElement[Any]
    ended: ColumnElement[Any]
    open: ColumnElement[bool]
    """Somebody still waits."""
    of: ColumnElement[bool] | None = None
    """Only these."""


_MARK: Final = select(member_marks.c.callback_id).where(member_marks.c.callback_id == callbacks.c.id)
WAITS: Final[Mapping[str, Wait]] = {
    "voice": Wait(holds.c.ticket_at, holds.c.joined_at, holds.c.status.in_(("waiting", "connecting", "joining"))),
    "chat": Wait(chats.c.asked_at, chats.c.answered_at, chats.c.status == ChatStatus.WAITING),
    "escalation": Wait(cases.c.escalated_at, cases.c.attended_at, cases.c.status.not_in(DONE)),
    "member_callback": Wait(
        callbacks.c.created_at,
        callbacks.c.first_rung_at,
        callbacks.c.status.in_((CallbackStatus.SCHEDULED, CallbackStatus.DIALING)),
        and_(callbacks.c.asap, ~_MARK.where(~member_marks.c.is_member).exists()),
    ),
}


class SqlLevels(Repository):
    """service.levels_store.LevelFigures."""

    def waited(self, levels: Mapping[str, Level], since: datetime, now: datetime) -> Mapping[str, Waited]:
        """One query a level."""
        return {name: self._waited(WAITS[name], level, since, now) for name, level in levels.items()}

    def _waited(self, wait: Wait, level: Level, since: datetime, now: datetime) -> Waited:
        seconds = seconds_between(wait.begun, wait.ended)
        still = and_(wait.ended.is_(None), wait.open)
        warned, late = (now - timedelta(seconds=span) for span in (level.warn_seconds, level.late_seconds))
        figures = select(
            func.count(wait.ended),
            _count(seconds <= level.late_seconds),
            func.coalesce(func.sum(seconds), 0.0),
            _count(still),
            _count(and_(still, wait.begun <= warned, wait.begun > late)),
            _count(and_(still, wait.begun <= late)),
            func.min(case((still, wait.begun)), type_=UtcDateTime()),
        ).where(wait.begun >= since)
        row = self._session.execute(figures if wait.of is None else figures.where(wait.of)).one()
        ended, in_time, spent, waiting, soon, too_late, longest = row
        return Waited(
            ended=ended, in_time=in_time, seconds=float(spent), waiting=waiting, soon=soon, late=too_late,
            longest_since=longest,
        )  # fmt: skip

    def unmarked(self, since: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """The newest first."""
        c = callbacks.c
        query = select(c.id, c.number).where(c.asap, c.created_at >= since, ~_MARK.exists(), c.number != "")
        rows = self._session.execute(query.order_by(c.created_at.desc(), c.id).limit(limit))
        return [(callback_id, number) for callback_id, number in rows]

    def mark(self, callback_id: str, at: datetime, *, is_member: bool) -> None:
        """Conflict at commit if it is marked."""
        row = {"callback_id": callback_id, "is_member": is_member, "marked_at": at}
        self._session.execute(insert(member_marks).values(row))

    def counted(self, since: datetime) -> Sequence[Counted]:
        """One row for each kind, tier and end."""
        c = cases.c
        machine, done = c.tier <= Tier.ASSISTED.value, c.status.in_(DONE)
        query = select(c.kind, machine, done, func.count()).where(c.opened_at >= since).group_by(c.kind, machine, done)
        return [
            Counted(kind=CaseKind(kind), by_machine=bool(by_machine), done=bool(is_done), count=count)
            for kind, by_machine, is_done, count in self._session.execute(query)
        ]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
