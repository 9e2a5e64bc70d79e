"""Customers who are not reached: busy, no answer, a machine. The next try is made by rule."""

from datetime import timedelta

import pytest

from ivr.domain.callbacks import CallbackStatus, Outcome
from ivr.domain.retries import RETRY_AFTER
from tests.journeys.world import PATIENCE, STRANGER, World


@pytest.mark.parametrize(
    ("on_ring", "outcome", "agent_hears"),
    [
        ("busy", Outcome.BUSY, "The customer's line is busy. We try again"),
        ("decline", Outcome.BUSY, "The customer's line is busy. We try again"),
        ("machine", Outcome.MACHINE, "An answering machine picked up. We try again"),
    ],
)
def test_customer_not_reached_is_tried_again_by_rule(
    world: World, on_ring: str, outcome: Outcome, agent_hears: str
) -> None:
    world.asks_for_callback()
    agent, customer = world.agent(), world.phone()
    customer.on_ring = on_ring
    world.accepts(agent)
    world.until(lambda: world.tick() or world.rung(STRANGER), "the customer is rung")
    agent.hears(agent_hears, PATIENCE)
    if outcome is Outcome.MACHINE:
        customer.hears("You asked us to call you back about case .* We will try again", PATIENCE)
    agent.hung_up(PATIENCE)
    customer.hung_up(PATIENCE)
    world.until(lambda: not any(leg.is_live for leg in world.legs()), "all legs have ended")
    waiting = world.callback()
    assert (waiting.status, waiting.tries, waiting.was_kept) == (CallbackStatus.SCHEDULED, 1, True)
    (first,) = world.attempts()
    assert (first.outcome, waiting.due_at - first.ended_at) == (outcome, RETRY_AFTER[outcome][0])
    assert world.tick() == 0

    customer.on_ring = "manual"
    world.clock.advance((RETRY_AFTER[outcome][0] + timedelta(seconds=1)).total_seconds())
    world.accepts(agent)
    world.rings(customer)
    customer.answer()
    world.talk(agent, customer)
    world.until(lambda: world.callback().status is CallbackStatus.DONE, "the promise is done")
    assert world.callback().tries == 2
    assert agent.heard[-1].text != ""
    assert any("Tries so far: 1" in heard.text for heard in agent.heard)
