"""The five commits under fire: a process dies at every point, the carrier fails in every way; nobody rings twice."""

from collections.abc import Callable

import pytest

from ivr.domain.callbacks import CallbackStatus, LegState, Outcome, Party
from ivr.service.engine import CallbackEngine
from tests.fakes.phone import Fault
from tests.service.world import AGENT, CUSTOMER, OTHER_AGENT, RULES, Killed, World

DEATHS = [
    *((Party.AGENT, point) for point in ("claimed", "placing", "posted", "placed")),
    *((Party.CUSTOMER, point) for point in ("placing", "posted", "placed")),  # written down by the webhook, not claimed
]
LEASE, SETTLE, LOOK = RULES.dial.lease_seconds, RULES.dial.settle_seconds, RULES.dial.look_seconds


def dies(world: World, point: str, act: Callable[[], object]) -> None:
    """The process dies at this point of what it does; another one takes over."""
    world.kill_at = point
    with pytest.raises(Killed):
        act()
    world.restart()


def settle(world: World) -> None:
    """The reconciler waits until the list can be believed, and looks twice."""
    world.sweep(SETTLE)
    world.sweep(LOOK)
    world.sweep(1)


def rung(world: World, number: str) -> int:
    """How many calls to a number the carrier ever made."""
    return sum(call.to == number for call in world.phone.calls)


def finish(world: World, callback: str) -> None:
    """From whatever is left, agent and customer talk in the end; each step as its people would do it."""
    for _ in range(12):
        if world.callback(callback).status == CallbackStatus.DONE:
            return
        world.clock.set(max(world.clock.now(), world.callback(callback).due_at))
        world.tick(1)
        for call in world.phone.live():
            if call.status != "in-progress":
                world.report(call, "ringing", "in-progress")
                world.engine.legs.answered(call.leg_id, call.sid)
            if call.party == Party.AGENT:
                world.engine.legs.keyed(call.leg_id, "1", turn=1)
        world.tick(5)
        for call in [c for c in world.phone.live() if c.party == Party.CUSTOMER and c.status == "in-progress"]:
            if any(c.party == Party.AGENT for c in world.phone.live()):
                world.meet()
            world.report(call, "completed")
        world.sweep(25)
    assert world.callback(callback).status == CallbackStatus.DONE


def test_killed_after_the_claim_another_process_dials_when_the_lease_ends(world: World) -> None:
    world.agent()
    world.book()
    dies(world, "claimed", world.tick)
    world.tick(LEASE - 1)
    assert world.phone.calls == []
    world.tick(2)
    assert rung(world, AGENT) == 1


def test_killed_after_the_claim_nobody_is_rung_at_night(world: World) -> None:
    world.agent()
    callback = world.book()
    dies(world, "claimed", world.tick)
    world.tick(12 * 3600)
    assert world.phone.calls == []
    row = world.callback(callback)
    assert (row.status, row.reason) == (CallbackStatus.SCHEDULED, "window_closed")
    world.clock.set(row.due_at)
    world.tick()
    assert rung(world, AGENT) == 1


def test_killed_before_the_request_the_carrier_is_asked_twice_before_dialing(world: World) -> None:
    world.agent()
    callback = world.book()
    dies(world, "placing", world.tick)
    world.sweep(SETTLE)
    assert world.legs(callback, Party.AGENT)[0].state == LegState.PLACING
    world.tick()
    assert world.phone.calls == []
    world.sweep(LOOK)
    assert world.legs(callback, Party.AGENT)[0].state == LegState.ABSENT
    world.tick()
    assert rung(world, AGENT) == 1


def test_killed_after_the_request_the_answer_brings_the_sid(world: World) -> None:
    world.agent()
    callback = world.book()
    dies(world, "posted", world.tick)
    world.answer(Party.AGENT)
    leg = world.legs(callback, Party.AGENT)[0]
    assert (leg.state, leg.sid) == (LegState.PLACED, world.phone.calls[0].sid)
    settle(world)
    world.tick()
    assert rung(world, AGENT) == 1


def test_killed_after_the_request_without_webhooks_the_list_brings_the_sid(world: World) -> None:
    world.agent()
    callback = world.book()
    dies(world, "posted", world.tick)
    world.phone.calls[0].status = "in-progress"
    settle(world)
    leg = world.legs(callback, Party.AGENT)[0]
    assert leg.sid == world.phone.calls[0].sid
    assert rung(world, AGENT) == 1


@pytest.mark.parametrize(("party", "point"), DEATHS)
def test_killed_anywhere_in_either_leg_the_promise_is_served_once(world: World, point: str, party: Party) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    callback = world.book()
    if party == Party.CUSTOMER:
        world.tick()
        world.answer(Party.AGENT)
        world.press("1")
    dies(world, point, world.tick)
    settle(world)
    finish(world, callback)
    answered = [call for call in world.phone.calls if call.party == Party.CUSTOMER and call.status == "completed"]
    assert len(answered) == 1
    assert world.phone.live(CUSTOMER) == []
    assert world.callback(callback).status == CallbackStatus.DONE


@pytest.mark.parametrize("point", ["looked", "fetched"])
def test_killed_inside_the_reconciler_the_next_one_goes_on(world: World, point: str) -> None:
    world.agent()
    callback = world.book()
    if point == "looked":
        dies(world, "posted", world.tick)
        world.clock.advance(SETTLE)
    else:
        world.tick()
        world.phone.calls[0].status = "no-answer"
        world.clock.advance(60)
    dies(world, point, world.sweep)
    settle(world)
    leg = world.legs(callback, Party.AGENT)[0]
    assert (leg.state == LegState.PLACED) is (point == "looked")
    assert rung(world, AGENT) == 1


@pytest.mark.parametrize("fault", list(Fault))
@pytest.mark.parametrize("party", [Party.AGENT, Party.CUSTOMER])
def test_every_fault_of_the_carrier_in_either_leg_rings_nobody_twice(world: World, fault: Fault, party: Party) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    callback = world.book()
    if party == Party.CUSTOMER:
        world.tick()
        world.answer(Party.AGENT)
        world.press("1")
    world.phone.faults.append(fault)
    world.tick()
    settle(world)
    if fault == Fault.BAD_NUMBER and party == Party.CUSTOMER:
        assert world.callback(callback).status == CallbackStatus.NEEDS_HUMAN
        return
    finish(world, callback)
    both = [call for call in world.phone.calls if call.party == Party.CUSTOMER and call.status == "completed"]
    assert len(both) == 1


@pytest.mark.parametrize("fault", [Fault.CREATED_500, Fault.CREATED_TIMEOUT, Fault.LOST_500, Fault.LOST_TIMEOUT])
def test_unclear_answer_is_not_retried_before_the_carrier_was_asked(world: World, fault: Fault) -> None:
    world.agent()
    callback = world.book()
    world.phone.faults.append(fault)
    world.tick()
    for _ in range(20):
        world.tick(SETTLE / 20 - 0.1)
    assert len(world.phone.calls) <= 1
    assert world.legs(callback, Party.AGENT)[0].state == LegState.PLACING


def test_unclear_agents_dial_does_not_hold_up_the_customer(world: World) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    callback = world.book()
    world.phone.faults.append(Fault.LOST_TIMEOUT)
    world.tick()
    world.sweep(40)
    world.tick()
    assert [call.to for call in world.phone.calls] == [OTHER_AGENT]
    assert world.callback(callback).status == CallbackStatus.DIALING


def test_list_that_cannot_be_had_proves_nothing(world: World) -> None:
    world.agent()
    callback = world.book()
    dies(world, "placing", world.tick)
    world.phone.list_is_down = True
    for _ in range(5):
        world.sweep(SETTLE)
    assert world.legs(callback, Party.AGENT)[0].state == LegState.PLACING
    world.phone.list_is_down = False
    settle(world)
    world.tick()
    assert rung(world, AGENT) == 1


def test_call_that_shows_up_on_the_second_look_is_adopted(world: World) -> None:
    world.agent()
    callback = world.book()
    dies(world, "posted", world.tick)
    call = world.phone.calls[0]
    world.phone.hidden.add(call.sid)
    world.sweep(SETTLE)
    world.phone.hidden.clear()
    world.sweep(LOOK)
    assert world.legs(callback, Party.AGENT)[0].sid == call.sid


def test_customer_rung_by_a_lost_process_is_hung_up_if_the_agent_is_gone(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.answer(Party.AGENT)
    world.press("1")
    dies(world, "posted", world.tick)
    world.hang_up(Party.AGENT)
    assert world.attempts(callback)[0].outcome == Outcome.AGENT_HUNG_UP
    world.clock.advance(121)
    world.tick()
    assert rung(world, AGENT) == 1, "the number may still ring: no second call to it"
    settle(world)
    assert world.phone.live(CUSTOMER) == []
    finish(world, callback)


@pytest.mark.parametrize("taken", [True, False])
def test_process_that_outslept_its_lease_leaves_the_leg_to_others(world: World, taken: bool) -> None:
    world.agent()
    callback = world.book()
    other = CallbackEngine(world.ports(), world.rules, node="other", monotonic=world.clock.monotonic)

    def sleep(name: str) -> None:
        if name == "claimed":
            world.clock.advance(LEASE + 1)
            assert not taken or other.dispatcher.take()

    world.engine = CallbackEngine(
        world.ports(), world.rules, node="one", monotonic=world.clock.monotonic, checkpoint=sleep
    )
    world.tick()
    assert world.phone.calls == []
    assert world.legs(callback, Party.AGENT)[0].state == LegState.INTENT
    world.clock.advance(LEASE + 1)
    other.dispatcher.tick()
    assert rung(world, AGENT) == 1


def test_frozen_process_does_not_send_its_request(world: World) -> None:
    world.agent()
    callback = world.book()
    freeze_at(world, "placing", 2)
    world.tick()
    assert world.phone.calls == []
    assert world.legs(callback, Party.AGENT)[0].state == LegState.INTENT
    world.tick()
    assert rung(world, AGENT) == 1


def test_call_made_by_a_process_frozen_past_the_settle_time_is_taken_back(world: World) -> None:
    world.agent()
    callback = world.book()

    def frozen_in_the_request(call: object) -> None:
        world.phone.on_place = lambda call: None
        world.phone.hidden.add(world.phone.calls[-1].sid)
        settle(world)  # another process finds nothing, and dials again
        world.tick()

    world.phone.on_place = frozen_in_the_request
    world.tick()
    assert rung(world, AGENT) == 2
    assert [call.status for call in world.phone.calls] == ["canceled", "queued"]
    assert "stray_call" in world.kinds(callback)


def test_late_answer_of_a_call_given_up_is_hung_up(world: World) -> None:
    world.agent()
    callback = world.book()
    dies(world, "posted", world.tick)
    call = world.phone.calls[0]
    world.phone.hidden.add(call.sid)
    settle(world)
    assert world.legs(callback, Party.AGENT)[0].state == LegState.ABSENT
    turn = world.engine.legs.answered(call.leg_id, call.sid)
    assert turn.say == ()
    assert not call.is_live


def test_answer_that_comes_before_the_request_returns_is_taken(world: World) -> None:
    world.agent()
    callback = world.book()
    heard: list[str] = []

    def at_once(call: object) -> None:
        placed = world.phone.calls[-1]
        heard.extend(say.key for say in world.engine.legs.answered(placed.leg_id, placed.sid).say)

    world.phone.on_place = at_once
    world.tick()
    assert heard == ["whisper"]
    assert world.legs(callback, Party.AGENT)[0].sid == world.phone.calls[0].sid
    assert len(world.phone.live()) == 1


def test_dial_swallowed_three_times_goes_to_a_person(world: World) -> None:
    world.agent()
    callback = world.book()
    for _ in range(3):
        world.phone.faults.append(Fault.LOST_500)
        world.tick(1)
        settle(world)
    row = world.callback(callback)
    assert (row.status, row.reason) == (CallbackStatus.NEEDS_HUMAN, "carrier_unclear")


def test_refusals_cost_nothing_and_let_the_carrier_rest(world: World) -> None:
    world.agent()
    callback = world.book()
    world.phone.faults.extend([Fault.TOO_MANY] * 20)
    for _ in range(20):
        world.tick(2.9)
    assert 10 <= len(world.phone.faults) <= 12, "it pauses as long as the carrier asked"
    world.phone.faults.clear()
    world.tick(3.1)
    assert rung(world, AGENT) == 1
    assert world.callback(callback).dials == 1


def freeze_at(world: World, point: str, seconds: float) -> None:
    """The process is stopped for so long at this point, once."""

    def checkpoint(name: str) -> None:
        if name == point:
            world.clock.advance(seconds)
            world.start()

    world.engine = CallbackEngine(
        world.ports(), world.rules, node=world.node, monotonic=world.clock.monotonic, checkpoint=checkpoint
    )
