"""Calls with real audio over the media stream, heard by real engines."""

import importlib.util
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from ivr.carrier import Handset
from tests.journeys.conftest import NewWorld
from tests.journeys.world import ADA, ORDER, OURS, PATIENCE, STRANGER, World

SPEAKS = importlib.util.find_spec("espeakng_loader") is not None
SPEED = 3
pytestmark = [
    pytest.mark.speech,
    pytest.mark.realtime,
    pytest.mark.skipif(not SPEAKS, reason="espeakng-loader is not installed"),
]


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


def spoken(world: World) -> list[Mapping[str, Any]]:
    """What the engines heard, the latest first."""
    return [event.data for event in world.read(lambda uow: uow.events.recent(100)) if event.kind == "heard"]


def goes_back_to_the_menu(caller: Handset) -> None:
    """A key pressed while a document changes is lost, as at Twilio: people press again."""
    for _ in range(5):
        caller.press("*")
        with suppress(TimeoutError):
            caller.hears("Tell me in a few words", 5)
            return
    raise AssertionError("the menu never came back")


def says_until(caller: Handset, words: str, answer: str) -> None:
    """Say it again when it was not understood, as people do."""
    for _ in range(3):
        caller.say(words)
        with suppress(TimeoutError):
            caller.hears(answer, 12)
            return
    raise AssertionError(f"{words!r} was never understood")


def test_english_caller_interrupts_the_menu_and_confirms_by_voice(listening: World) -> None:
    world = listening
    caller = world.phone(ADA)
    caller.dial(OURS)
    menu = caller.hears("Tell me in a few words", PATIENCE)
    caller.say("it says delivered but I don't have it")
    world.until(lambda: spoken(world), "the engine has heard it")
    assert menu.cut_short
    caller.wait_until_quiet(PATIENCE)
    goes_back_to_the_menu(caller)  # wherever the engine's reading has led
    caller.press("2")
    caller.hears("Which order is it about", PATIENCE)
    caller.press("3")
    caller.hears("last seven digits", PATIENCE)
    caller.press(f"{ORDER}#")
    caller.finished(caller.hears("Is it the tea kettle", PATIENCE), PATIENCE)
    says_until(caller, "yes that's right", "reports the tea kettle as delivered")
    world.hangs_up(caller)
    heard = spoken(world)
    assert [intent["name"] for intent in heard[0]["intents"]] == ["yes"]
    assert {data["engine"] for data in heard} <= {"pocketsphinx", "vosk"}


def test_keys_pressed_while_people_talk_in_a_noisy_room_all_arrive(listening: World) -> None:
    world = listening
    caller = world.phone(STRANGER)
    caller.telephone.noise_db = 10  # the line's, so before the call begins
    caller.dial(OURS)
    caller.hears("Tell me in a few words", PATIENCE)
    caller.press("2")
    caller.hears("last seven digits", PATIENCE)
    chatter = threading.Thread(target=caller.say, args=("where did I put it, it must be here somewhere",))
    chatter.start()
    caller.press(f"{ORDER}#")
    chatter.join()
    caller.hears("Is it the tea kettle", PATIENCE)
    world.hangs_up(caller)
    keyed = [event.data["keys"] for event in world.read(lambda uow: uow.events.recent(100)) if event.kind == "keyed"]
    assert keyed == [ORDER, "2"]


def test_korean_caller_confirms_by_voice(listening: World) -> None:
    world = listening
    if hears(world, "ko-KR") is None:
        pytest.skip("no Korean model: install the extra `ko`")
    caller = world.phone("+821000000101", locale="ko-KR", voice="sandro")  # whom Vosk hears well
    caller.dial(OURS)
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
    (heard,) = spoken(world)
    assert (heard["engine"], [intent["name"] for intent in heard["intents"]]) == ("vosk", ["yes"])
