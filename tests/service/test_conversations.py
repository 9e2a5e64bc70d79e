"""In the conference: hold, mute, guests and hand-overs, as rows and as requests to the carrier."""

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, Party
from ivr.domain.conversations import Role
from ivr.domain.turn import Next
from ivr.errors import CallbackRefused, CallGone, CarrierUnclear, IllegalMove, NobodyFree, NotFound, NumberRefused
from ivr.service.conversations import Conversations
from ivr.service.ports import RoomMember
from tests.fakes.phone import FakeCall, Fault
from tests.service.world import AGENT, CUSTOMER, OTHER_AGENT, World, audited, spoken

SELLER = "+12025550199"


def talking(world: World) -> str:
    """The id of a conversation; agent and customer are in the conference."""
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    world.meet()
    for party in (Party.AGENT, Party.CUSTOMER):
        inside(world, world.ringing(party))
    return world.attempts(callback)[0].id


def inside(world: World, call: FakeCall) -> None:
    world.rooms.inside[call.sid] = RoomMember(call.sid)


def conversations(world: World) -> Conversations:
    assert world.engine.conversations is not None
    return world.engine.conversations


def events(world: World, attempt_id: str) -> list[str]:
    with world.store.read() as uow:
        attempt = uow.attempts.get(attempt_id)
        assert attempt is not None
        return [event.kind for event in uow.events.of_case(attempt.case_id)]


def rung(world: World, to: str = SELLER) -> FakeCall:
    """The telephone of somebody who is added rings."""
    world.tick()
    (call,) = world.phone.live(to)
    return call


def joins(world: World, call: FakeCall) -> None:
    """They answer, press 1 and are in the conference."""
    world.report(call, "ringing", "in-progress")
    assert spoken(world.engine.legs.answered(call.leg_id, call.sid))
    assert world.engine.legs.keyed(call.leg_id, "1", turn=1).next is Next.JOIN
    inside(world, call)


@pytest.mark.parametrize(("what", "kind"), [("hold", "participant_held"), ("mute", "participant_muted")])
def test_hold_and_mute_are_the_carriers_and_told_on_the_timeline(world: World, what: str, kind: str) -> None:
    talk = talking(world)
    for on in (True, False):
        getattr(conversations(world), what)(talk, "customer", on=on)
        seen = {one.id: one for one in conversations(world).show(talk).participants}
        assert (seen["customer"].hold, seen["customer"].muted) == (on and what == "hold", on and what == "mute")
    assert events(world, talk).count(kind) == 2


def test_nothing_is_told_of_what_the_carrier_did_not_do(world: World) -> None:
    talk = talking(world)
    world.rooms.is_down = True
    with pytest.raises(CarrierUnclear):
        conversations(world).hold(talk, "customer", on=True)
    assert "participant_held" not in events(world, talk)


def test_seller_is_rung_like_anybody_and_joins_with_key_1(world: World) -> None:
    talk = talking(world)
    guest = conversations(world).add(talk, SELLER, Role.GUEST)
    call = rung(world)
    world.report(call, "ringing", "in-progress")
    asked = world.engine.legs.answered(call.leg_id, call.sid)
    assert (spoken(asked), asked.say[0].args["agent"]) == (["whisper_guest"], "Ada")
    again = world.engine.legs.keyed(call.leg_id, None, turn=1)
    assert (spoken(again), again.number) == (["whisper_guest_again"], 2)
    joined = world.engine.legs.keyed(call.leg_id, "1", turn=2)
    assert (joined.next, joined.is_agent, joined.conference) == (Next.JOIN, False, f"attempt-{talk}")
    inside(world, call)
    assert [(one.role, one.state) for one in conversations(world).show(talk).participants if one.id == guest] == [
        ("guest", "joined")
    ]
    world.hang_up(Party.CUSTOMER)
    assert events(world, talk).count("guest_joined") == 1


def test_guest_who_leaves_or_is_not_reached_ends_nothing(world: World) -> None:
    talk = talking(world)
    conversations(world).add(talk, SELLER, Role.GUEST)
    world.report(rung(world), "no-answer")
    world.phone.faults.append(Fault.BAD_NUMBER)
    conversations(world).add(talk, SELLER, Role.GUEST)
    world.tick()
    conversations(world).add(talk, SELLER, Role.GUEST)
    joins(world, rung(world))
    world.report(world.phone.live(SELLER)[0], "completed")
    world.sweep()
    assert {one.id for one in conversations(world).show(talk).participants} == {"agent", "customer"}
    assert events(world, talk).count("guest_left") == 3


def test_guest_who_presses_nothing_is_let_go(world: World) -> None:
    talk = talking(world)
    conversations(world).add(talk, SELLER, Role.GUEST)
    call = rung(world)
    world.report(call, "ringing", "in-progress")
    world.engine.legs.answered(call.leg_id, call.sid)
    world.engine.legs.keyed(call.leg_id, None, turn=1)
    assert world.engine.legs.keyed(call.leg_id, None, turn=2).next is Next.HANG_UP


@pytest.mark.parametrize(
    ("number", "error"),
    [("+18765551234", NumberRefused), ("+19005550123", NumberRefused), ("12", NumberRefused), (CUSTOMER, IllegalMove)],
)
def test_numbers_that_are_not_rung_and_those_on_the_line_are_refused(
    world: World, number: str, error: type[Exception]
) -> None:
    talk = talking(world)
    with pytest.raises(error):
        conversations(world).add(talk, number, Role.GUEST)


def test_role_that_nobody_can_choose_is_refused(world: World) -> None:
    talk = talking(world)
    with pytest.raises(CallbackRefused):
        conversations(world).add(talk, SELLER, Role.SUCCESSOR)


@pytest.mark.parametrize(("role", "muted"), [(Role.LISTENER, True), (Role.COACH, False), (Role.GUEST, False)])
def test_listener_is_muted_and_coach_is_heard_by_the_agent_alone(world: World, role: Role, muted: bool) -> None:
    talk = talking(world)
    conversations(world).add(talk, SELLER, role)
    call = rung(world)
    world.report(call, "ringing", "in-progress")
    turn = world.engine.legs.keyed(call.leg_id, "1", turn=1)
    agent_sid = world.ringing(Party.AGENT).sid
    assert (turn.muted, turn.coached_sid) == (muted, agent_sid if role is Role.COACH else "")


def test_supervisor_switches_from_listening_to_coaching_to_talking(world: World) -> None:
    talk = talking(world)
    guest = conversations(world).add(talk, SELLER, Role.LISTENER)
    call = rung(world)
    joins(world, call)
    for role in (Role.COACH, Role.GUEST):
        conversations(world).switch(talk, guest, role)
    (coach, talks) = [change for sid, change in world.rooms.asked if sid == call.sid]
    assert (coach.muted, coach.coaches) == (False, world.ringing(Party.AGENT).sid)
    assert (talks.muted, talks.coaches) == (False, "")
    assert [one.role for one in conversations(world).show(talk).participants if one.id == guest] == ["guest"]
    with pytest.raises(IllegalMove):
        conversations(world).switch(talk, "customer", Role.COACH)


def test_warm_transfer_changes_agent_and_legs_once_the_successor_is_in(world: World) -> None:
    talk = talking(world)
    world.agent("Bob", OTHER_AGENT, skills=("returns",))
    with pytest.raises(IllegalMove):
        conversations(world).complete(talk)
    conversations(world).transfer(talk, "returns")
    assert world.agent_row("Bob").status == AgentStatus.RESERVED
    call = rung(world, OTHER_AGENT)
    world.report(call, "ringing", "in-progress")
    assert spoken(world.engine.legs.answered(call.leg_id, call.sid)) == ["whisper_transfer"]
    world.engine.legs.keyed(call.leg_id, "1", turn=1)
    inside(world, call)
    first = world.ringing(Party.AGENT)
    conversations(world).complete(talk)
    world.deliver()
    assert not first.is_live
    assert (world.agent_row().status, world.agent_row("Bob").status) == (AgentStatus.WRAP_UP, AgentStatus.BUSY)
    ends = {sid: change.ends_on_exit for sid, change in world.rooms.asked}
    assert (ends[call.sid], ends[first.sid]) == (True, False)
    assert conversations(world).of_agent("Bob") == talk
    world.clock.advance(60)
    world.report(call, "completed")
    (callback,) = [world.callback(c) for c in callbacks(world)]
    assert (callback.status, world.agent_row("Bob").status) == (CallbackStatus.DONE, AgentStatus.WRAP_UP)
    assert audited(world) == []


def callbacks(world: World) -> list[str]:
    with world.store.read() as uow:
        return [callback.id for callback in uow.callbacks.listed(list(CallbackStatus), 10)]


@pytest.mark.parametrize("end", ["no-answer", "completed"])
def test_successor_who_is_not_reached_leaves_the_customer_with_the_first_agent(world: World, end: str) -> None:
    talk = talking(world)
    world.agent("Bob", OTHER_AGENT)
    conversations(world).transfer(talk)
    with pytest.raises(IllegalMove):
        conversations(world).transfer(talk)
    call = rung(world, OTHER_AGENT)
    if end == "completed":
        world.report(call, "ringing", "in-progress")
    world.report(call, end)
    expected = AgentStatus.AWAY if end == "no-answer" else AgentStatus.AVAILABLE
    assert (world.agent_row("Bob").status, world.agent_row().status) == (expected, AgentStatus.BUSY)


def test_transfer_without_anybody_free_is_refused(world: World) -> None:
    talk = talking(world)
    world.agent("Bob", OTHER_AGENT, skills=("orders",))
    with pytest.raises(NobodyFree):
        conversations(world).transfer(talk, "returns")
    assert world.agent_row("Bob").status == AgentStatus.AVAILABLE


def test_conversation_that_ends_stops_ringing_whoever_was_asked(world: World) -> None:
    talk = talking(world)
    world.agent("Bob", OTHER_AGENT)
    conversations(world).transfer(talk)
    call = rung(world, OTHER_AGENT)
    world.clock.advance(60)
    world.hang_up(Party.CUSTOMER)
    assert not call.is_live
    assert world.agent_row("Bob").status == AgentStatus.AVAILABLE
    with pytest.raises(IllegalMove):
        conversations(world).show(talk)
    with pytest.raises(NotFound):
        conversations(world).of_agent("Ada")


def test_guest_is_removed_while_waiting_ringing_or_talking(world: World) -> None:
    talk = talking(world)
    waiting = conversations(world).add(talk, SELLER, Role.GUEST)
    conversations(world).remove(talk, waiting)
    ringing = conversations(world).add(talk, SELLER, Role.GUEST)
    call = rung(world)
    conversations(world).remove(talk, ringing)
    world.deliver()
    assert not call.is_live
    with pytest.raises(NotFound):
        conversations(world).remove(talk, ringing)
    with pytest.raises(IllegalMove):
        conversations(world).remove(talk, "customer")


def test_those_who_are_not_in_the_conference_yet_cannot_be_held(world: World) -> None:
    talk = talking(world)
    guest = conversations(world).add(talk, SELLER, Role.GUEST)
    rung(world)
    with pytest.raises(CallGone):
        conversations(world).hold(talk, guest, on=True)
    assert [call.to for call in world.phone.calls] == [AGENT, CUSTOMER, SELLER]
