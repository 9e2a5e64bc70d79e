"""Both sides really speak: our voice on the two-way stream, a person's over it, and real engines that hear."""

import importlib.util

import numpy as np
import pytest

from ivr.carrier import Handset
from tests.journeys.conftest import NewWorld
from tests.journeys.test_spoken_live import SPEED, hears, spoken
from tests.journeys.world import ORDER, OURS, World

SPEAKS = importlib.util.find_spec("espeakng_loader") is not None
pytestmark = [
    pytest.mark.speech,
    pytest.mark.realtime,
    pytest.mark.skipif(not SPEAKS, reason="espeakng-loader is not installed"),
]


@pytest.fixture
def duplex(new_world: NewWorld) -> World:
    """Our own engines and our own voice."""
    world = new_world("duplex", listens=True, voice="espeak", speed=SPEED)
    assert hears(world, "en-US"), "PocketSphinx hears English where Vosk has no model"
    return world


def told(world: World, words: str) -> None:
    """Wait until we have said this in the present call."""

    def is_said() -> bool:
        events = world.read(lambda uow: uow.events.recent(10))
        return any(event.kind == "said" and words in event.data["text"] for event in events)

    world.until(is_said, f"{words!r} is said")


def loudness(frames: list[bytes]) -> float:
    return float(np.sqrt(np.mean(np.square(np.frombuffer(b"".join(frames), "<i2").astype(float)))))


def says_until(world: World, caller: Handset, words: str, answer: str) -> None:
    """Say it again when it was not understood, as people do."""
    for _ in range(4):
        before = len(spoken(world))
        caller.say(words)
        world.until(lambda n=before: len(spoken(world)) > n, f"{words!r} has been heard")
        if any(intent["name"] == answer for intent in spoken(world)[0]["intents"]):
            return
    raise AssertionError(f"{words!r} was never understood")


def test_english_caller_hears_our_voice_interrupts_it_and_is_understood(duplex: World) -> None:
    world = duplex
    caller = world.phone(voice="adam")  # whom PocketSphinx hears well
    frames: list[bytes] = []
    caller.on_audio(frames.append)
    caller.dial(OURS)
    world.until(lambda: len(frames) > 150 and loudness(frames[-50:]) > 300, "our voice is heard")
    says_until(world, caller, "it says delivered but I don't have it", "delivered_not_received")
    told(world, "last seven digits")
    caller.press(f"{ORDER}#")
    told(world, "tea kettle")
    caller.wait_until_quiet()
    says_until(world, caller, "yes that's right", "yes")
    told(world, "All agents are busy")
    (stream,) = [stream for call in world.carrier.calls for stream in call.streams]
    assert [message for message in stream.received if message["event"] == "clear"]
    world.hangs_up(caller)
