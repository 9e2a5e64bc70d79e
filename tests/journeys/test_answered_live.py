"""Who answered, heard by our own engine on the media stream of the called telephone."""

import importlib.util

import pytest

from ivr.carrier import Handset
from ivr.domain.callbacks import CallbackStatus, Outcome
from tests.journeys.conftest import NewWorld
from tests.journeys.world import PATIENCE, STRANGER, World

SPEAKS = importlib.util.find_spec("espeakng_loader") is not None
SPEED = 2
pytestmark = [
    pytest.mark.speech,
    pytest.mark.realtime,
    pytest.mark.skipif(not SPEAKS, reason="espeakng-loader is not installed"),
]


@pytest.fixture
def listening(new_world: NewWorld) -> World:
    """Our own engines hear."""
    return new_world("stream", listens=True, voice="espeak", speed=SPEED)


def rung(world: World) -> tuple[Handset, Handset]:
    """An agent who will accept, and the customer's telephone."""
    world.asks_for_callback()
    return world.agent(), world.phone()


def accepted(world: World, agent: Handset) -> None:
    world.accepts(agent)
    world.until(lambda: world.tick() or world.rung(STRANGER), "the customer is rung")


def cues(world: World) -> list[str]:
    return [event.data["cue"] for event in world.events() if event.kind == "overheard"]


def test_voicemail_that_the_carrier_takes_for_a_person_is_noticed_by_its_words(listening: World) -> None:
    world = listening
    agent, customer = rung(world)
    customer.on_ring, customer.automaton.verdict = "machine", "human"
    customer.automaton.greeting = "I can't come to the phone right now. Please leave a message after the tone."
    accepted(world, agent)
    customer.hears("your place is kept", PATIENCE)
    customer.hung_up(PATIENCE)
    world.until(lambda: not any(leg.is_live for leg in world.legs()), "all legs have ended")
    assert "voicemail_greeting" in cues(world)
    assert (world.attempts()[0].outcome, world.attempts()[0].joined_at) == (Outcome.MACHINE, None)


def test_person_whom_the_carrier_is_unsure_of_says_yes_and_nobody_listens_any_more(listening: World) -> None:
    world = listening
    agent, customer = rung(world)
    customer.automaton.verdict = "unknown"
    accepted(world, agent)
    world.rings(customer)
    customer.answer()
    asked = customer.hears("press 1 or say yes", PATIENCE)
    customer.finished(asked, PATIENCE)
    customer.say("yes")
    customer.joined_with(agent, PATIENCE)
    assert customer.call is not None
    world.until(lambda: not any(stream.live for stream in customer.call.streams), "the stream is stopped")
    world.talk(agent, customer)
    world.until(lambda: world.callback().status is CallbackStatus.DONE, "the promise is done")
    assert "yes" in cues(world)
