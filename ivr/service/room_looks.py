"""Who has met although no webhook said so: the carrier is asked who is in the conferences of agents who accepted.

Without it a lost participant-join would let the board say "ringing" through a whole conversation, and whoever talks
for less than `unseen_seconds` would be rung again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from ivr.domain.callbacks import Attempt, Party
from ivr.errors import CarrierRejected, CarrierUnclear
from ivr.service import addresses, attempts
from ivr.service.ports import Rooms
from ivr.service.scenes import Scenes
from ivr.service.store import UnitOfWork

log = structlog.get_logger(__name__)

FIRST_LOOK: Final = timedelta(seconds=10)
"""From the document that leads into the conference: it says a sentence first, and the webhook follows at once."""
NEXT_LOOK: Final = timedelta(seconds=15)
LIMIT: Final = 50
"""Conferences asked about in one round: each costs two requests."""


class RoomLooks:
    """A sweep; safe to run in several processes at once and to die in."""

    def __init__(self, scenes: Scenes, rooms: Rooms | None, entered: Callable[[str, str], None]) -> None:
        """`entered`: `Legs.entered`, as the webhook calls it. Without rooms nobody is asked."""
        self._scenes = scenes
        self._rooms = rooms
        self._entered = entered
        self._asked_at: dict[str, datetime] = {}

    def sweep(self) -> int:
        """One round. Returns how many conferences were asked about."""
        if self._rooms is None:
            return 0
        now = self._scenes.clock.now()
        with self._scenes.store.read() as uow:
            awaited = {one.id: at for one in uow.attempts.live() if (at := _sent_at(uow, one)) is not None}
        self._asked_at = {attempt_id: at for attempt_id, at in self._asked_at.items() if attempt_id in awaited}
        due = [attempt_id for attempt_id, sent_at in awaited.items() if self._is_due(attempt_id, sent_at, now)]
        for attempt_id in due[:LIMIT]:
            self._asked_at[attempt_id] = now
            self._ask(self._rooms, attempt_id)
        return len(due[:LIMIT])

    def _is_due(self, attempt_id: str, sent_at: datetime, now: datetime) -> bool:
        asked_at = self._asked_at.get(attempt_id)
        return now >= (sent_at + FIRST_LOOK if asked_at is None else asked_at + NEXT_LOOK)

    def _ask(self, rooms: Rooms, attempt_id: str) -> None:
        try:
            inside = rooms.members(addresses.conference(attempt_id))
        except (CarrierRejected, CarrierUnclear) as error:
            log.warning("room_unclear", attempt=attempt_id, error=str(error))
            return
        for member in inside:
            self._entered(attempt_id, member.call_sid)


def _sent_at(uow: UnitOfWork, attempt: Attempt) -> datetime | None:
    """When the second of the two was sent into the conference; None: not yet, or they have met."""
    if attempt.accepted_at is None or attempt.joined_at is not None:
        return None
    if attempt.hold_call_sid is not None:
        hold = attempts.hold_of(uow, attempt)
        return attempt.accepted_at if hold is not None and hold.status == "joining" else None
    leg = attempts.leg_of(uow, attempt, Party.CUSTOMER)
    return leg.joins_at if leg is not None and leg.is_live else None
