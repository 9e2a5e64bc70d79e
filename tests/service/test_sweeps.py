"""What the sweeps put right: lost webhooks, forgotten agents, stuck attempts."""

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, LegState, Party
from ivr.service.ports import RoomMember
from tests.fakes.phone import Fault
from tests.service.world import AGENT, CUSTOMER, World


def test_every_status_callback_lost_the_carrier_is_asked(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    for call in world.phone.calls:
        call.status = "completed"
    world.sweep(61)
    assert world.callback(callback).status == CallbackStatus.DONE
    assert world.agent_row().status == AgentStatus.WRAP_UP
    world.sweep(21)
    assert world.agent_row().status == AgentStatus.AVAILABLE


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed"])
def test_lost_end_of_the_agents_ringing_is_found(world: World, status: str) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.phone.calls[0].status = status
    world.sweep(50)
    assert world.agent_row().status == AgentStatus.AWAY
    assert world.callback(callback).status == CallbackStatus.SCHEDULED


def test_call_the_carrier_does_not_know_is_over(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.phone.calls.clear()
    world.sweep(50)
    assert world.legs(callback, Party.AGENT)[0].state == LegState.ENDED
    assert world.is_open(callback)


def test_carrier_that_cannot_be_asked_changes_nothing(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.phone.list_is_down = True
    world.sweep(50)
    assert world.legs(callback, Party.AGENT)[0].state == LegState.PLACED


def test_live_call_is_not_asked_about_all_the_time(world: World) -> None:
    world.agent()
    world.book()
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    world.clock.advance(61)
    assert world.engine.reconciler.poll() == 2
    assert world.engine.reconciler.poll() == 0
    world.clock.advance(61)
    assert world.engine.reconciler.poll() == 2


def enters_unannounced(world: World, sid: str) -> None:
    """The carrier lets a call into the conference, and its webhook is lost."""
    world.rooms.inside[sid] = RoomMember(sid)


def sent_to_the_agent(world: World) -> str:
    """The customer hears that they are connected; returns the callback."""
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    return callback


def test_two_who_met_unannounced_are_found_by_asking_who_is_in_the_room(world: World) -> None:
    callback = sent_to_the_agent(world)
    for party in (Party.AGENT, Party.CUSTOMER):
        enters_unannounced(world, world.ringing(party).sid)
    world.sweep(9)
    assert world.rooms.looks == []
    world.sweep(1)
    (attempt,) = world.attempts(callback)
    assert world.rooms.looks == [f"attempt-{attempt.id}"]
    assert (attempt.joined_at, world.agent_row().status) == (world.clock.now(), AgentStatus.BUSY)
    world.sweep(60)
    assert len(world.rooms.looks) == 1
    world.hang_up(Party.CUSTOMER)  # sooner than `unseen_seconds` would have believed it
    assert world.callback(callback).status == CallbackStatus.DONE


def test_who_waits_alone_in_the_room_has_met_nobody(world: World) -> None:
    callback = sent_to_the_agent(world)
    enters_unannounced(world, world.ringing(Party.AGENT).sid)
    enters_unannounced(world, "CA" + "e" * 32)  # a stranger in the same room is nobody
    world.rooms.is_down = True
    world.sweep(10)
    world.rooms.is_down = False
    for _ in range(3):
        world.sweep(5)
    assert len(world.rooms.looks) == 1, "asked again after a quarter of a minute, not at every round"
    assert world.attempts(callback)[0].joined_at is None
    world.enter(world.ringing(Party.CUSTOMER))  # this one's webhook arrives
    assert world.attempts(callback)[0].joined_at == world.clock.now()


def test_caller_on_hold_who_met_the_agent_unannounced_is_found_too(world: World) -> None:
    world.agent()
    caller = world.hold()
    world.tick()
    world.answer(Party.AGENT)
    world.press("1")
    with world.store.read() as uow:
        (attempt,) = uow.attempts.of_hold(caller)
    assert world.engine.held.caller_joins(attempt.id, caller)
    for sid in (caller, world.ringing(Party.AGENT).sid):
        enters_unannounced(world, sid)
    world.sweep(10)
    with world.store.read() as uow:
        hold = uow.holds.get(caller)
    assert hold is not None
    assert (hold.status, hold.joined_at) == ("joined", world.clock.now())


def test_agent_left_on_the_line_after_the_attempt_is_hung_up(world: World) -> None:
    world.agent()
    world.book()
    world.agent_takes_it()
    world.report(world.ringing(Party.CUSTOMER), "busy")
    world.sweep(61)
    world.sweep(61)
    assert world.phone.live(AGENT) == []


def test_agent_who_presses_nothing_and_whose_gather_is_lost_is_released(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.answer(Party.AGENT)
    world.sweep(61)
    assert world.agent_row().status == AgentStatus.AVAILABLE
    assert world.callback(callback).status == CallbackStatus.SCHEDULED


def test_agent_is_not_kept_waiting_for_a_dial_nobody_has_heard_of(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.answer(Party.AGENT)
    world.press("1")
    world.phone.hidden = {"everything"}
    world.phone.faults.append(Fault.LOST_TIMEOUT)
    world.tick()
    world.sweep(46)
    assert world.ringing(Party.AGENT).path.endswith("/news")
    assert world.callback(callback).status == CallbackStatus.SCHEDULED
    world.hang_up(Party.AGENT)
    world.tick(100)
    assert world.phone.live(CUSTOMER) == []
    assert world.callback(callback).status == CallbackStatus.SCHEDULED


def test_callback_that_dials_without_an_attempt_goes_back_into_the_line(world: World) -> None:
    callback = world.book()
    with world.store.begin() as uow:
        row = uow.callbacks.get(callback)
        assert row is not None
        row.status = CallbackStatus.DIALING
        uow.commit()
    world.sweep()
    assert world.callback(callback).status == CallbackStatus.SCHEDULED


def test_agent_held_by_an_attempt_that_is_gone_is_set_free(world: World) -> None:
    world.agent()
    with world.store.begin() as uow:
        agent = uow.agents.get("Ada")
        assert agent is not None
        agent.status, agent.attempt_id = AgentStatus.RESERVED, "gone"
        uow.commit()
    world.sweep()
    world.sweep(21)
    assert world.agent_row().status == AgentStatus.AVAILABLE


def test_sweeps_of_an_idle_system_change_nothing(world: World) -> None:
    world.agent()
    callback = world.book(at=world.clock.now().replace(hour=20))
    before = world.kinds(callback)
    for _ in range(5):
        world.sweep(60)
    assert world.kinds(callback) == before
    assert world.callback(callback).version == 1
