"""What a supervisor changes: a callback's time, skill or end, an agent's shifts; each with a reason in the timeline."""

from datetime import datetime
from typing import Final

from ivr.domain.assignments import assigned
from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import ALL_SKILLS
from ivr.domain.shifts import read_shifts, told_shifts
from ivr.errors import CallbackRefused, IllegalMove, NotFound
from ivr.service.booking import Bookings
from ivr.service.finding import find_callback
from ivr.service.scenes import Scene, Scenes
from ivr.service.staff_log import Member, log_act
from ivr.service.timeline import record

REASON_LONGEST: Final = 200


class Supervising:
    """The use cases. All raise NotFound and CallbackRefused (`staff_reason`: none given), and IllegalMove."""

    def __init__(self, scenes: Scenes, bookings: Bookings) -> None:
        self._scenes = scenes
        self._bookings = bookings

    def move(self, member: Member, callback_id: str, at: datetime | None, reason: str) -> None:
        """To a named moment, or to as soon as possible; also one that a person must decide about. Raises as `book`."""
        why = read_reason(reason)
        self._scenes.run(lambda scene: self._move(scene, member, callback_id, at, why))

    def _move(self, scene: Scene, member: Member, callback_id: str, at: datetime | None, why: str) -> None:
        callback = find_callback(scene.uow, callback_id)
        if callback.status == CallbackStatus.NEEDS_HUMAN:
            callback.move(CallbackStatus.SCHEDULED)
        _, actions = self._bookings.move(scene.uow, callback.id, at=at)
        scene.after.extend(actions)
        _decided(scene, member, callback, "moved", why)

    def cancel(self, member: Member, callback_id: str, reason: str) -> None:
        """Take it back; twice is no error."""
        why = read_reason(reason)
        self._scenes.run(lambda scene: self._cancel(scene, member, callback_id, why))

    def _cancel(self, scene: Scene, member: Member, callback_id: str, why: str) -> None:
        callback = find_callback(scene.uow, callback_id)
        if callback.status == CallbackStatus.CANCELED:
            return
        _, actions = self._bookings.cancel(scene.uow, callback.id, by="supervisor")
        scene.after.extend(actions)
        _decided(scene, member, callback, "canceled", why)

    def reassign(self, member: Member, callback_id: str, skill: str, reason: str) -> None:
        """To agents with another skill, at its old place. Raises CallbackRefused (`skill`)."""
        if skill not in ALL_SKILLS:
            raise CallbackRefused("skill", f"a skill is one of {', '.join(ALL_SKILLS)}")
        why = read_reason(reason)
        self._scenes.run(lambda scene: self._reassign(scene, member, callback_id, skill, why))

    def _reassign(self, scene: Scene, member: Member, callback_id: str, skill: str, why: str) -> None:
        callback = _to_be_given(scene, callback_id)
        callback.skill = skill
        scene.uow.staff.unassign(callback.id)
        if (case := scene.uow.cases.get(callback.case_id)) is not None:
            case.skill = skill
        _decided(scene, member, callback, f"given to {skill}", why)

    def give(self, member: Member, callback_id: str, agent_id: str, reason: str) -> None:
        """To one agent by name, at its old place; empty: to whoever is free. Raises CallbackRefused (`agent_unfit`)."""
        why = read_reason(reason)
        self._scenes.run(lambda scene: self._give(scene, member, callback_id, agent_id, why))

    def _give(self, scene: Scene, member: Member, callback_id: str, agent_id: str, why: str) -> None:
        callback = _to_be_given(scene, callback_id)
        if not agent_id:
            scene.uow.staff.unassign(callback.id)
            _decided(scene, member, callback, "given to whoever is free", why)
            return
        agent = scene.uow.agents.get(agent_id)
        if agent is None:
            raise NotFound("there is no such agent")
        if not agent.can_take(callback.skill, callback.locale):
            wanted = f"{callback.skill} in {callback.locale}"
            raise CallbackRefused("agent_unfit", f"{agent.name} does not take {wanted}; choose another agent or skill")
        scene.uow.staff.assign(assigned(callback, agent.id, scene.now))
        _decided(scene, member, callback, f"given to {agent.name}", why)

    def set_shifts(self, member: Member, agent_id: str, shifts: str, zone: str) -> None:
        """In the place of those before; empty: always on shift. Raises ShiftsRefused."""
        read = read_shifts(shifts, zone) if shifts.strip() else []
        with self._scenes.store.begin() as uow:
            agent, now = uow.agents.get(agent_id), self._scenes.clock.now()
            if agent is None:
                raise NotFound("there is no such agent")
            agent.shifts = read
            data = {"agent": agent.name, "shifts": told_shifts(read)}
            record(uow, now, "shifts_set", data=data)
            log_act(uow, now, member, "shifts_set", about=agent.name, data=data)
            uow.commit()


def _to_be_given(scene: Scene, callback_id: str) -> Callback:
    callback = find_callback(scene.uow, callback_id)
    if callback.status not in (CallbackStatus.SCHEDULED, CallbackStatus.NEEDS_HUMAN):
        raise IllegalMove(f"it cannot be given to others now: it is {callback.status}")
    return callback


def read_reason(reason: str) -> str:
    """Why somebody changes a promise. Raises CallbackRefused (`staff_reason`)."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in reason).split())
    if not 0 < len(plain) <= REASON_LONGEST:
        raise CallbackRefused("staff_reason", f"give a reason of 1 to {REASON_LONGEST} characters")
    return plain


def _decided(scene: Scene, member: Member, callback: Callback, what: str, why: str) -> None:
    data = {"by": member.name, "what": what, "reason": why}
    record(scene.uow, scene.now, "staff_decided", subject=callback, data=data)
    log_act(scene.uow, scene.now, member, "callback_changed", about=callback.id, data={"what": what, "reason": why})
