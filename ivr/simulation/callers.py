"""Those who phone in: they hear the honest wait, take a callback or wait, lose patience, and talk.

The voice app's dialogue is not played; its steps are: estimate, offer, enter the line or book, join, hang up. Each
calls the use case that the dialogue's effect calls (service/effects.py, service/calls.py).
"""

from dataclasses import dataclass

from ivr.domain.callbacks import Callback
from ivr.domain.calls import Call
from ivr.domain.cases import Case, CaseKind, case_number
from ivr.errors import CallbackRefused
from ivr.service.booking import BookingRequest
from ivr.service.call_ends import end_call
from ivr.service.scenes import Scene
from ivr.service.timeline import new_id
from ivr.simulation.agenda import Happening
from ivr.simulation.carrier import SimulatedCall
from ivr.simulation.lab import Guest, Lab
from ivr.simulation.public import Caller


@dataclass(eq=False)
class Line:
    """A live caller's telephone."""

    guest: Guest
    call: SimulatedCall
    patience: Happening | None = None


class Callers:
    """People on the telephone with us because they called."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._lines: dict[str, Line] = {}

    def arrive(self, caller: Caller) -> None:
        """Somebody who wants an agent calls."""
        call = self._lab.phone.phone_in(caller.number)
        guest = Guest(caller, self._lab.agenda.now(), sid=call.sid)
        self._lab.guests[caller.number] = guest
        self._lines[call.sid] = line = Line(guest, call)
        booked = self._lab.scenes.run(lambda scene: self._greet(scene, guest))
        if booked is not None:
            guest.callback_id = booked.id
            self._end(line)
        elif caller.patience_seconds < float("inf"):
            line.patience = self._lab.agenda.after(caller.patience_seconds, lambda: self._abandon(line))

    def _greet(self, scene: Scene, guest: Guest) -> Callback | None:
        uow, now = scene.uow, scene.now
        case = Case(id=new_id(), number=case_number(uow.cases.next_serial()), kind=CaseKind.QUESTION, opened_at=now)
        call = Call(sid=guest.sid, from_number=guest.caller.number, case_id=case.id, started_at=now)
        uow.cases.add(case)
        uow.calls.add(call)
        if guest.caller.named_at or (guest.caller.accepts and self._is_offered(scene, call, case)):
            try:
                return self._book(scene, guest, case)
            except CallbackRefused:
                pass  # told so by the voice app; they wait
        self._lab.engine.line.enter(uow, call, case)
        return None

    def _is_offered(self, scene: Scene, call: Call, case: Case) -> bool:
        policy = self._lab.setting.policy
        if not policy.callbacks:
            return False
        line = self._lab.engine.line
        wait = line.estimate(scene.uow, case.skill, locale=call.locale, priority=case.priority, call_sid=call.sid)
        return not wait.agent_free and wait.high_seconds >= policy.offer_seconds

    def _book(self, scene: Scene, guest: Guest, case: Case) -> Callback:
        at, number = guest.caller.named_at, guest.caller.number
        request = BookingRequest(case_id=case.id, number=number, at=at, ticket_at=scene.now, skill=case.skill)
        return self._lab.engine.bookings.book(scene.uow, request)

    def _abandon(self, line: Line) -> None:
        if line.call.is_live and line.guest.answered_at is None:
            line.guest.abandoned_at = self._lab.agenda.now()
            self._end(line)

    def _end(self, line: Line) -> None:
        """They hang up: as CallService.ended."""
        if line.patience is not None:
            line.patience.call_off()
        line.call.status = "completed"
        self._lab.scenes.run(lambda scene: end_call(scene, line.call.sid))
        self._lab.engine.held.caller_left(line.call.sid)

    def hung_up(self, call: SimulatedCall) -> None:
        """We ended their call."""
        self._end(self._lines[call.sid])

    def join(self, call: SimulatedCall, attempt_id: str) -> bool:
        """Sent to an agent who accepted: whether they are in the conference now."""
        held = self._lab.engine.held
        if not call.is_live or not held.caller_joins(attempt_id, call.sid):
            return False
        self._lab.engine.legs.entered(attempt_id, call.sid)
        return True

    def wait_on(self, call: SimulatedCall) -> None:
        """The agent was lost on the way: as CallService.left_conference."""
        if call.is_live:
            self._lab.engine.held.caller_left_conference(call.sid)

    def talk(self, call_sid: str) -> float:
        """They have met the agent; the conversation takes its time, in seconds."""
        line = self._lines[call_sid]
        line.guest.answered_at = self._lab.agenda.now()
        if line.patience is not None:
            line.patience.call_off()
        self._lab.agenda.after(line.guest.caller.handle_seconds, lambda: self._finish(line))
        return line.guest.caller.handle_seconds

    def _finish(self, line: Line) -> None:
        if line.call.is_live:
            self._end(line)
