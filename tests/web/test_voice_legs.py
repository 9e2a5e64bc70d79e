"""The webhooks of the legs we dial."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from flask.testing import FlaskClient

from ivr.domain.turn import Next, Say
from ivr.service.recording_ports import CarriersRecording
from ivr.speech.recognizers import Recognizers
from ivr.web.server import create_app
from tests.speech.test_dictation import recording
from tests.speech.test_transcript import Ear
from tests.web.stream_support import silence, voice
from tests.web.voice_support import CALL, FakeLegs, FakeRecorder, a_turn, post, some_services


@pytest.fixture
def legs() -> FakeLegs:
    return FakeLegs()


@pytest.fixture
def client(legs: FakeLegs) -> FlaskClient:
    return create_app(some_services(legs=legs)).test_client()


def xml(response: Any) -> ET.Element:
    assert response.status_code == 200
    assert response.content_type == "text/xml; charset=utf-8"
    return ET.fromstring(response.data)


def test_answered_leg_hears_its_turn_and_keys_come_back_with_its_number(client: FlaskClient, legs: FakeLegs) -> None:
    legs.turn = a_turn(1, state="whisper")
    gather = xml(post(client, "/voice/leg/l1/answer")).find("Gather")
    assert gather is not None
    assert (gather.get("action"), gather.get("input")) == ("/voice/leg/l1/key/1", "dtmf")
    post(client, "/voice/leg/l1/key/1", Digits="1")
    post(client, "/voice/leg/l1/key/2")
    assert legs.asked == [
        ("answered", "l1", CALL),
        ("keyed", "l1", "1", 1),
        ("keyed", "l1", None, 2),
    ]


def test_conference_of_a_leg_ends_at_its_own_address(client: FlaskClient, legs: FakeLegs) -> None:
    legs.turn = a_turn(3, next=Next.JOIN, conference="attempt-1", is_agent=True)
    dial = xml(post(client, "/voice/leg/l1/answer")).find("Dial")
    assert dial is not None
    assert dial.get("action") == "/voice/leg/l1/left"
    conference = dial.find("Conference")
    assert conference is not None
    assert (conference.text, conference.get("endConferenceOnExit")) == ("attempt-1", "true")
    assert conference.get("waitUrl") == "/voice/hold-music"


def test_rating_is_asked_after_the_conference_and_keyed_to_the_attempt(client: FlaskClient, legs: FakeLegs) -> None:
    legs.turn = a_turn(5, state="rate_effort")
    gather = xml(post(client, "/voice/leg/l1/left", DialCallStatus="answered")).find("Gather")
    assert gather is not None
    assert gather.get("action") == "/voice/rate/attempt1"
    legs.turn = a_turn(6, next=Next.HANG_UP, say=(Say("goodbye"),))
    assert xml(post(client, "/voice/rate/attempt1", Digits="2"))[-1].tag == "Hangup"
    assert legs.asked == [("left_conference", "l1"), ("rate", "attempt1", "2")]


def test_reports_reach_the_use_case_as_sent(client: FlaskClient, legs: FakeLegs) -> None:
    assert post(client, "/voice/leg/l1/status", CallStatus="no-answer", SequenceNumber="3").status_code == 204
    assert post(client, "/voice/leg/l1/machine", AnsweredBy="machine_start").status_code == 204
    assert legs.asked == [("status", "l1", CALL, "no-answer", "3"), ("machine", "l1", "machine_start", CALL)]


def test_entering_a_conference_is_reported_to_the_use_case_and_leaving_it_is_not(
    client: FlaskClient, legs: FakeLegs
) -> None:
    legs.turn = a_turn(3, next=Next.JOIN, conference="attempt-a1", is_agent=True)
    conference = xml(post(client, "/voice/leg/l1/answer")).find("Dial/Conference")
    assert conference is not None
    told = (conference.get("statusCallback"), conference.get("statusCallbackEvent"))
    assert told == ("https://voice.example.com/voice/conference/attempt-a1", "join")
    for event in ("participant-join", "participant-leave"):
        path = "/voice/conference/attempt-a1"
        assert post(client, path, StatusCallbackEvent=event, FriendlyName="attempt-a1").status_code == 204
    assert legs.asked[1:] == [("entered", "a1", CALL)]


def test_news_and_what_a_customer_is_to_hear_now_are_spoken(client: FlaskClient, legs: FakeLegs) -> None:
    legs.turn = a_turn(4, next=Next.HANG_UP, say=(Say("agent_customer_busy"),))
    assert xml(post(client, "/voice/leg/l1/news")).findtext("Say") == "agent_customer_busy"
    xml(post(client, "/voice/leg/l1/present"))
    assert [asked[0] for asked in legs.asked] == ["news", "present"]


def test_call_that_is_not_ours_any_more_is_hung_up_without_a_word(client: FlaskClient, legs: FakeLegs) -> None:
    legs.turn = a_turn(0, next=Next.HANG_UP, say=())
    assert [verb.tag for verb in xml(post(client, "/voice/leg/l1/answer"))] == ["Hangup"]


def test_leg_whose_document_failed_is_tried_once_more_then_ends(client: FlaskClient) -> None:
    first = xml(post(client, "/voice/leg/l1/fallback", ErrorUrl="https://voice.example.com/voice/leg/l1/answer"))
    assert first.findtext("Redirect") == "/voice/leg/l1/answer?trouble=1"
    second = xml(
        post(client, "/voice/leg/l1/fallback", ErrorUrl="https://voice.example.com/voice/leg/l1/answer?trouble=1")
    )
    assert second[-1].tag == "Hangup"


def test_error_is_an_apology_and_ends_when_it_stays(client: FlaskClient, legs: FakeLegs) -> None:
    legs.broken = RuntimeError("x")
    path, count = "/voice/leg/l1/answer", 0
    while path:
        count += 1
        document = xml(post(client, path))
        path = document.findtext("Redirect") or ""
    assert count == 3
    assert document[-1].tag == "Hangup"
    assert post(client, "/voice/leg/l1/status", CallStatus="busy").status_code == 500


def test_carriers_report_of_a_recording_reaches_the_recorder_and_a_malformed_one_does_not() -> None:
    recorder, sid = FakeRecorder(), "RE" + "a" * 32
    client = create_app(some_services(recorder=recorder)).test_client()
    told = {"RecordingSid": sid, "RecordingStatus": "completed", "RecordingDuration": "12"}
    assert post(client, "/voice/recording/r1", **told).status_code == 204
    post(client, "/voice/recording/r1", RecordingSid="../x", RecordingStatus="completed")
    assert recorder.reports == [("r1", CarriersRecording(sid, "completed", 12), CALL)]
    assert client.post("/voice/recording/r1", data=told | {"CallSid": CALL}).status_code == 403, "unsigned"


def test_complete_recording_is_put_into_words_beside_the_calls_where_a_setting_says_so() -> None:
    recorder = FakeRecorder()
    recorder.sound = recording(voice(1.0) + silence(1.0), silence(2.0))
    services = some_services(recorder=recorder, writes_down=True, recognizer=Recognizers((Ear("hello"),)))
    told = {"RecordingSid": "RE" + "a" * 32, "RecordingStatus": "completed", "RecordingDuration": "2"}
    post(create_app(services).test_client(), "/voice/recording/r1", **told)
    assert recorder.is_written.wait(60)
    assert recorder.lines == [["customer", 0, "hello"]]
