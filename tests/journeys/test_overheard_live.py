"""What a telephone overhears: music and other people's talk are never acted on unasked."""

import importlib.util
from pathlib import Path

import pytest

from ivr.carrier.audio import read_wav
from tests.journeys.conftest import NewWorld
from tests.journeys.test_spoken_live import hears, spoken
from tests.journeys.world import OURS, PATIENCE, STRANGER, World

pytestmark = [
    pytest.mark.speech,
    pytest.mark.realtime,
    pytest.mark.skipif(importlib.util.find_spec("espeakng_loader") is None, reason="espeakng-loader is not installed"),
]
MUSIC = Path(__file__).resolve().parents[2] / "audio" / "hold.wav"
MUSIC_SECONDS = 6
ASKS = ("menu", "menu_three", "intent_confirm")
"""Questions of the main menu; none of them does anything."""


@pytest.fixture
def listening(new_world: NewWorld) -> World:
    """Our own engines hear; three times as fast as people speak."""
    world = new_world("stream", listens=True, voice="espeak", speed=3)
    assert hears(world, "en-US"), "PocketSphinx hears English where Vosk has no model"
    return world


def asked(world: World) -> set[str]:
    """The questions that the caller was asked."""
    told = world.read(lambda uow: uow.events.recent(100))
    return {event.data["state"] for event in told if event.kind == "said"}


def test_music_at_the_main_menu_is_never_acted_on_unasked(listening: World) -> None:
    world = listening
    caller = world.phone(STRANGER)
    caller.dial(OURS)
    caller.finished(caller.hears("Tell me in a few words", PATIENCE), PATIENCE)
    caller.play(read_wav(MUSIC)[: 16_000 * MUSIC_SECONDS])
    caller.wait_until_quiet(PATIENCE)
    world.hangs_up(caller)
    assert {data["certainty"] for data in spoken(world)} <= {"fuzzy", "none"}
    assert asked(world) <= {*ASKS}
    assert world.cases() == []


def test_talk_in_another_language_is_not_understood_and_asked_again(listening: World) -> None:
    world = listening
    caller = world.phone(STRANGER)
    caller.dial(OURS)
    caller.finished(caller.hears("Tell me in a few words", PATIENCE), PATIENCE)
    caller.telephone.locale = "sv-SE"
    caller.say("jag skulle vilja prata med någon om min trasiga tvättmaskin")
    caller.hears("did not understand|I understood", PATIENCE)
    world.hangs_up(caller)
    assert {data["certainty"] for data in spoken(world)} <= {"fuzzy", "none"}
    assert asked(world) <= {*ASKS}
    assert world.cases() == []
