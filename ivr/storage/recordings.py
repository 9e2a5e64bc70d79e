"""Recorded conversations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from ivr.domain.recordings import Recording
from ivr.storage.recording_tables import IS_LEFT, IS_UNWRITTEN, recordings
from ivr.storage.rows import Repository


class SqlRecordings(Repository):
    """service.recording_ports.Recordings."""

    def add(self, recording: Recording) -> None:
        """Conflict at commit if the attempt has one."""
        self._add(recording)

    def get(self, recording_id: str) -> Recording | None:
        """By our id."""
        return self._session.find(Recording, recording_id)

    def of_attempt(self, attempt_id: str) -> Recording | None:
        """The only one."""
        return self._first(select(Recording).where(recordings.c.attempt_id == attempt_id))

    def by_sid(self, sid: str) -> Recording | None:
        """By the carrier's name."""
        return self._first(select(Recording).where(recordings.c.sid == sid))

    def of_case(self, case_id: str) -> Sequence[Recording]:
        """Oldest first."""
        c = recordings.c
        return self._all(select(Recording).where(c.case_id == case_id).order_by(c.created_at, c.id))

    def of_customer(self, customer_id: str) -> Sequence[Recording]:
        """Oldest first."""
        c = recordings.c
        return self._all(select(Recording).where(c.customer_id == customer_id, IS_LEFT).order_by(c.created_at, c.id))

    def due(self, now: datetime, limit: int) -> Sequence[Recording]:
        """The longest due first."""
        c = recordings.c
        query = select(Recording).where(IS_LEFT, c.due_at <= now).order_by(c.due_at, c.id)
        return self._all(query.limit(limit), lock=True)

    def unwritten(self, limit: int) -> Sequence[Recording]:
        """Oldest first."""
        c = recordings.c
        return self._all(select(Recording).where(IS_UNWRITTEN).order_by(c.created_at, c.id).limit(limit))
