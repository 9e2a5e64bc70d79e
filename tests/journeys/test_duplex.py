"""Calls on a two-way stream (IVR_HEARING=duplex): we speak ourselves; a scripted ear hears, everything else is real."""

import threading
from typing import Any

import pytest

from ivr.carrier import Handset
from ivr.carrier.media import MediaStream
from ivr.domain.agents import AgentStatus
from ivr.errors import VoiceUnavailable
from ivr.speech.audio import decode_mulaw, encode_mulaw
from tests.journeys.conftest import NewWorld
from tests.journeys.test_story import promise_is_kept, story_is_told
from tests.journeys.world import ORDER, OURS, PATIENCE, World
from tests.web.stream_support import ScriptedRecognizer, silence, voice

SPEECH = decode_mulaw(silence(0.2) + voice(1.0) + silence(1.6))
SECONDS_A_CHARACTER = 0.06


class NumberedVoice:
    """ports.TextToSpeech whose sound can be told apart: each sentence is a tone of its own number."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def speaks(self, locale: str) -> bool:
        return True

    def speak(self, text: str, locale: str, *, slow: bool = False) -> bytes:
        if text not in self.said:
            self.said.append(text)
        number = self.said.index(text)
        frames = max(2, round(len(text) * SECONDS_A_CHARACTER / 0.02))
        return bytes([1 + number // 100, 1 + number % 100] * 80) * frames

    def text(self, pcm: bytes) -> str:
        """The sentence of which this is a frame; empty: none."""
        first, second = encode_mulaw(pcm[:4])
        number = (first - 1) * 100 + second - 1
        return self.said[number] if first < 100 and 0 <= number < len(self.said) else ""


class Listener:
    """Writes down which sentences a telephone hears."""

    def __init__(self, world: World, phone: Handset, voice: NumberedVoice) -> None:
        self._world, self.phone, self._voice = world, phone, voice
        self.frames: list[str] = []
        self._looked = 0
        phone.on_audio(self._hear)

    def _hear(self, pcm: bytes) -> None:
        self.frames.append(self._voice.text(pcm))

    def hears(self, words: str) -> None:
        """Wait until a sentence with these words sounds, after those waited for before."""

        def at() -> int:
            found = (i for i in range(self._looked, len(self.frames)) if words in self.frames[i])
            return 1 + next(found, -1)

        self._looked = self._world.until(at, f"{words!r} is heard; last: {self.frames[-1:]}")

    def forgets(self) -> None:
        """Only what is heard from now on counts."""
        self._looked = len(self.frames)

    def heard_frames(self, words: str) -> int:
        return sum(words in frame for frame in self.frames)

    def until_quiet(self) -> None:
        """Wait until nothing has been heard for a fifth of a second."""
        self._world.until(lambda: len(self.frames) > 10 and not any(self.frames[-10:]), "it is quiet")


@pytest.fixture
def ear() -> ScriptedRecognizer:
    return ScriptedRecognizer()


@pytest.fixture
def mouth() -> NumberedVoice:
    return NumberedVoice()


@pytest.fixture
def world(new_world: NewWorld, ear: ScriptedRecognizer, mouth: NumberedVoice) -> World:
    return new_world("duplex", ear=ear, mouth=mouth)


@pytest.fixture
def caller(world: World, mouth: NumberedVoice) -> Listener:
    return Listener(world, world.phone(), mouth)


def streams(world: World) -> list[MediaStream]:
    return [stream for call in world.carrier.calls for stream in call.streams]


def sent(world: World, event: str) -> list[dict[str, Any]]:
    """What we sent on all streams beside sound."""
    return [message for stream in streams(world) for message in stream.received if message["event"] == event]


def says(caller: Listener, ear: ScriptedRecognizer, words: str) -> None:
    ear.words = (words,)
    caller.phone.play(SPEECH)


def arrives(world: World, caller: Listener) -> None:
    caller.phone.dial(OURS)
    caller.hears("computer is listening")


def test_story_by_voice_is_kept(world: World, caller: Listener, ear: ScriptedRecognizer) -> None:
    world.agent(status=AgentStatus.AWAY)
    world.clock.becomes_afternoon()
    arrives(world, caller)
    says(caller, ear, "it says delivered but i don't have it")
    caller.hears("last seven digits")
    says(caller, ear, "one eight one five nine oh eight")
    caller.hears("tea kettle, with the order number ending in")
    says(caller, ear, "yes")
    caller.hears("All agents are busy. The wait is between")
    says(caller, ear, "call me in one minute")
    caller.hears("I will call you today")
    says(caller, ear, "yes")
    caller.hears("We will call you today")
    assert len(streams(world)) == 1, "one stream for the whole call"
    documents = [request.path for request in world.wire.requests if "status" not in request.path]
    assert documents == ["/voice"], "and no document after the first"
    world.hangs_up(caller.phone)
    promise_is_kept(world)
    story_is_told(world)


def test_story_by_keys_is_kept(world: World, caller: Listener) -> None:
    world.agent(status=AgentStatus.AWAY)
    arrives(world, caller)
    caller.phone.press("2")
    caller.hears("last seven digits")
    caller.phone.press(f"{ORDER}#")
    caller.hears("tea kettle")
    caller.phone.press("1")
    caller.hears("All agents are busy")
    caller.phone.press("2")
    caller.hears("key the time as four digits")
    caller.phone.press("1#")
    caller.hears("We will call you as soon as possible")
    world.hangs_up(caller.phone)
    promise_is_kept(world)
    story_is_told(world)


def test_key_stops_the_prompt_at_once(world: World, caller: Listener) -> None:
    arrives(world, caller)
    caller.hears("Tell me in a few words")
    with world.unhurried():
        caller.phone.press("2")
        world.until(lambda: sent(world, "clear"), "the prompt is stopped")
    caller.hears("last seven digits")
    assert len(sent(world, "clear")) == 1
    assert caller.heard_frames("Tell me in a few words") < 100, "of fifteen seconds not two were heard"
    world.hangs_up(caller.phone)


def test_speech_over_the_prompt_stops_it(world: World, caller: Listener, ear: ScriptedRecognizer) -> None:
    arrives(world, caller)
    caller.hears("Tell me in a few words")
    with world.unhurried():
        says(caller, ear, "track my order")
    caller.hears("last seven digits")
    assert sent(world, "clear")
    assert caller.heard_frames("Tell me in a few words") < 150
    world.hangs_up(caller.phone)


def test_silence_is_counted_from_the_end_of_the_prompt(world: World, caller: Listener) -> None:
    arrives(world, caller)
    caller.hears("Tell me in a few words")
    caller.until_quiet()
    began = len(caller.frames)
    world.until(lambda: len(caller.frames) > began + 250, "five seconds have passed")
    with world.unhurried():
        caller.hears("I did not hear anything")
    waited = (caller._looked - began) * 0.02
    assert 5.0 < waited < 8.0, "six seconds, by the stream's clock"
    assert sent(world, "mark")[0]["mark"]["name"] == "turn-1"
    world.hangs_up(caller.phone)


def test_half_a_number_is_taken_when_no_more_keys_come(world: World, caller: Listener) -> None:
    arrives(world, caller)
    caller.phone.press("2")
    caller.hears("last seven digits")
    caller.phone.press(ORDER[:3] + "W" + ORDER[3:])
    caller.hears("tea kettle")
    world.hangs_up(caller.phone)


def test_goodbye_is_heard_to_its_end_and_then_the_call_is_over(world: World, caller: Listener) -> None:
    world.agent(status=AgentStatus.AWAY)
    arrives(world, caller)
    caller.phone.press("5")
    caller.hears("I can call you back")
    caller.phone.press("1")
    caller.hears("anything else")
    caller.phone.press("7")
    caller.hears("Goodbye")
    caller.phone.hung_up(PATIENCE)
    length = len("Thank you for calling Ringback. Goodbye.") * SECONDS_A_CHARACTER / 0.02
    assert caller.heard_frames("Goodbye") >= length - 2


def test_caller_who_waits_on_the_line_is_joined_with_the_agent_and_rates_the_call(
    world: World, caller: Listener
) -> None:
    agent = world.agent()
    arrives(world, caller)
    caller.phone.press("0")
    caller.hears("connecting you with an agent")
    world.accepts(agent)
    caller.phone.joined_with(agent, PATIENCE)
    world.until(lambda: any(a.joined_at for a in world.attempts()), "the row says that they are joined")
    agent.hang_up()
    caller.hears("How easy was it")
    caller.phone.press("2")
    caller.phone.hung_up(PATIENCE)
    assert world.case().effort == 2
    assert len(streams(world)) == 2, "one before the conference, one after it"


def test_dropped_stream_is_opened_again_and_the_question_repeated(world: World, caller: Listener) -> None:
    arrives(world, caller)
    caller.phone.press("2")
    caller.hears("last seven digits")
    assert world.carrier.drop_media() == 1
    world.until(lambda: len(streams(world)) == 2, "another stream is opened")
    caller.forgets()
    caller.hears("last seven digits")
    caller.phone.press(f"{ORDER}#")
    caller.hears("tea kettle")
    world.hangs_up(caller.phone)


def test_carrier_that_opens_no_stream_is_served_by_documents_with_keys(world: World) -> None:
    world.carrier.faults.refuse_streams = 99
    phone = world.phone()
    phone.dial(OURS)
    phone.hears("something went wrong on our side", PATIENCE)
    phone.hears("Please use the keys", PATIENCE)
    phone.press("2")
    phone.hears("Please key the last seven digits", PATIENCE)
    world.hangs_up(phone)


def test_voice_that_fails_in_a_call_leaves_it_to_documents(
    world: World, caller: Listener, mouth: NumberedVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrives(world, caller)

    def broken(*_: Any, **__: Any) -> bytes:
        raise VoiceUnavailable("the package is gone")

    monkeypatch.setattr(mouth, "speak", broken)
    caller.phone.press("2")
    caller.phone.hears("last seven digits", PATIENCE)
    caller.phone.press(f"{ORDER}#")
    caller.phone.hears("tea kettle", PATIENCE)
    world.hangs_up(caller.phone)


def test_two_callers_are_told_apart(world: World, caller: Listener, mouth: NumberedVoice) -> None:
    other = Listener(world, world.phone("+12025550148"), mouth)
    threads = [threading.Thread(target=arrives, args=(world, who)) for who in (caller, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    caller.phone.press("2")
    other.phone.press("5")
    caller.hears("last seven digits")
    other.hears("I can call you back")
    for who in (caller, other):
        who.phone.hang_up()
