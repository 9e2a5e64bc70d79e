"""Calls whose answers the carrier records (IVR_HEARING=record): a scripted ear hears, everything else is real."""

import io
import wave
from collections.abc import Callable

import pytest

from ivr.carrier import Handset
from ivr.domain.agents import AgentStatus
from ivr.errors import EngineUnavailable
from ivr.speech.audio import decode_mulaw
from tests.journeys.conftest import NewWorld
from tests.journeys.test_story import promise_is_kept, story_is_told, talk_by_keys
from tests.journeys.world import ORDER, PATIENCE, World
from tests.web.stream_support import ScriptedRecognizer, silence, voice

VOICE = decode_mulaw(silence(0.2) + voice(1.0))
COUGH = decode_mulaw(voice(0.06))


@pytest.fixture
def ear() -> ScriptedRecognizer:
    return ScriptedRecognizer()


@pytest.fixture
def world(new_world: NewWorld, ear: ScriptedRecognizer) -> World:
    return new_world("record", ear=ear)


def says(world: World, caller: Handset, ear: ScriptedRecognizer, words: str) -> None:
    """Speak after the tone; the ear hears these words."""
    caller.hears_tone(PATIENCE)
    ear.words = (words,)
    caller.play(VOICE)


def nothing_is_kept(world: World) -> None:
    """Every recording was deleted at the carrier."""
    world.until(lambda: not world.carrier.exchange.recordings, "no recording is left at the carrier")


def lost(world: World) -> float:
    counted = world.ivr.services.metrics.recordings_lost.collect()
    return sum(sample.value for metric in counted for sample in metric.samples if sample.name.endswith("_total"))


def wav(seconds: float, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(bytes(2 * int(seconds * rate)))
    return file.getvalue()


def test_story_by_recorded_answers_is_kept(world: World, ear: ScriptedRecognizer) -> None:
    world.agent(status=AgentStatus.AWAY)
    world.clock.becomes_afternoon()
    caller = world.calls_in()
    caller.hears("speak after the tone", PATIENCE)
    says(world, caller, ear, "it says delivered but i don't have it")
    caller.hears("last seven digits", PATIENCE)
    says(world, caller, ear, "one eight one five nine oh eight")
    caller.hears("tea kettle, with the order number ending in 1.*8", PATIENCE)
    says(world, caller, ear, "yes")
    caller.hears("All agents are busy. The wait is between", PATIENCE)
    says(world, caller, ear, "call me in one minute")
    caller.hears("I will call you today.*Is that right", PATIENCE)
    says(world, caller, ear, "yes")
    caller.hears("We will call you today.*Your case number is", PATIENCE)
    world.hangs_up(caller)
    promise_is_kept(world)
    story_is_told(world)
    assert world.case().summary == "it says delivered but i don't have it"
    assert {event.data["engine"] for event in world.events() if event.kind == "heard"} == {"scripted"}
    nothing_is_kept(world)
    assert lost(world) == 0


def test_story_by_keys_alone_is_kept(world: World) -> None:
    world.agent(status=AgentStatus.AWAY)
    talk_by_keys(world)
    promise_is_kept(world)
    story_is_told(world)


def test_key_stops_the_prompt_before_anything_is_recorded(world: World) -> None:
    caller = world.calls_in()
    menu = caller.hears("Tell me in a few words", PATIENCE)
    caller.press("2")
    caller.hears("last seven digits", PATIENCE)
    assert menu.cut_short
    assert not world.carrier.exchange.recordings
    world.hangs_up(caller)


def test_key_after_the_tone_answers_and_the_recording_is_not_heard(world: World, ear: ScriptedRecognizer) -> None:
    caller = world.calls_in()
    caller.hears_tone(PATIENCE)
    caller.press("2")
    caller.hears("last seven digits", PATIENCE)
    assert ear.grammars == []
    nothing_is_kept(world)
    world.hangs_up(caller)


def test_pound_key_ends_what_was_said(world: World, ear: ScriptedRecognizer) -> None:
    caller = world.calls_in()
    says(world, caller, ear, "track my order")
    caller.press("#")
    caller.hears("last seven digits", PATIENCE)
    world.hangs_up(caller)


def test_whoever_says_nothing_gets_a_second_tone_and_then_the_question_again(world: World) -> None:
    caller = world.calls_in()
    for _ in range(2):
        caller.hears_tone(PATIENCE)
    caller.hears("I did not hear anything", PATIENCE)
    caller.hears("speak after the tone", PATIENCE)
    nothing_is_kept(world)
    world.hangs_up(caller)


def test_cough_is_no_answer(world: World, ear: ScriptedRecognizer) -> None:
    caller = world.calls_in()
    caller.hears_tone(PATIENCE)
    caller.play(COUGH)
    caller.hears_tone(PATIENCE)
    assert ear.grammars == []
    world.hangs_up(caller)


def test_digits_that_were_not_understood_are_asked_for_again(world: World, ear: ScriptedRecognizer) -> None:
    caller = world.calls_in()
    caller.press("2")
    caller.hears("last seven digits", PATIENCE)
    says(world, caller, ear, "one two")
    caller.hears("Sorry, I did not understand", PATIENCE)
    world.hangs_up(caller)


def holds(world: World) -> Handset:
    """A caller who waits on the line for an agent who is away."""
    world.agent(status=AgentStatus.AWAY)
    caller = world.calls_in()
    caller.press("0")
    caller.hears("To wait, 3", PATIENCE)
    caller.press("3")
    caller.hears("Please stay on the line", PATIENCE)
    return caller


def test_caller_on_hold_may_ask_for_a_callback_after_the_tone(world: World, ear: ScriptedRecognizer) -> None:
    caller = holds(world)
    says(world, caller, ear, "call me back")
    caller.hears("We will call you as soon as possible", PATIENCE)
    world.hangs_up(caller)


def test_caller_on_hold_who_says_nothing_hears_the_music_and_then_the_wait(world: World) -> None:
    caller = holds(world)
    caller.hears_tone(PATIENCE)
    caller.hears("hold.wav", PATIENCE)
    caller.hears("chime.wav", PATIENCE)
    caller.hears("You are still in line", PATIENCE)
    caller.press("1")
    caller.hears("We will call you as soon as possible", PATIENCE)
    world.hangs_up(caller)


def test_file_that_comes_late_is_waited_for(new_world: NewWorld, ear: ScriptedRecognizer) -> None:
    world = new_world("record", ear=ear, recording_ready_seconds=2.5, recordings_need_credentials=True)
    caller = world.calls_in()
    says(world, caller, ear, "track my order")
    caller.hears("last seven digits", PATIENCE)
    assert lost(world) == 0
    world.hangs_up(caller)


def goes_on_by_keys(world: World, caller: Handset) -> None:
    """The caller hears an apology, then the question for the keypad, and can answer it."""
    caller.hears("something went wrong on our side", PATIENCE)
    caller.hears("Please use the keys", PATIENCE)
    caller.press("2")
    caller.hears("Please key the last seven digits", PATIENCE)
    caller.press(f"{ORDER}#")
    caller.hears("tea kettle", PATIENCE)
    world.hangs_up(caller)
    assert lost(world) == 1
    assert world.failures() == 0


BROKEN = {
    "empty": b"",
    "no sound": b"<html>not found</html>" * 9,
    "broken off": wav(2.0)[:9000],
    "without a sample": wav(0.0)[:44],
    "at a rate no telephone has": wav(2.0, 2000),
    "of two hours, in few bytes": wav(40.0),
    "larger than an answer": wav(200.0),
    "not handed out": 403,
}


@pytest.mark.parametrize("file", BROKEN.values(), ids=BROKEN)
def test_recording_that_cannot_be_heard_leads_to_an_apology_and_the_keypad(
    world: World, ear: ScriptedRecognizer, file: bytes | int
) -> None:
    world.carrier.faults.recording_files.append(file)
    caller = world.calls_in()
    says(world, caller, ear, "track my order")
    goes_on_by_keys(world, caller)
    nothing_is_kept(world)


def loses_every_file(world: World) -> None:
    world.carrier.faults.recordings_lost = True


def answers_no_request_for_a_file(world: World) -> None:
    world.carrier.faults.recording_files.extend([503] * 9)


@pytest.mark.parametrize("fault", [loses_every_file, answers_no_request_for_a_file])
def test_recording_that_never_comes_leads_to_an_apology_and_the_keypad(
    world: World, ear: ScriptedRecognizer, fault: Callable[[World], None]
) -> None:
    fault(world)
    caller = world.calls_in()
    says(world, caller, ear, "track my order")
    goes_on_by_keys(world, caller)


@pytest.mark.parametrize("error", [EngineUnavailable("gone"), RuntimeError("crashed")])
def test_engine_that_fails_leads_to_an_apology_and_the_keypad(
    world: World, ear: ScriptedRecognizer, error: Exception
) -> None:
    ear.broken = error
    caller = world.calls_in()
    says(world, caller, ear, "track my order")
    goes_on_by_keys(world, caller)
    nothing_is_kept(world)


def test_language_that_nobody_hears_is_served_by_keypad_without_a_tone(world: World, ear: ScriptedRecognizer) -> None:
    ear.locales = set()
    caller = world.calls_in()
    caller.hears("Please use the keys", PATIENCE)
    caller.hears("I did not hear anything", PATIENCE)
    assert not world.carrier.exchange.recordings
    world.hangs_up(caller)


def test_recording_of_a_caller_who_hangs_up_is_deleted(world: World) -> None:
    caller = world.calls_in()
    caller.hears_tone(PATIENCE)
    caller.play(VOICE)
    world.hangs_up(caller)
    nothing_is_kept(world)
