"""A caller on hold whose call drops keeps the place: by their number, or by a code where they show none."""

from datetime import datetime, timedelta

from ivr.domain.callbacks import Hold
from ivr.domain.calls import Call
from ivr.domain.cases import Case
from ivr.domain.dialogue.heard import HeldPlace, InLine
from ivr.domain.places import KeptPlace
from ivr.service.line import Line
from ivr.service.resuming import new_code
from ivr.service.scenes import Scene
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record


class Places:
    """Keeps places and gives them back. All methods run in the caller's unit of work."""

    def __init__(self, line: Line, seconds: int) -> None:
        """`seconds`: how long somebody may take to come back; 0: no place is kept."""
        self._line = line
        self.seconds = seconds

    def enter(self, scene: Scene, call: Call, case: Case, before: str) -> InLine:
        """Into the line, at the place of the call `before` if that is still kept."""
        uow, call.case_id = scene.uow, case.id
        hold = self._line.enter(uow, call, case, self.take(uow, before, call, scene.now))
        wait = self._line.estimate(uow, case.skill, locale=call.locale, call_sid=call.sid)
        return InLine(wait.agent_free, self.seconds, self.code(uow, hold, call))

    def of_number(self, uow: UnitOfWork, number: str, now: datetime) -> HeldPlace | None:
        """What somebody who phones in again is offered."""
        place = uow.places.by_number(number, now) if self.seconds else None
        case = uow.cases.get(place.case_id) if place is not None else None
        return HeldPlace(place.call_sid, case.id, case.number) if place is not None and case is not None else None

    def code(self, uow: UnitOfWork, hold: Hold, call: Call) -> str:
        """Somebody waits: the code that leads back, for callers who show no number; else empty."""
        if call.from_number or not self.seconds:
            return ""
        known = uow.places.get(call.sid)
        if known is None:
            known = self._keep(uow, hold, call, new_code(uow))
        return known.code

    def dropped(self, uow: UnitOfWork, hold: Hold, call: Call, now: datetime) -> None:
        """The call of somebody who waited is over: from now on the place waits for them."""
        if not self.seconds:
            return
        place = uow.places.get(call.sid) or self._keep(uow, hold, call, "")
        place.expires_at = now + timedelta(seconds=self.seconds)
        record(uow, now, "place_kept", call=call, data={"until_at": place.expires_at.isoformat()})

    def take(self, uow: UnitOfWork, call_sid: str, call: Call, now: datetime) -> KeptPlace | None:
        """The place of that call, for this one, once; None: it is taken, or too old."""
        place = uow.places.get(call_sid) if call_sid else None
        if place is None or place.taken_at is not None or place.expires_at is None or place.expires_at <= now:
            return None
        place.taken_at = now
        record(uow, now, "place_taken", call=call)
        return place

    def _keep(self, uow: UnitOfWork, hold: Hold, call: Call, code: str) -> KeptPlace:
        place = KeptPlace(
            call_sid=call.sid,
            number=call.from_number or "",
            case_id=hold.case_id,
            ticket_at=hold.ticket_at,
            priority=hold.priority,
            code=code,
        )
        uow.places.add(place)
        return place
