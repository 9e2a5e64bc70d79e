"""A machine's clock that steps: nobody is rung before the time they were promised."""

from datetime import timedelta

from ivr.domain.callbacks import CallbackStatus, Party
from ivr.domain.ledger import CLOCK_SLACK
from tests.service.world import CUSTOMER, World


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
