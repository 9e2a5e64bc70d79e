"""Customers whose telephone rings first, on the local carrier: told at once who calls, never left in silence."""

from itertools import pairwise

import httpx
import pytest

from ivr.carrier import Call, Handset, Heard
from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus
from tests.journeys.conftest import NewWorld
from tests.journeys.world import API_KEY, LEE_AGENT, PATIENCE, STRANGER, World

DEAD_AIR_SECONDS = 2.0


@pytest.fixture
def world(new_world: NewWorld) -> World:
    """Hardly hurried: where silences are measured our own time to answer must not be multiplied by much."""
    return new_world(settings={"IVR_RING_FIRST": "customer", "IVR_RING_SECONDS_AGENT": "10"}, speed=2)


def answers(world: World) -> Handset:
    """The customer, promised a callback, is rung first and picks up."""
    world.asks_for_callback()
    customer = world.phone()
    world.rings(customer)
    customer.answer()
    customer.hears("Hello, this is Ringback, calling you back about case", PATIENCE)
    return customer


def longest_silence(customer: Handset) -> float:
    """Between two things that the customer heard in this call, in call time, less what this machine took to answer."""
    assert customer.call is not None
    heard = [one for one in customer.heard if one.call_sid == customer.call.sid]
    return max(silence(customer.call, a, b) for a, b in pairwise(heard) if a.stopped_at is not None)


def silence(call: Call, before: Heard, after: Heard) -> float:
    """Call time is wall time while a document is fetched."""
    assert before.stopped_at is not None
    assert before.stopped_monotonic is not None
    fetched = 0.0
    for document in call.documents:
        ready_at = document.served_at or after.started_monotonic
        within = min(ready_at, after.started_monotonic) - max(document.requested_at, before.stopped_monotonic)
        fetched += max(0.0, within)
    return after.started_at - before.stopped_at - fetched


def test_customer_is_joined_with_the_reserved_agent_and_never_hears_silence(world: World) -> None:
    agent = world.agent()
    customer = answers(world)
    assert world.agent_row().status is AgentStatus.RESERVED
    customer.hears("Your agent is on the way", PATIENCE)
    world.rings(agent)
    agent.answer()
    agent.hears("A caller is on the line.*Press 1 to take it", PATIENCE)
    agent.press("1")
    customer.hears("Here is your agent", PATIENCE)
    customer.joined_with(agent, PATIENCE)
    assert longest_silence(customer) <= DEAD_AIR_SECONDS
    world.talk(agent, customer)
    world.until(lambda: world.callback().status is CallbackStatus.DONE, "the promise is done")
    assert (world.rung(STRANGER), world.callback().was_kept) == (1, True)


def test_customer_is_told_and_gets_the_next_agent_when_the_reserved_one_does_not_answer(world: World) -> None:
    agent, second = world.agent(), world.agent("Lee", LEE_AGENT)
    customer = answers(world)
    world.rings(agent)
    customer.hears("that agent could not take the call. I am getting the next one", PATIENCE)
    world.accepts(second)
    customer.hears("Here is your agent", PATIENCE)
    customer.joined_with(second, PATIENCE)
    assert longest_silence(customer) <= DEAD_AIR_SECONDS
    world.talk(second, customer)
    assert (world.rung(STRANGER), world.agent_row().status) == (1, AgentStatus.AWAY)


def test_customer_who_would_rather_be_rung_again_keeps_the_place_and_an_agent_is_first_then(world: World) -> None:
    agent = world.agent()
    customer = answers(world)
    ticket_at = world.callback().ticket_at
    customer.hears("Your agent is on the way", PATIENCE)
    customer.press("1")
    customer.hears("you keep your place. We will try again", PATIENCE)
    customer.hung_up(PATIENCE)
    world.until(lambda: not any(leg.is_live for leg in world.legs()), "all legs have ended")
    world.clock.advance(61)
    world.accepts(agent)
    assert world.callback().ticket_at == ticket_at
    world.rings(customer)
    customer.answer()
    world.talk(agent, customer)


def test_a_callback_may_say_itself_whose_telephone_rings_first(new_world: NewWorld) -> None:
    world = new_world()
    agent, customer = world.agent(), world.phone()
    headers = {"Authorization": f"Bearer {API_KEY}"}
    wish = {"number": STRANGER, "kind": "question", "ring_first": "customer"}
    answer = httpx.post(f"{world.url}/api/v1/callbacks", json=wish, headers=headers, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["ring_first"]) == (201, "customer")
    world.rings(customer)
    customer.answer()
    world.accepts(agent)
    customer.hears("Here is your agent", PATIENCE)
    world.talk(agent, customer)
    wish["ring_first"] = "both"
    wrong = httpx.post(f"{world.url}/api/v1/callbacks", json=wish, headers=headers, timeout=PATIENCE)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "ring_first")
