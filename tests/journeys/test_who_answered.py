"""What answers a called customer's telephone, on the local carrier: only a person is joined with an agent."""

import pytest

from ivr.carrier import Handset
from ivr.domain.callbacks import CallbackStatus, Outcome
from tests.journeys.conftest import NewWorld
from tests.journeys.test_customer_first import DEAD_AIR_SECONDS, silence
from tests.journeys.world import PATIENCE, STRANGER, World

UNHURRIED = 2
"""Our own time to answer must not be multiplied by much: silences are measured, and machines wait for nobody."""
SCREENED = 5
"""Call time against wall time: whoever screens a call waits for our answer for a few seconds only."""
VOICEMAIL = "Hi, this is Grace. I can't come to the phone right now. Please leave a message after the tone."


def rung(world: World) -> tuple[Handset, Handset]:
    """An agent who accepted, and the customer's telephone that is rung then."""
    world.asks_for_callback()
    return world.agent(), world.phone()


def accepted(world: World, agent: Handset) -> None:
    """The agent takes it, and the customer is rung."""
    world.accepts(agent)
    world.until(lambda: world.tick() or world.rung(STRANGER), "the customer is rung")


def never_joined(world: World, outcome: Outcome) -> None:
    """The agent talked with nobody, the promise stands, and what happened is on the case."""
    world.until(lambda: not any(leg.is_live for leg in world.legs()), "all legs have ended")
    (attempt,) = world.attempts()
    assert (attempt.outcome, attempt.joined_at) == (outcome, None)
    assert (world.callback().status, world.callback().tries) == (CallbackStatus.SCHEDULED, 1)
    assert not any(event.kind == "joined" for event in world.events())


def kinds(world: World) -> list[str]:
    return [event.kind for event in world.events()]


@pytest.mark.parametrize("verdict", [None, "human", ""], ids=["right", "wrong", "missing"])
def test_voicemail_gets_a_message_whatever_the_carriers_verdict(new_world: NewWorld, verdict: str | None) -> None:
    world = new_world(speed=UNHURRIED)
    agent, customer = rung(world)
    customer.on_ring = "machine"
    customer.automaton.greeting, customer.automaton.verdict = VOICEMAIL, verdict
    accepted(world, agent)
    agent.hears("An answering machine picked up. We try again", PATIENCE)
    customer.hears("You asked us to call you back about case", PATIENCE)
    customer.hears("your place is kept", PATIENCE)
    customer.hung_up(PATIENCE)
    never_joined(world, Outcome.MACHINE)
    assert "message_left" in kinds(world)


def test_call_screening_is_answered_and_the_person_behind_it_proves_to_be_there(new_world: NewWorld) -> None:
    world = new_world(speed=SCREENED)
    agent, customer = rung(world)
    customer.on_ring = "screening"
    accepted(world, agent)
    customer.hears("This is Ringback, calling.* back as asked, about case", PATIENCE)
    customer.say("hello")
    customer.hears("press 1 or say yes", PATIENCE)
    customer.say("yes")
    world.talk(agent, customer)
    world.until(lambda: world.callback().status is CallbackStatus.DONE, "the promise is done")
    assert {"screening_answered", "proof_asked", "person_answered"} <= set(kinds(world))


def test_call_screening_that_lets_nobody_through_is_no_conversation(new_world: NewWorld) -> None:
    world = new_world(speed=SCREENED)
    agent, customer = rung(world)
    customer.on_ring = "screening"
    accepted(world, agent)
    agent.hears("Call screening did not let us through", PATIENCE)
    customer.hung_up(PATIENCE)
    never_joined(world, Outcome.SCREENED)


def test_menu_of_keys_is_no_conversation(world: World) -> None:
    agent, customer = rung(world)
    customer.on_ring = "ivr"
    accepted(world, agent)
    agent.hears("A menu of keys picked up", PATIENCE)
    customer.hung_up(PATIENCE)
    never_joined(world, Outcome.IVR)


def test_silence_is_no_conversation(world: World) -> None:
    agent, customer = rung(world)
    customer.on_ring = "silent"
    accepted(world, agent)
    customer.hears("press 1 or say yes", PATIENCE)
    agent.hears("Nobody spoke at the customer's telephone", PATIENCE)
    customer.hung_up(PATIENCE)
    never_joined(world, Outcome.SILENT)


def test_plain_person_hears_who_calls_and_is_connected_without_a_question(new_world: NewWorld) -> None:
    world = new_world(speed=UNHURRIED)
    agent, customer = rung(world)
    accepted(world, agent)
    world.rings(customer)
    customer.answer()
    calling = customer.hears("Hello, this is Ringback, calling you back about case", PATIENCE)
    connecting = customer.hears("I am connecting you now", PATIENCE)
    assert customer.call is not None
    assert silence(customer.call, calling, connecting) <= DEAD_AIR_SECONDS
    world.talk(agent, customer)
    assert not any("press 1 or say yes" in heard.text for heard in customer.heard)


def test_person_taken_for_a_machine_is_connected_by_key_1(world: World) -> None:
    agent, customer = rung(world)
    customer.automaton.verdict = "machine_start"
    accepted(world, agent)
    world.rings(customer)
    customer.answer()
    customer.hears("press 1 or say yes", PATIENCE)
    customer.press("1")
    world.talk(agent, customer)


def test_where_it_is_configured_a_person_says_yes_first(new_world: NewWorld) -> None:
    world = new_world(settings={"IVR_PERSON_PROOF": "always"})
    agent, customer = rung(world)
    accepted(world, agent)
    world.rings(customer)
    customer.answer()
    customer.hears("press 1 or say yes", PATIENCE)
    customer.say("yes please")
    world.talk(agent, customer)


def test_keypad_alone_tells_people_from_voicemail_too(new_world: NewWorld) -> None:
    world = new_world("keypad")
    agent, customer = rung(world)
    customer.on_ring = "machine"
    customer.automaton.greeting = VOICEMAIL
    accepted(world, agent)
    customer.hears("your place is kept", PATIENCE)
    customer.hung_up(PATIENCE)
    never_joined(world, Outcome.MACHINE)
