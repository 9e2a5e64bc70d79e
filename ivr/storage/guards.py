"""Small rows that keep promises honest, each changed by one statement that is atomic on both databases."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, Executable, Table, delete, func, insert, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from ivr.domain.rates import after_token
from ivr.domain.steady import GAP, steady_since
from ivr.storage import guard_tables as tables
from ivr.storage.photo_tables import photos
from ivr.storage.program_tables import deliveries
from ivr.storage.rows import Repository
from ivr.storage.tables import messages, verifications

SWEEP_LIMIT: Final = 2_000
"""Rows of one table that one sweep deletes: other writers wait no longer than that takes."""


class SqlGuards(Repository):
    """service.store.Guards."""

    def is_new_webhook(self, call_sid: str, kind: str, sequence: str) -> bool:
        """The first one's row wins; who comes while that is not committed waits for it."""
        row = {"call_sid": call_sid, "kind": kind, "sequence": sequence}
        seen = self._insert(tables.webhook_events).values(row).on_conflict_do_nothing()
        return self._returns(seen.returning(tables.webhook_events.c.call_sid))

    def saw_webhook(self, call_sid: str, kind: str, sequence: str) -> bool:
        """Whether its row is there."""
        c = tables.webhook_events.c
        row = select(1).where(c.call_sid == call_sid, c.kind == kind, c.sequence == sequence)
        return self._session.scalar(row) is not None

    def count_hit(self, key: str, now: datetime, window_seconds: int) -> int:
        """Exact sliding window; uses of one key are counted one after the other."""
        hits, window = tables.hits, timedelta(seconds=window_seconds)
        self.lock(key)
        self._session.execute(delete(hits).where(hits.c.key == key, hits.c.expires_at <= now))
        self._session.execute(insert(hits).values(key=key, at=now, expires_at=now + window))
        used = select(func.count()).select_from(hits).where(hits.c.key == key, hits.c.at > now - window)
        return self._count(used)

    def take_hit_back(self, key: str, at: datetime) -> None:
        """The newest of that moment."""
        c = tables.hits.c
        newest = select(func.max(c.serial)).where(c.key == key, c.at == at).scalar_subquery()
        self._session.execute(delete(tables.hits).where(c.serial == newest))

    def take_token(self, name: str, per_second: float, now: datetime) -> bool:
        """One after the other, whichever process asks."""
        if per_second <= 0:
            return True
        self.lock(f"rate:{name}")
        next_at = self._session.scalar(select(tables.rates.c.next_at).where(tables.rates.c.name == name))
        then = after_token(next_at, per_second, now)
        if then is not None:
            self._put(tables.rates, {"name": name}, {"next_at": then})
        return then is not None

    def lock(self, name: str) -> None:
        """SQLite has one writer, and this is it."""
        if self._is_postgres:
            self._session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))

    def do_not_call(self, number: str) -> bool:
        """Whether the number is on the list."""
        return self._session.scalar(select(1).where(tables.do_not_call.c.number == number)) is not None

    def do_not_call_among(self, numbers: Sequence[str]) -> frozenset[str]:
        """Those that are on the list."""
        number = tables.do_not_call.c.number
        return frozenset(self._session.scalars(select(number).where(self._among(number, numbers))))

    def add_do_not_call(self, number: str, at: datetime, reason: str) -> None:
        """The first entry stays."""
        row = {"number": number, "at": at, "reason": reason}
        self._session.execute(self._insert(tables.do_not_call).values(row).on_conflict_do_nothing())

    def wants_no_messages(self, address: str) -> bool:
        """Whether the address is on the list."""
        return self._session.scalar(select(1).where(tables.opt_outs.c.address == address)) is not None

    def opt_out(self, address: str, at: datetime, how: str) -> None:
        """The first entry stays."""
        row = {"address": address, "at": at, "how": how}
        self._session.execute(self._insert(tables.opt_outs).values(row).on_conflict_do_nothing())

    def opt_in(self, address: str) -> None:
        """Take it off the list, if it is there."""
        self._session.execute(delete(tables.opt_outs).where(tables.opt_outs.c.address == address))

    def beat(self, node: str, role: str, at: datetime) -> None:
        """One row a process."""
        since = self.steady_since(role, at) or at
        self._put(tables.beats, {"node": node, "role": role}, {"at": at, "steady_since": since})

    def steady_since(self, role: str, now: datetime) -> datetime | None:
        """By the rule of domain.steady."""
        columns, beats = tables.beats.c, self._session.execute
        mine = select(columns.at, columns.steady_since).where(columns.role == role)
        fresh = beats(mine.where(columns.at.between(now - GAP, now + GAP))).all()
        if not fresh and self.last_beat_at(role) is None:
            return None
        return steady_since(((at, since) for at, since in fresh), now)

    def last_beat_at(self, role: str) -> datetime | None:
        """Of any process in this role."""
        at = tables.beats.c.at
        newest = select(at).where(tables.beats.c.role == role).order_by(at.desc()).limit(1)
        return self._session.scalar(newest)

    def get_note(self, key: str) -> Mapping[str, Any] | None:
        """None if there is none."""
        return self._session.scalar(select(tables.notes.c.value).where(tables.notes.c.key == key))

    def set_note(self, key: str, value: Mapping[str, Any] | None, *, expires_at: datetime | None = None) -> None:
        """None removes it; after `expires_at` it may be swept."""
        if value is None:
            self._session.execute(delete(tables.notes).where(tables.notes.c.key == key))
        else:
            self._put(tables.notes, {"key": key}, {"value": dict(value), "expires_at": expires_at})

    def sweep(self, now: datetime, *, kept_since: datetime) -> int:
        """The oldest of each table first, SWEEP_LIMIT at most of each."""
        over = {
            tables.hits.c.expires_at: now,
            tables.notes.c.expires_at: now,
            photos.c.expires_at: now,
            tables.webhook_events.c.seen_at: kept_since,
            tables.rates.c.next_at: kept_since,
            tables.beats.c.at: kept_since,
            verifications.c.expires_at: kept_since,
            messages.c.ended_at: kept_since,
            deliveries.c.ended_at: kept_since,
        }
        return sum(self._sweep(time, before) for time, before in over.items())

    def _sweep(self, time: Column[Any], before: datetime) -> int:
        key = time.table.primary_key.columns
        oldest = select(*key).where(time < before).order_by(time).limit(SWEEP_LIMIT)
        swept = delete(time.table).where(tuple_(*key).in_(oldest)).returning(time)
        return len(self._session.execute(swept).all())

    def _insert(self, table: Table) -> Any:
        """Both dialects have the same INSERT ... ON CONFLICT; SQLAlchemy keeps them as two classes."""
        return postgresql.insert(table) if self._is_postgres else sqlite.insert(table)

    def _put(self, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        row = self._insert(table).values({**key, **values})
        self._session.execute(row.on_conflict_do_update(index_elements=list(key), set_=dict(values)))

    def _returns(self, statement: Executable) -> bool:
        """Whether a row was written: not every driver tells a row count."""
        return self._session.execute(statement).first() is not None
