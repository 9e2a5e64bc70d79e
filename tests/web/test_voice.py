"""The webhooks of an inbound call: what reaches the use cases, and that a caller always gets words and a way on."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient

from ivr.domain.hearing import Pace
from ivr.domain.turn import Next, Say
from ivr.errors import Conflict
from ivr.phone.twiml import Hearing
from ivr.web.duplex_sounds import BYTES_A_SECOND, TurnSounds
from ivr.web.server import create_app
from ivr.web.voice_documents import Documents
from tests.web.voice_support import ACCOUNT, CALL, FakeCalls, FakeLegs, a_turn, post, signature, some_services


@pytest.fixture
def calls() -> FakeCalls:
    return FakeCalls()


@pytest.fixture
def legs() -> FakeLegs:
    return FakeLegs()


@pytest.fixture
def client(calls: FakeCalls, legs: FakeLegs) -> FlaskClient:
    return create_app(some_services(calls=calls, legs=legs)).test_client()


def xml(response: Any) -> ET.Element:
    assert response.status_code == 200
    assert response.content_type == "text/xml; charset=utf-8"
    return ET.fromstring(response.data)


def test_inbound_call_gets_its_first_document(client: FlaskClient, calls: FakeCalls) -> None:
    document = xml(post(client, "/voice", From="+15005550011", To="+15005550006", CallStatus="ringing"))
    assert document.findtext("Gather/Say") == "How can I help?"
    assert document.find("Gather").attrib["action"] == "/voice/heard/1"  # type: ignore[union-attr]
    assert calls.asked == [("arrive", CALL, "+15005550011", "+15005550006")]


@pytest.mark.parametrize("caller", ["anonymous", "unknown", "client:bob", "sip:x@y", "+266696687", "", "::"])
def test_caller_without_a_number_is_served_all_the_same(client: FlaskClient, calls: FakeCalls, caller: str) -> None:
    assert xml(post(client, "/voice", From=caller, To="+15005550006")).find("Gather") is not None
    assert calls.asked[0][2] == caller


def test_caller_field_that_is_missing_is_none(client: FlaskClient, calls: FakeCalls) -> None:
    xml(post(client, "/voice"))
    assert calls.asked == [("arrive", CALL, None, "")]


def test_keys_speech_and_nothing_are_told_apart(client: FlaskClient, calls: FakeCalls) -> None:
    post(client, "/voice/heard/4", Digits="2")
    post(client, "/voice/heard/4", SpeechResult="I'd like to track my order.", Confidence="0.93")
    post(client, "/voice/heard/4")
    assert calls.asked == [
        ("keys", CALL, 4, "2"),
        ("speech", CALL, 4, ("i'd like to track my order",), "carrier"),
        ("silence", CALL, 4),
    ]


def test_silence_that_leaves_the_turn_as_it_is_listens_on_without_a_word(client: FlaskClient, calls: FakeCalls) -> None:
    calls.turn = a_turn(4)
    assert xml(post(client, "/voice/heard/4")).find("Gather/Say") is None
    assert xml(post(client, "/voice/heard/3")).find("Gather/Say") is not None


def test_barge_in_fetches_a_listening_document_only_of_the_present_turn(client: FlaskClient, calls: FakeCalls) -> None:
    calls.turn = a_turn(5)
    assert xml(post(client, "/voice/turn/5?listen=1")).find("Gather/Say") is None
    assert xml(post(client, "/voice/turn/4?listen=1")).find("Gather/Say") is not None
    assert xml(post(client, "/voice/turn/5")).find("Gather/Say") is not None


def test_end_of_the_call_is_told(client: FlaskClient, calls: FakeCalls) -> None:
    assert post(client, "/voice/status", CallStatus="completed").status_code == 204
    assert calls.asked == [("ended", CALL)]


def test_status_of_a_call_that_goes_on_changes_nothing(client: FlaskClient, calls: FakeCalls) -> None:
    for status in ("ringing", "in-progress", "queued", "nonsense"):
        assert post(client, "/voice/status", CallStatus=status).status_code == 204
    assert calls.asked == []


def test_gather_that_the_hang_up_ended_is_no_silence(client: FlaskClient, calls: FakeCalls) -> None:
    assert len(xml(post(client, "/voice/heard/4", CallStatus="completed"))) == 0
    assert calls.asked == [("ended", CALL)]


def test_caller_on_hold_joins_the_agent_who_accepted(client: FlaskClient, calls: FakeCalls) -> None:
    calls.turn = a_turn(6, next=Next.JOIN, conference="attempt-a1")
    document = xml(post(client, "/voice/join/a1"))
    assert document.findtext("Dial/Conference") == "attempt-a1"
    assert document.find("Dial").attrib["action"] == "/voice/left"  # type: ignore[union-attr]
    assert calls.asked == [("join", CALL, "a1")]


def test_caller_is_asked_on_when_the_agent_leaves(client: FlaskClient, calls: FakeCalls) -> None:
    assert xml(post(client, "/voice/left", DialCallStatus="answered")).find("Gather") is not None
    assert calls.asked == [("left_conference", CALL)]


def test_caller_who_hangs_up_in_the_conference_has_ended_the_call(client: FlaskClient, calls: FakeCalls) -> None:
    assert len(xml(post(client, "/voice/left", DialCallStatus="completed", CallStatus="completed"))) == 0
    assert calls.asked == [("ended", CALL)]


def test_broken_document_leads_to_an_apology_by_the_dialogue(client: FlaskClient, calls: FakeCalls) -> None:
    xml(post(client, "/voice/fallback", ErrorCode="11200", ErrorUrl="https://voice.example.com/voice/heard/2"))
    assert calls.asked == [("failed", CALL)]


@pytest.mark.parametrize("path", ["/voice", "/voice/turn/2", "/voice/heard/2", "/voice/join/a", "/voice/left"])
def test_error_in_a_handler_is_an_apology_and_a_way_on(client: FlaskClient, calls: FakeCalls, path: str) -> None:
    calls.broken = Conflict("twice")
    document = xml(post(client, path))
    assert document.findtext("Say") == "Sorry, something went wrong."
    assert document.findtext("Redirect") == "/voice/fallback?trouble=1"


def test_trouble_that_stays_ends_with_goodbye_not_in_a_loop(client: FlaskClient, calls: FakeCalls) -> None:
    calls.broken = RuntimeError("database is gone")
    path, documents = "/voice/fallback", []
    while path and len(documents) < 10:
        documents.append(xml(post(client, path)))
        path = documents[-1].findtext("Redirect") or ""
    assert len(documents) == 4
    assert [say.text for say in documents[-1].findall("Say")] == ["Sorry, something went wrong.", "Goodbye."]
    assert documents[-1][-1].tag == "Hangup"


def test_error_in_a_status_callback_is_no_document(client: FlaskClient, calls: FakeCalls) -> None:
    calls.broken = RuntimeError("x")
    assert post(client, "/voice/status", CallStatus="completed").status_code == 500


def test_unknown_call_goes_to_the_fallback(client: FlaskClient, calls: FakeCalls) -> None:
    calls.known = set()
    assert xml(post(client, "/voice/turn/2")).findtext("Redirect") == "/voice/fallback?trouble=1"


PATHS = ["/voice", "/voice/turn/1", "/voice/heard/1", "/voice/recorded/1", "/voice/streamed/1", "/voice/status",
         "/voice/fallback", "/voice/join/a", "/voice/left", "/voice/hold-music", "/voice/stream-status",
         "/voice/leg/l/answer", "/voice/leg/l/key/1", "/voice/leg/l/left", "/voice/leg/l/status",
         "/voice/leg/l/machine", "/voice/leg/l/fallback", "/voice/leg/l/news", "/voice/leg/l/present",
         "/voice/rate/a"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_unsigned_request_changes_nothing_and_is_counted(
    client: FlaskClient, calls: FakeCalls, legs: FakeLegs, path: str
) -> None:
    form = {"AccountSid": ACCOUNT, "CallSid": CALL, "Digits": "1"}
    signed = signature("https://voice.example.com" + path, form)
    refused = [
        client.post(path, data=form),
        client.post(path, data=form, headers={"X-Twilio-Signature": "nonsense"}),
        client.post(path, data=form | {"Digits": "2"}, headers={"X-Twilio-Signature": signed}),
        client.post(path + "?x=1", data=form, headers={"X-Twilio-Signature": signed}),
        client.post(path, json=form, headers={"X-Twilio-Signature": signed}),
    ]
    assert [response.status_code for response in refused] == [403] * 5
    assert (calls.asked, legs.asked) == ([], [])
    lines = client.get("/metrics").text.splitlines()
    counted = [line for line in lines if line.startswith("ringback_webhooks_refused_total")]
    assert [line.rpartition(" ")[2] for line in counted] == ["5.0"]


@pytest.mark.parametrize("path", PATHS)
def test_webhooks_are_posts(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 405


@pytest.mark.parametrize("fields", [{"CallSid": "CA1"}, {"CallSid": ""}, {"AccountSid": "AC" + "9" * 32}])
def test_signed_request_about_no_call_of_ours_is_refused(
    client: FlaskClient, calls: FakeCalls, fields: dict[str, str]
) -> None:
    assert post(client, "/voice", **fields).status_code == 403
    assert calls.asked == []


def test_carriers_recogniser_is_given_hints() -> None:
    client = create_app(some_services(hearing=Hearing.GATHER)).test_client()
    gather = xml(post(client, "/voice")).find("Gather")
    assert gather is not None
    assert (gather.get("input"), gather.get("hints")) == ("dtmf speech", "track my order,agent")


def test_without_any_engine_no_stream_is_started() -> None:
    client = create_app(some_services(hearing=Hearing.STREAM, stream_url="wss://media.example.com")).test_client()
    assert xml(post(client, "/voice")).find("Start") is None


def test_plain_wsgi_server_leaves_hearing_to_the_carrier() -> None:
    client = create_app(some_services(hearing=Hearing.STREAM, recognizer=object())).test_client()
    document = xml(post(client, "/voice"))
    assert document.find("Start") is None
    assert document.find("Gather").attrib["input"] == "dtmf speech"  # type: ignore[union-attr]


def test_sockets_on_another_machine_keep_the_stream() -> None:
    far = some_services(hearing=Hearing.STREAM, recognizer=object(), stream_url="wss://media.example.com")
    stream = xml(post(create_app(far).test_client(), "/voice")).find("Start/Stream")
    assert stream is not None
    assert stream.get("url") == "wss://media.example.com/media"


def test_hold_music_is_a_file_of_ours_when_there_is_one(tmp_path: Path, calls: FakeCalls) -> None:
    (tmp_path / "hold.wav").write_bytes(b"RIFF")
    calls.turn = a_turn(2, next=Next.HOLD)
    client = create_app(some_services(calls=calls, audio_dir=tmp_path)).test_client()
    assert xml(post(client, "/voice")).findtext("Gather/Play") == "/audio/hold.wav"
    assert xml(post(client, "/voice/hold-music")).findtext("Play") == "/audio/hold.wav"
    sound = client.get("/audio/hold.wav")
    assert (sound.status_code, sound.data) == (200, b"RIFF")
    assert client.get("/audio/../secret").status_code == 404
    sound.close()


@pytest.mark.parametrize("hearing", [Hearing.KEYPAD, Hearing.GATHER, Hearing.STREAM])
def test_chime_comes_before_the_place_in_line_and_no_other_words(
    tmp_path: Path, calls: FakeCalls, hearing: Hearing
) -> None:
    (tmp_path / "chime.wav").write_bytes(b"RIFF")
    calls.turn = a_turn(2, next=Next.HOLD, say=(Say("hold_next"),), slow=True)
    client = create_app(some_services(calls=calls, audio_dir=tmp_path, hearing=hearing)).test_client()
    gather = xml(post(client, "/voice")).find("Gather")
    assert gather is not None
    assert [element.tag for element in gather] == ["Play", "Say", "Pause"]
    assert gather[0].text == "/audio/chime.wav"
    calls.turn = a_turn(3, next=Next.HOLD, say=(Say("hold_started"),))
    assert xml(post(client, "/voice")).find("Gather/Play") is None


def test_chime_is_heard_on_a_two_way_stream_too(calls: FakeCalls) -> None:
    sounds = Path(__file__).resolve().parents[2] / "audio"
    documents = Documents(some_services(calls=calls, audio_dir=sounds), SimpleNamespace())  # type: ignore[arg-type]
    turn = a_turn(2, say=(Say("hold_next"),), slow=True)
    voice = SimpleNamespace(speak=lambda text, locale, slow: text.encode())
    chime, words = TurnSounds(documents, voice, sounds).of_turn(turn)  # type: ignore[arg-type]
    assert 0 < len(chime) / BYTES_A_SECOND < 1
    assert words.strip()
    assert b"\xff" not in words


def test_a_recorded_prompt_is_played_and_a_slow_one_spoken(tmp_path: Path, calls: FakeCalls) -> None:
    (tmp_path / "en-US").mkdir()
    (tmp_path / "en-US" / "menu.wav").write_bytes(b"RIFF\x04\0\0\0WAVE")
    calls.turn = a_turn(2, say=(Say("menu"),))
    client = create_app(some_services(calls=calls, audio_dir=tmp_path)).test_client()
    gather = xml(post(client, "/voice")).find("Gather")
    assert gather is not None
    assert [(element.tag, element.text) for element in gather] == [("Play", "/audio/en-US/menu.wav")]
    calls.turn = replace(calls.turn, number=3, slow=True)
    assert xml(post(client, "/voice")).find("Gather/Play") is None


def test_log_shows_the_turn_but_no_long_number(
    client: FlaskClient, calls: FakeCalls, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr("ivr.web.voice_log.log", SimpleNamespace(info=lambda event, **line: lines.append(line)))
    calls.turn = a_turn(3, state="order_number", pace=Pace.DIGITS)
    post(client, "/voice", From="+15005550011")
    calls.turn = replace(calls.turn, number=4, state="order_confirm", say=(Say("menu"),))
    post(client, "/voice/heard/3", Digits="5550011")
    post(client, "/voice/heard/4", SpeechResult="call +1 500 555 0011")
    assert [(line.get("from_state"), line["heard"], line["state"]) for line in lines] == [
        (None, "call", "order_number"),
        ("order_number", "keys:(7)", "order_confirm"),
        ("order_confirm", "speech:call …11", "order_confirm"),
    ]
