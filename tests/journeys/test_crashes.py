"""A dispatcher that dies in the middle of a dial: the promise is kept by another, and nobody is rung twice."""

import os
import signal
import subprocess
import sys

import pytest

from ivr.carrier import TelephoneState
from ivr.domain.callbacks import CallbackStatus, LegState, Party
from tests.journeys.conftest import NewWorld
from tests.journeys.world import KIM_AGENT, STRANGER, Killed, World

LEASE_SECONDS, LOOK_SECONDS = 31, 11
SETTINGS = {"IVR_SETTLE_SECONDS": "5"}


def settle(world: World) -> None:
    """Leases run out, and two looks at the carrier's list find every call, or none."""
    for seconds in (LEASE_SECONDS, LOOK_SECONDS):
        world.clock.advance(seconds)
        world.sweep()


def die(world: World, checkpoint: str) -> None:
    """The dispatching process dies at a checkpoint; another one takes over when everything about it is settled."""
    world.kill_at = checkpoint
    with pytest.raises(Killed):
        world.tick()
    world.dispatch = world.process("two")


def promise_was_kept_once(world: World) -> None:
    world.until(lambda: world.callback().status is CallbackStatus.DONE, "the promise is done")
    assert (world.callback().tries, world.callback().was_kept) == (1, True)
    assert world.rung(STRANGER) == 1


@pytest.mark.parametrize("checkpoint", ["claimed", "placing", "posted", "placed"])
def test_dispatcher_killed_while_the_agent_is_dialed_rings_the_customer_once(
    new_world: NewWorld, checkpoint: str
) -> None:
    world = new_world(settings=SETTINGS)
    world.asks_for_callback()
    agent, customer = world.agent(), world.phone()
    die(world, checkpoint)
    if checkpoint in ("claimed", "placing"):
        assert world.rung(KIM_AGENT) == 0
        settle(world)
    world.accepts(agent)
    world.rings(customer)
    customer.answer()
    world.talk(agent, customer)
    promise_was_kept_once(world)
    assert world.rung(KIM_AGENT) == 1


@pytest.mark.parametrize("checkpoint", ["placing", "posted", "placed"])
def test_dispatcher_killed_while_the_customer_is_dialed_rings_the_customer_once(
    new_world: NewWorld, checkpoint: str
) -> None:
    world = new_world(settings=SETTINGS)
    world.asks_for_callback()
    agent, customer = world.agent(), world.phone()
    world.accepts(agent)
    world.until(lambda: world.legs(Party.CUSTOMER), "the customer is to be rung")
    die(world, checkpoint)
    if checkpoint == "placing":
        assert world.rung(STRANGER) == 0
        settle(world)
        world.until(lambda: agent.state is TelephoneState.IDLE, "the agent is released")
        world.accepts(agent)
    world.rings(customer)
    customer.answer()
    world.talk(agent, customer)
    promise_was_kept_once(world)


def test_real_dispatcher_killed_between_dial_and_answer_rings_everybody_once(new_world: NewWorld) -> None:
    """SIGKILL while the carrier, which has made the call, has not answered the request yet."""
    world = new_world(settings=SETTINGS)
    world.asks_for_callback()
    agent, customer = world.agent(), world.phone()
    world.carrier.faults.fail_next_creates("created-then-hang")
    environment = {**os.environ, **world.environment}
    process = subprocess.Popen([sys.executable, "-m", "ivr", "dispatch"], env=environment, stderr=subprocess.DEVNULL)
    try:
        agent.ringing(timeout=120)
        world.until(lambda: world.legs(Party.AGENT)[0].state is LegState.PLACED, "the carrier's report is taken")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    world.accepts(agent)
    world.rings(customer)
    customer.answer()
    world.talk(agent, customer)
    promise_was_kept_once(world)
    assert world.rung(KIM_AGENT) == 1
