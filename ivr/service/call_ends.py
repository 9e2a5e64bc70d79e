"""Calls of customers that are over: told by the carrier, or asked for when its word was lost."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from ivr.errors import CarrierUnclear, IvrError
from ivr.service.erasing import forget_if_asked
from ivr.service.held_legs import HeldLegs
from ivr.service.notices import Notices
from ivr.service.outcomes import ENDED
from ivr.service.ports import Phone
from ivr.service.scenes import Scene, Scenes
from ivr.service.timeline import record
from ivr.service.unfinished import note_cut_off

log = structlog.get_logger(__name__)

ASK_AFTER: Final = timedelta(minutes=2)
"""A call that has lasted so long is asked about, and then again each time so much has passed."""
LIMIT: Final = 50
"""Calls asked about in one round: each costs a request."""


class CallEnds:
    """Finds calls that have ended without our knowing, and frees whoever waits for their callers."""

    def __init__(self, scenes: Scenes, phone: Phone, held: HeldLegs, notices: Notices | None = None) -> None:
        self._notices = notices
        self._scenes = scenes
        self._phone = phone
        self._held = held
        self._asked_at: dict[str, datetime] = {}

    def sweep(self) -> None:
        """Ask the carrier about calls that have lasted for long: the end of some may never have been told."""
        now = self._scenes.clock.now()
        with self._scenes.store.read() as uow:
            lasting = uow.calls.lasting(now - ASK_AFTER)
        self._asked_at = {sid: at for sid, at in self._asked_at.items() if sid in lasting}
        due = [sid for sid in lasting if sid not in self._asked_at or self._asked_at[sid] + ASK_AFTER <= now]
        for sid in due[:LIMIT]:
            self._asked_at[sid] = now
            self._ask(sid)

    def _ask(self, sid: str) -> None:
        try:
            call = self._phone.fetch(sid)
        except CarrierUnclear as error:
            log.warning("fetch_unclear", call=sid, error=str(error))
            return
        # A call that the carrier has no record of cannot be alive.
        if call is not None and call.status not in ENDED:
            return
        log.warning("call_end_was_lost", call=sid)
        try:
            self._scenes.run(lambda scene: end_call(scene, sid, self._notices))
            self._held.caller_left(sid)
        except IvrError as error:  # asked again later
            log.warning("call_not_ended", call=sid, code=error.code, error=str(error))


def end_call(scene: Scene, sid: str, notices: Notices | None = None) -> None:
    """Once; whoever waits for the caller is told apart from this. `notices`: a return left half done is texted of."""
    call = scene.uow.calls.get(sid)
    if call is None or not call.is_live:
        return
    call.ended_at, call.speaking_since_at = scene.now, None
    state = getattr(call.dialogue, "state", None)
    record(scene.uow, scene.now, "call_ended", call=call, data={"state": state.value if state else ""})
    if notices is not None:
        note_cut_off(scene, notices, call)
    forget_if_asked(scene, call)
