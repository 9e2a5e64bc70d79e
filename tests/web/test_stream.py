"""The media socket: who may open it, that nothing in it ends the call, and what speech does."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ivr.domain.hearing import Pace
from ivr.domain.intents import Expects
from ivr.domain.turn import Next
from ivr.errors import CallGone, CarrierUnclear
from ivr.phone.twiml import Hearing
from ivr.web.server import create_asgi
from tests.web.stream_support import (
    PATIENCE,
    STREAM,
    Line,
    ScriptedRecognizer,
    close_code,
    eventually,
    serving,
    silence,
    voice,
)
from tests.web.voice_support import ACCOUNT, CALL, FakeCalls, FakePhone, a_turn, signature, some_services

MEDIA = "wss://voice.example.com/media"
SIGNED = {"x-twilio-signature": signature(MEDIA)}


class World:
    """An app under uvicorn with fakes behind it."""

    def __init__(self, port: int, calls: FakeCalls, phone: FakePhone, ear: ScriptedRecognizer) -> None:
        self.port, self.calls, self.phone, self.ear = port, calls, phone, ear
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=PATIENCE)

    def post(self, path: str, **params: str) -> ET.Element:
        form = {"AccountSid": ACCOUNT, "CallSid": CALL, "CallStatus": "in-progress"} | params
        headers = {"X-Twilio-Signature": signature("https://voice.example.com" + path, form)}
        response = self.http.post(path, data=form, headers=headers)
        assert response.status_code in (200, 204)
        return ET.fromstring(response.text or "<Response/>")

    def token(self, path: str = "/voice") -> str:
        parameter = self.post(path).find("Start/Stream/Parameter")
        assert parameter is not None
        return parameter.attrib["value"]

    def socket(self, headers: dict[str, str] | None = None) -> ClientConnection:
        chosen = SIGNED if headers is None else headers
        return connect(
            f"ws://127.0.0.1:{self.port}/media", additional_headers=chosen, proxy=None, open_timeout=PATIENCE
        )

    def counted(self, name: str) -> float:
        lines = [line for line in self.http.get("/metrics").text.splitlines() if line.startswith(name)]
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    def open_streams(self, count: int) -> bool:
        return bool(eventually(lambda: self.counted("ringback_streams_open") == count))

    def asked(self, name: str) -> list[tuple[Any, ...]]:
        return [asked for asked in self.calls.asked if asked[0] == name]


@pytest.fixture
def world() -> Iterator[World]:
    calls, phone, ear = FakeCalls(), FakePhone(), ScriptedRecognizer("track my order", "track order")
    services = some_services(calls=calls, phone=phone, recognizer=ear, hearing=Hearing.STREAM)
    with serving(create_asgi(services)) as port:
        made = World(port, calls, phone, ear)
        yield made
        made.http.close()


def test_first_document_starts_one_stream_with_a_token(world: World) -> None:
    document = world.post("/voice")
    stream = document.find("Start/Stream")
    assert stream is not None
    assert stream.get("url") == MEDIA
    assert stream.get("statusCallback") == "https://voice.example.com/voice/stream-status"
    assert re.fullmatch(r"caller-[0-9a-f]{8}", stream.get("name", ""))
    assert world.post("/voice/turn/1").find("Start") is None


def test_speech_moves_the_call_and_fetches_the_next_document(world: World) -> None:
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        world.post("/voice/turn/1?listen=1")
        world.calls.after_speech = a_turn(2)
        line.speak(silence(0.3) + voice(1.0) + silence(1.0))
        assert eventually(lambda: world.phone.redirects) == [(CALL, "/voice/turn/2")]
        line.stop()
    assert world.asked("speech") == [("speech", CALL, 1, ("track my order", "track order"), "scripted")]
    assert world.asked("speaking")[0] == ("speaking", CALL, True)
    assert world.calls.levels[0] > 500, "how loud it was is told, too"


def sounds_over_the_prompt(world: World, line: Line, seconds: float) -> None:
    """And stops it."""
    line.speak(silence(0.3) + voice(seconds))
    assert eventually(lambda: world.phone.redirects) == [(CALL, "/voice/turn/1?listen=1")]


def test_speech_over_a_prompt_stops_it_once_and_if_nothing_comes_of_it_it_is_said_again(world: World) -> None:
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        sounds_over_the_prompt(world, line, 0.8)
        line.speak(voice(2.0))
        line.speak(silence(1.0))
        assert eventually(lambda: len(world.phone.redirects) == 2)
        line.speak(silence(0.3) + voice(2.0) + silence(1.0))
        assert eventually(lambda: len(world.asked("speech")) == 2)
    assert world.phone.redirects == [(CALL, "/voice/turn/1?listen=1"), (CALL, "/voice/turn/1")]


def test_music_behind_the_caller_stops_one_prompt_and_no_more_until_words_are_sure(world: World) -> None:
    world.ear.words, world.calls.after_speech = (), a_turn(2)
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        sounds_over_the_prompt(world, line, 1.0)
        line.speak(silence(1.0))
        assert eventually(lambda: world.phone.redirects[1:]) == [(CALL, "/voice/turn/2")], "asked again"
        world.calls.turn, world.calls.after_speech = a_turn(2), a_turn(3)
        world.post("/voice/turn/2")
        line.speak(silence(0.3) + voice(1.0) + silence(1.0))
        assert eventually(lambda: len([a for a in world.asked("speaking") if not a[2]]) == 1)
        assert len(world.asked("speech")) == 1, "the second prompt goes on"
        world.ear.words = ("track my order",)
        line.speak(silence(0.3) + voice(1.0) + silence(1.0))
        assert eventually(lambda: world.phone.redirects[2:]) == [(CALL, "/voice/turn/3")]


@pytest.mark.parametrize(
    "turn",
    [a_turn(1, pace=Pace.DIGITS, key_count=17), a_turn(1, key_count=4), a_turn(1, next=Next.HOLD)],
    ids=["digits", "keys", "music"],
)
def test_prompt_is_not_stopped_while_keys_may_be_half_way_or_music_plays(world: World, turn: Any) -> None:
    world.calls.turn = turn
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        line.speak(silence(0.3) + voice(1.0) + silence(2.0))
        assert eventually(lambda: world.asked("speech"))
    assert world.phone.redirects == []


def test_words_that_change_nothing_are_no_redirect_and_the_caller_counts_as_silent_again(world: World) -> None:
    world.calls.turn = a_turn(1, pace=Pace.DIGITS, key_count=17)
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        line.speak(silence(0.3) + voice(1.0) + silence(2.0))
        assert eventually(lambda: [a for a in world.asked("speaking") if a[2] is False])
    assert world.phone.redirects == []


def test_words_that_come_after_the_keys_are_no_redirect(world: World) -> None:
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        world.post("/voice/turn/1?listen=1")
        line.speak(silence(0.3) + voice(0.5))
        assert eventually(lambda: world.asked("speaking"))
        world.calls.turn = a_turn(2)
        world.post("/voice/heard/1", Digits="1")
        line.speak(silence(1.0))
        assert eventually(lambda: world.asked("speech"))
        assert eventually(lambda: [a for a in world.asked("speaking") if a[2] is False])
    assert world.phone.redirects == []


def test_nothing_intelligible_is_told_as_a_no_match_but_not_over_music(world: World) -> None:
    world.ear.words = ()
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        line.speak(silence(0.3) + voice(1.0) + silence(1.0))
        assert eventually(lambda: world.asked("speech")) == [("speech", CALL, 1, (), "scripted")]
        world.calls.turn = a_turn(2, next=Next.HOLD)
        line.speak(voice(1.0) + silence(1.0))
        assert eventually(lambda: [a for a in world.asked("speaking") if a[2] is False])
        assert len(world.asked("speech")) == 1


def test_redirect_that_fails_is_tried_once_more(world: World) -> None:
    world.phone.errors = [CarrierUnclear("late")]
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        world.post("/voice/turn/1?listen=1")
        world.calls.after_speech = a_turn(2)
        line.speak(silence(0.3) + voice(1.0) + silence(1.0))
        assert eventually(lambda: len(world.phone.redirects) == 2)
    assert set(world.phone.redirects) == {(CALL, "/voice/turn/2")}


def test_call_that_is_gone_is_left_alone(world: World) -> None:
    world.phone.errors = [CallGone("ended")]
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        world.post("/voice/turn/1?listen=1")
        world.calls.after_speech = a_turn(2)
        line.speak(silence(0.3) + voice(1.0) + silence(1.0))
        assert eventually(lambda: world.phone.redirects)
        line.stop()
    assert len(world.phone.redirects) == 1


def test_language_that_no_engine_hears_is_served_by_keypad(world: World) -> None:
    world.calls.turn = a_turn(1, locale="ko-KR")
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        line.speak(silence(0.3) + voice(1.0) + silence(1.0))
        line.stop()
    assert world.ear.grammars == []


def test_grammar_of_a_turn_is_compiled_before_the_caller_answers(world: World) -> None:
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        assert eventually(lambda: len(world.ear.grammars) == 1)
        world.calls.turn = a_turn(2, expects=Expects(intents=("yes",)))
        world.post("/voice/turn/2")
        world.post("/voice/turn/2")
        assert eventually(lambda: len(world.ear.grammars) == 2)
        line.stop()
    assert [grammar.name for grammar in world.ear.grammars] == ["en-US:", "en-US:yes"]


def test_engine_that_fails_does_not_end_the_hearing(world: World) -> None:
    world.ear.broken = RuntimeError("engine")
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        line.speak(silence(0.3) + voice(0.6) + silence(1.0))
        assert eventually(lambda: world.counted('ringback_stream_faults_total{reason="hearing_failed"}'))
        world.ear.broken = None
        line.speak(silence(1.5) + voice(1.0) + silence(1.0))
        assert eventually(lambda: world.asked("speech"))


@pytest.mark.parametrize(
    "headers", [{}, {"x-twilio-signature": "nonsense"}, {"x-twilio-signature": signature("wss://x/media")}]
)
def test_unsigned_socket_is_answered_with_403_and_counted(world: World, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        world.socket(headers)
    assert refused.value.response.status_code == 403
    assert world.counted('ringback_webhooks_refused_total{where="media"}') == 1


@pytest.mark.parametrize("case", ["no token", "forged", "used", "another call's", "account", "ended", "unknown"])
def test_signed_socket_without_the_right_to_this_call_is_closed(world: World, case: str) -> None:
    token, call, account = world.token(), CALL, ACCOUNT
    if case == "no token":
        token = ""
    if case == "forged":
        token = token[:-1] + ("0" if token[-1] != "0" else "1")
    if case == "used":
        with world.socket() as socket:
            line = Line(socket, token)
            line.start()
            line.stop()
            assert close_code(socket) == 1000
    if case == "another call's":
        call = "CA" + "7" * 32
        world.calls.known.add(call)
    if case == "account":
        account = "AC" + "9" * 32
    if case == "ended":
        world.calls.is_live = False
    if case == "unknown":
        world.calls.known.clear()
    with world.socket() as socket:
        Line(socket, token, call=call, account=account).start()
        assert close_code(socket) == 1008
    assert world.counted('ringback_webhooks_refused_total{where="media_start"}') == 1


def test_second_stream_of_a_call_is_refused(world: World) -> None:
    with world.socket() as first:
        second_token = world.token()
        line = Line(first, world.token())
        line.start()
        assert world.open_streams(1)
        with world.socket() as second:
            Line(second, second_token).start()
            assert close_code(second) == 1008
        line.stop()


def test_malformed_frames_are_counted_and_the_call_goes_on(world: World) -> None:
    with world.socket() as socket:
        line = Line(socket, world.token())
        socket.send(json.dumps({"event": "media", "media": {"payload": "", "timestamp": "1"}, "streamSid": "MZ"}))
        line.start()
        world.post("/voice/turn/1?listen=1")
        socket.send("{")
        socket.send(b"\x00" * 320)
        socket.send('{"event": "surprise"}')
        socket.send('{"event": "media", "streamSid": "x"}')
        line.start()
        line.speak(voice(1.0), stream="MZ" + "8" * 32)
        line.speak(voice(1.0), track="outbound")
        world.calls.after_speech = a_turn(2)
        line.speak(silence(0.3) + voice(1.0) + silence(1.0))
        assert eventually(lambda: world.phone.redirects) == [(CALL, "/voice/turn/2")]
    assert len(world.asked("speech")) == 1
    for reason, count in {"before_start": 1, "not_json": 1, "binary": 1, "unknown_event": 1, "wrong_fields": 1}.items():
        assert world.counted(f'ringback_stream_faults_total{{reason="{reason}"}}') == count


def test_frame_that_is_too_long_closes_the_socket_but_not_the_call(world: World) -> None:
    with world.socket() as socket:
        Line(socket, world.token()).start()
        socket.send("x" * 65_537)
        assert close_code(socket) == 1009
    assert not world.asked("ended")


def test_stop_closes_in_order_and_a_lost_socket_is_opened_again(world: World) -> None:
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        assert world.open_streams(1)
        line.stop()
        assert close_code(socket) == 1000
    assert world.open_streams(0)
    assert world.post("/voice/turn/1").find("Start") is None
    with world.socket() as socket:
        Line(socket, world.token()).start()
        assert world.open_streams(1)
    assert world.open_streams(0)
    assert world.post("/voice/turn/1").find("Start/Stream") is not None
    assert world.post("/voice/turn/1").find("Start/Stream") is None


def test_stream_that_the_carrier_could_not_open_is_tried_again_with_the_next_document(world: World) -> None:
    world.token()
    world.post("/voice/stream-status", StreamEvent="stream-error", StreamError="31901", StreamSid=STREAM)
    assert world.post("/voice/turn/1").find("Start/Stream") is not None


def test_fallback_starts_a_stream_only_if_none_is_open(world: World) -> None:
    assert world.post("/voice/fallback", ErrorCode="11200").find("Start/Stream") is not None
    with world.socket() as socket:
        line = Line(socket, world.token())
        line.start()
        assert world.open_streams(1)
        assert world.post("/voice/fallback", ErrorCode="11200").find("Start/Stream") is None
        line.stop()
