"""A machine's clock that steps: nobody is rung before the time they were promised, nobody is taken to be late."""

from datetime import timedelta

import pytest

from ivr.domain.callbacks import CallbackStatus, LegState, Party
from ivr.domain.ledger import CLOCK_SLACK
from ivr.service.guards import DISPATCH
from tests.service.test_crashes import LOOK, dies, rung
from tests.service.world import AGENT, CUSTOMER, World


def clock_back(world: World, seconds: float) -> None:
    world.clock.set(world.clock.now() - timedelta(seconds=seconds))


def agent_accepts_at_due(world: World) -> str:
    """A promise at a named time falls due, its agent takes it; the customer is about to be dialed."""
    world.agent()
    callback = world.book(at=world.clock.now() + timedelta(minutes=30))
    world.clock.advance(1800)
    world.tick()
    world.answer(Party.AGENT)
    world.press("1")
    return callback


def test_clock_that_steps_back_before_the_due_moment_lets_the_promise_wait(world: World) -> None:
    callback = agent_accepts_at_due(world)
    due_at = world.callback(callback).due_at
    clock_back(world, 600)
    world.tick()
    assert world.phone.live(CUSTOMER) == []
    row = world.callback(callback)
    assert (row.status, row.due_at) == (CallbackStatus.SCHEDULED, due_at)


def test_clock_that_steps_back_to_the_night_does_not_move_the_promise_forward(world: World) -> None:
    callback = agent_accepts_at_due(world)
    due_at = world.callback(callback).due_at
    clock_back(world, 8 * 3600)
    world.tick()
    assert world.callback(callback).due_at == due_at


def test_clocks_of_two_machines_that_differ_a_little_hold_nobody_up(world: World) -> None:
    agent_accepts_at_due(world)
    clock_back(world, CLOCK_SLACK.total_seconds() - 1)
    world.tick()
    assert len(world.phone.live(CUSTOMER)) == 1


def beat(world: World, seconds: float = 0) -> None:
    """Time goes on, and the dispatcher's heart beats."""
    world.clock.advance(seconds)
    with world.store.begin() as uow:
        uow.guards.beat("node", DISPATCH, world.clock.now())
        uow.commit()


@pytest.mark.parametrize("seconds", [8 * 3600, -120])
def test_clock_that_was_set_has_given_the_carriers_list_no_time(world: World, seconds: int) -> None:
    world.agent()
    callback = world.book()
    beat(world)
    dies(world, "posted", world.tick)
    world.phone.hidden.add(world.phone.calls[0].sid)
    beat(world, seconds)
    for later in (0, LOOK, LOOK):
        world.sweep(later)
    assert world.legs(callback, Party.AGENT)[0].state == LegState.PLACING
    world.phone.hidden.clear()
    while world.legs(callback, Party.AGENT)[0].state == LegState.PLACING:
        beat(world, 5)
        world.sweep()
    assert rung(world, AGENT) == 1
    assert world.legs(callback, Party.AGENT)[0].sid == world.phone.calls[0].sid


def test_customer_who_rings_while_the_clock_is_set_ahead_still_meets_the_agent(world: World) -> None:
    world.agent()
    callback = world.book()
    beat(world)
    world.tick()
    world.answer(Party.AGENT)
    world.press("1")
    dies(world, "posted", world.tick)
    beat(world, 8 * 3600)
    world.sweep()
    world.sweep(5)
    world.answer(Party.CUSTOMER)
    world.meet()
    assert "attempt_stuck" not in world.kinds(callback)
    assert "joined" in world.kinds(callback)
    assert rung(world, CUSTOMER) == 1


def test_after_hours_without_a_dispatcher_the_carriers_list_is_given_its_time_again(world: World) -> None:
    world.agent()
    callback = world.book()
    beat(world)
    dies(world, "posted", world.tick)
    world.phone.hidden.add(world.phone.calls[0].sid)
    world.sweep(3600)
    world.sweep(LOOK)
    assert world.legs(callback, Party.AGENT)[0].state == LegState.PLACING
