"""In the conference: hold, mute, add somebody, coach, hand over. What the carrier does first, the timeline tells after.

How people hear each other is the carrier's to keep: no row repeats it. Whom we ring, and who serves the customer, are
rows: a guest is a leg, and a hand-over changes agent and legs in one transaction.
"""

from dataclasses import dataclass
from typing import Any

from ivr.domain.agents import Agent, AgentStatus
from ivr.domain.callbacks import Attempt, Leg, LegState, Party
from ivr.domain.conversations import CHOSEN, Role
from ivr.errors import CallbackRefused, IllegalMove, NobodyFree, NotFound
from ivr.service import addresses, attempts
from ivr.service.afterwards import HangUp
from ivr.service.booking import Bookings
from ivr.service.free import EVERYBODY
from ivr.service.guests import guest_gone
from ivr.service.ports import RoomChange, RoomMember, Rooms
from ivr.service.scenes import Scene, Scenes
from ivr.service.store import UnitOfWork
from ivr.service.timeline import record


@dataclass(frozen=True)
class Participant:
    """Somebody in, or on the way into, a conversation."""

    id: str
    """`customer`, `agent`, or a guest's leg."""
    role: str
    call_sid: str | None
    state: str
    """ringing, answered, joined."""
    hold: bool = False
    muted: bool = False
    coaching: bool = False


@dataclass(frozen=True)
class Conversation:
    """One conversation as it is now."""

    id: str
    """The attempt's."""
    case_number: str
    agent: str
    participants: tuple[Participant, ...]


class Conversations:
    """The use cases. Each names the conversation by its attempt.

    All may raise NotFound, IllegalMove (it is over) and the carrier's CallGone, CarrierRejected and CarrierUnclear.
    """

    def __init__(self, scenes: Scenes, rooms: Rooms, bookings: Bookings) -> None:
        self._scenes = scenes
        self._rooms = rooms
        self._bookings = bookings

    def of_agent(self, agent_id: str) -> str:
        """The conversation that an agent is in now. Raises NotFound."""
        with self._scenes.store.read() as uow:
            agent = uow.agents.get(agent_id)
            attempt = uow.attempts.get(agent.attempt_id) if agent is not None and agent.attempt_id else None
        if attempt is None or attempt.joined_at is None or attempt.ended_at is not None:
            raise NotFound("no conversation just now")
        return attempt.id

    def show(self, attempt_id: str) -> Conversation:
        """Who is in it, and how they hear each other."""
        members = {member.call_sid: member for member in self._rooms.members(addresses.conference(attempt_id))}
        with self._scenes.store.read() as uow:
            attempt = _talking(uow, attempt_id)
            case, agent = uow.cases.get(attempt.case_id), uow.agents.get(attempt.agent_id)
            people = tuple(_participant(who, leg, sid, members) for who, leg, sid in _people(uow, attempt))
        return Conversation(attempt_id, case.number if case else "", agent.name if agent else "", people)

    def hold(self, attempt_id: str, who: str, *, on: bool) -> None:
        """Music for one of them, who hears nobody and is heard by nobody; or back."""
        self._change(attempt_id, who, RoomChange(hold=on))
        self._tell(attempt_id, "participant_held", {"who": _word(who), "on": on})

    def mute(self, attempt_id: str, who: str, *, on: bool) -> None:
        """Heard by nobody, or again."""
        self._change(attempt_id, who, RoomChange(muted=on))
        self._tell(attempt_id, "participant_muted", {"who": _word(who), "on": on})

    def switch(self, attempt_id: str, who: str, role: Role) -> None:
        """A guest listens, coaches the agent, or talks with both from now on. Raises IllegalMove for anybody else."""
        with self._scenes.store.read() as uow:
            attempt = _talking(uow, attempt_id)
            _guest(uow, attempt, who)
            agent_sid = _sid(uow, attempt, "agent")
        coached = agent_sid if role is Role.COACH else ""
        self._change(attempt_id, who, RoomChange(muted=role is Role.LISTENER, coaches=coached))
        self._scenes.run(lambda scene: self._switched(scene, attempt_id, who, role))

    def _switched(self, scene: Scene, attempt_id: str, who: str, role: Role) -> None:
        leg = _guest(scene.uow, _talking(scene.uow, attempt_id), who)
        leg.role = role.value
        record(scene.uow, scene.now, "guest_switched", subject=leg, data={"role": role.value})

    def add(self, attempt_id: str, number: str, role: Role) -> str:
        """Ring somebody who joins with key 1; returns the participant's id.

        Raises NumberRefused as a booking does, and IllegalMove if that number rings or talks with us already.
        """
        if role not in CHOSEN:
            raise CallbackRefused("role", f"role must be one of {', '.join(CHOSEN)}")
        e164 = self._dialable(number)
        return self._scenes.run(lambda scene: self._add(scene, attempt_id, e164, role))

    def _dialable(self, number: str) -> str:
        """Our own people's numbers are always taken; others as far as customers' are."""
        with self._scenes.store.read() as uow:
            if uow.agents.by_number(number) is not None:
                return number
            e164 = self._bookings.check_number(number).e164
            if uow.guards.do_not_call(e164):
                raise CallbackRefused("do_not_call", "this number asked us not to call")
        return e164

    def _add(self, scene: Scene, attempt_id: str, number: str, role: Role) -> str:
        attempt = _talking(scene.uow, attempt_id)
        leg = self._ring(scene, attempt, number, role)
        agent = scene.uow.agents.get(attempt.agent_id)
        data = {"role": role.value, "by": agent.name if agent else ""}
        record(scene.uow, scene.now, "guest_asked", subject=leg, data=data)
        return leg.id

    def _ring(self, scene: Scene, attempt: Attempt, number: str, role: Role) -> Leg:
        on_the_line = scene.uow.legs.live_numbers([number]) | scene.uow.calls.live_numbers([number], scene.now)
        if on_the_line:
            raise IllegalMove("this number is on the line with us already")
        leg = attempts.intend(scene.uow, attempt, Party.GUEST, number=number, now=scene.now)
        leg.role = role.value
        return leg

    def transfer(self, attempt_id: str, skill: str = "") -> str:
        """Ring a free agent with this skill (empty: the case's own); the customer stays with the first one.

        Returns the participant's id. Raises NobodyFree.
        """
        return self._scenes.run(lambda scene: self._transfer(scene, attempt_id, skill))

    def _transfer(self, scene: Scene, attempt_id: str, skill: str) -> str:
        attempt = _talking(scene.uow, attempt_id)
        if any(leg.role == Role.SUCCESSOR and leg.is_live for leg in scene.uow.legs.of_attempt(attempt.id)):
            raise IllegalMove("somebody is asked to take over already")
        agent = self._free_agent(scene, attempt, skill)
        agent.move(AgentStatus.RESERVED, scene.now, attempt.id)
        leg = self._ring(scene, attempt, agent.number, Role.SUCCESSOR)
        data = {"agent": agent.name, "skill": skill, "by": _agent_name(scene.uow, attempt)}
        record(scene.uow, scene.now, "transfer_begun", subject=leg, data=data)
        return leg.id

    def _free_agent(self, scene: Scene, attempt: Attempt, skill: str) -> Agent:
        """The longest idle one who fits."""
        case = scene.uow.cases.get(attempt.case_id)
        skill, locale = skill or (case.skill if case else "general"), case.locale if case else "en-US"
        idle = [agent for agent in scene.uow.agents.available(EVERYBODY) if agent.can_take(skill, locale)]
        busy = scene.uow.legs.live_numbers([agent.number for agent in idle])
        found = next((agent for agent in idle if agent.number not in busy), None)
        if found is None:
            raise NobodyFree(f"no agent for {skill} is free now; try again, or book a callback")
        return found

    def complete(self, attempt_id: str) -> None:
        """The successor serves the customer from now on, the first agent leaves. Raises IllegalMove before they joined.

        Nothing is changed in our rows unless the carrier has done its part; asking again then is harmless.
        """
        with self._scenes.store.read() as uow:
            attempt = _talking(uow, attempt_id)
            old, new = _sid(uow, attempt, "agent"), _successor(uow, attempt).sid or ""
        room = addresses.conference(attempt_id)
        # In this order: at no moment may the first agent's leaving end the conference, nor nobody's.
        self._rooms.change(room, new, RoomChange(ends_on_exit=True, muted=False))
        self._rooms.change(room, old, RoomChange(ends_on_exit=False))
        self._scenes.run(lambda scene: self._completed(scene, attempt_id))

    def _completed(self, scene: Scene, attempt_id: str) -> None:
        attempt = _talking(scene.uow, attempt_id)
        before, leg = scene.uow.agents.get(attempt.agent_id), _successor(scene.uow, attempt)
        agent, old = scene.uow.agents.by_number(leg.number), attempts.leg_of(scene.uow, attempt, Party.AGENT)
        if agent is None or before is None or old is None:
            raise IllegalMove("the agent who was to take over is not there any more")
        old.party, old.role = Party.GUEST, Role.FORMER.value
        leg.party, attempt.agent_id = Party.AGENT, agent.id
        agent.move(AgentStatus.BUSY, scene.now, attempt.id)
        before.move(AgentStatus.WRAP_UP, scene.now)
        record(scene.uow, scene.now, "transferred", subject=attempt, data={"agent": agent.name, "by": before.name})
        if old.sid is not None:
            scene.after.append(HangUp(old.sid))

    def remove(self, attempt_id: str, who: str) -> None:
        """Hang up on a guest, or stop ringing one. Raises IllegalMove for agent and customer."""
        self._scenes.run(lambda scene: self._remove(scene, attempt_id, who))

    def _remove(self, scene: Scene, attempt_id: str, who: str) -> None:
        attempt = _talking(scene.uow, attempt_id)
        leg = _guest(scene.uow, attempt, who)
        if leg.state == LegState.INTENT:
            leg.state, leg.ended_at, leg.owner, leg.lease_until_at = LegState.ENDED, scene.now, None, None
            guest_gone(scene.uow, leg, attempt, scene.now)
        elif leg.sid is not None:
            scene.after.append(HangUp(leg.sid))

    def _change(self, attempt_id: str, who: str, change: RoomChange) -> None:
        with self._scenes.store.read() as uow:
            sid = _sid(uow, _talking(uow, attempt_id), who)
        self._rooms.change(addresses.conference(attempt_id), sid, change)

    def _tell(self, attempt_id: str, kind: str, data: dict[str, Any]) -> None:
        self._scenes.run(
            lambda scene: record(scene.uow, scene.now, kind, subject=scene.uow.attempts.get(attempt_id), data=data)
        )


def _word(who: str) -> str:
    return who if who in ("agent", "customer") else "guest"


def _talking(uow: UnitOfWork, attempt_id: str) -> Attempt:
    attempt = uow.attempts.get(attempt_id)
    if attempt is None:
        raise NotFound("no such conversation")
    if attempt.ended_at is not None or attempt.joined_at is None:
        raise IllegalMove("they are not talking, or not any more")
    return attempt


def _agent_name(uow: UnitOfWork, attempt: Attempt) -> str:
    agent = uow.agents.get(attempt.agent_id)
    return agent.name if agent else ""


def _guest(uow: UnitOfWork, attempt: Attempt, who: str) -> Leg:
    leg = uow.legs.get(who)
    if who in ("agent", "customer"):
        raise IllegalMove("only guests can be switched or removed; the others hang up themselves")
    if leg is None or leg.attempt_id != attempt.id or leg.party != Party.GUEST or not leg.is_live:
        raise NotFound("no such participant")
    return leg


def _successor(uow: UnitOfWork, attempt: Attempt) -> Leg:
    legs = uow.legs.of_attempt(attempt.id)
    found = next((leg for leg in legs if leg.role == Role.SUCCESSOR and leg.is_live and leg.joins_at), None)
    if found is None or found.party != Party.GUEST:
        raise IllegalMove("nobody who could take over has joined yet")
    return found


def _sid(uow: UnitOfWork, attempt: Attempt, who: str) -> str:
    for name, leg, sid in _people(uow, attempt):
        if sid is not None and who == (leg.id if name == "guest" and leg is not None else name):
            return sid
    raise NotFound("no such participant")


def _people(uow: UnitOfWork, attempt: Attempt) -> list[tuple[str, Leg | None, str | None]]:
    """Everybody whose telephone is on the line, or rings: what they are, their leg, their call."""
    words = {Party.AGENT: "agent", Party.CUSTOMER: "customer", Party.GUEST: "guest"}
    live = [leg for leg in uow.legs.of_attempt(attempt.id) if leg.is_live and leg.party in words]
    caller = [("customer", None, attempt.hold_call_sid)] if attempt.hold_call_sid else []
    return [*caller, *((words[leg.party], leg, leg.sid) for leg in live)]


def _participant(who: str, leg: Leg | None, sid: str | None, members: dict[str, RoomMember]) -> Participant:
    member = members.get(sid or "")
    is_guest = who == "guest" and leg is not None
    answered = leg is None or leg.answered_at is not None
    return Participant(
        id=leg.id if is_guest and leg is not None else who,
        role=str(leg.role) if is_guest and leg is not None else who,
        call_sid=sid,
        state="joined" if member is not None else "answered" if answered else "ringing",
        hold=member is not None and member.hold,
        muted=member is not None and member.muted,
        coaching=member is not None and member.coaching,
    )
