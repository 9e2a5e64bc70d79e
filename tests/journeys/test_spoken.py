"""Calls with real audio over the media stream, heard by real engines."""

import importlib.util

import pytest

from tests.journeys.conftest import NewWorld
from tests.journeys.world import ADA, ORDER, PATIENCE, World

SPEAKS = importlib.util.find_spec("espeakng_loader") is not None
SPEED = 3
pytestmark = [pytest.mark.speech, pytest.mark.skipif(not SPEAKS, reason="espeakng-loader is not installed")]


@pytest.fixture
def listening(new_world: NewWorld) -> World:
    """Our own engines hear; three times as fast as people speak."""
    world = new_world("stream", listens=True, voice="espeak", speed=SPEED)
    assert hears(world, "en-US"), "PocketSphinx hears English where Vosk has no model"
    return world


def hears(world: World, locale: str) -> str | None:
    """The engine of a language."""
    recognizer = world.ivr.services.recognizer
    return recognizer.engine_for(locale) if recognizer is not None else None


def test_english_caller_interrupts_confirms_by_voice_and_keys_over_noise(listening: World) -> None:
    world = listening
    caller = world.phone(ADA)
    caller.dial("+12025550100")
    menu = caller.hears("Tell me in a few words", PATIENCE)
    caller.say("it says delivered but I don't have it")
    caller.hears("Which order is it about", PATIENCE)
    assert menu.cut_short
    caller.press("3")
    asked = caller.hears("last seven digits", PATIENCE)
    caller.telephone.noise_db = 10
    caller.press(f"{ORDER}#")
    caller.finished(asked)
    confirm = caller.hears("Is it the tea kettle", PATIENCE)
    caller.finished(confirm, PATIENCE)
    caller.say("yes")
    caller.hears("reports the tea kettle as delivered", PATIENCE)
    world.hangs_up(caller)
    heard = [event.data for event in world.events() if event.kind == "heard"]
    assert {"delivered_not_received", "yes"} <= {intent["name"] for data in heard for intent in data["intents"]}
    assert {data["engine"] for data in heard} <= {"pocketsphinx", "vosk"}


def test_korean_caller_confirms_by_voice(listening: World) -> None:
    world = listening
    if hears(world, "ko-KR") is None:
        pytest.skip("no Korean model: install the extra `ko`")
    caller = world.phone("+821000000101", locale="ko-KR")
    caller.dial("+12025550100")
    caller.hears("어떤 일로 전화하셨는지", PATIENCE)
    caller.press("2")
    caller.hears("어느 주문입니까\\? .*밥솥 2번", PATIENCE)
    caller.press("3")
    caller.hears("마지막 일곱 자리", PATIENCE)
    caller.press("7986828#")
    caller.finished(caller.hears("밥솥 주문이 맞습니까", PATIENCE), PATIENCE)
    caller.say("네")
    caller.hears("배송 완료된 것으로 나옵니다", PATIENCE)
    world.hangs_up(caller)
    (heard,) = [event.data for event in world.events() if event.kind == "heard"]
    assert (heard["engine"], [intent["name"] for intent in heard["intents"]]) == ("vosk", ["yes"])
