"""Recorded answers that nobody deleted: the process died, the caller was redirected, the carrier did not answer."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from ivr.errors import CarrierRejected, CarrierUnclear
from ivr.service.ports import CallRecordings
from ivr.service.scenes import Scenes

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(minutes=10)
HEARD_BY_THEN: Final = timedelta(minutes=5)
"""A younger one may still be being heard."""
LOOKED_BACK: Final = timedelta(days=2)


class LeftRecordings:
    """Deletes at the carrier what was recorded in calls of ours; other programs' recordings are left alone."""

    def __init__(self, scenes: Scenes, recordings: CallRecordings) -> None:
        self._scenes = scenes
        self._recordings = recordings
        self._next_at: datetime | None = None

    def sweep(self) -> None:
        """One round every ten minutes."""
        now = self._scenes.clock.now()
        if self._next_at is not None and now < self._next_at:
            return
        self._next_at = now + EVERY
        try:
            deleted = self._delete(now)
        except (CarrierRejected, CarrierUnclear) as error:
            log.warning("recordings_not_swept", code=error.code, error=str(error))
            return
        if deleted:
            log.info("recordings_swept", recordings=deleted)

    def _delete(self, now: datetime) -> int:
        left = self._recordings.left(now - LOOKED_BACK, now - HEARD_BY_THEN)
        with self._scenes.store.read() as uow:
            ours = [recording.sid for recording in left if uow.calls.get(recording.call_sid) is not None]
        for sid in ours:
            self._recordings.delete(sid)
        return len(ours)
