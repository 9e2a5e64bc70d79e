"""Inbound calls."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from ivr.domain.calls import LONGEST_CALL, Call
from ivr.domain.dialogue import Dialogue
from ivr.errors import StoredValueUnreadable
from ivr.storage import schema, tables
from ivr.storage.rows import Repository


class SqlCalls(Repository):
    """service.store.Calls."""

    def add(self, call: Call) -> None:
        """Conflict at commit if the CallSid is known."""
        self._add(call)

    def get(self, sid: str) -> Call | None:
        """By CallSid. Raises StoredValueUnreadable if its dialogue was written by an incompatible version."""
        return self._session.find(Call, sid)

    def last_dialogue(self, number: str, since: datetime) -> Dialogue | None:
        """None also if an earlier version of this program wrote it."""
        c = tables.calls.c
        mine = select(c.sid).where(c.from_number == number, c.started_at > since, c.ended_at.is_not(None))
        sid = self._session.scalars(mine.order_by(c.started_at.desc()).limit(1)).first()
        try:
            call = self._session.find(Call, sid) if sid else None
        except StoredValueUnreadable:
            return None
        return call.dialogue if call is not None and isinstance(call.dialogue, Dialogue) else None

    def lasting(self, since: datetime) -> Sequence[str]:
        """Oldest first."""
        c = tables.calls.c
        old = select(c.sid).where(schema.NOT_ENDED, c.started_at <= since).order_by(c.started_at)
        return list(self._session.scalars(old))

    def live_numbers(self, numbers: Sequence[str], now: datetime) -> frozenset[str]:
        """Those whose call began lately and has not ended."""
        c = tables.calls.c
        lately = (schema.NOT_ENDED, c.started_at > now - LONGEST_CALL)
        return frozenset(
            self._session.scalars(select(c.from_number).where(self._among(c.from_number, numbers), *lately))
        )

    def live(self) -> Sequence[Call]:
        """Oldest first."""
        return self._all(select(Call).where(schema.NOT_ENDED).order_by(tables.calls.c.started_at))
