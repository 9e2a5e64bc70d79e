"""The end of a two-way stream: where the call goes on, whoever ended it."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from flask.testing import FlaskClient

from ivr.domain.turn import Next, Say
from ivr.phone.twiml import Hearing
from ivr.speech.recognizers import Recognizers
from ivr.web.server import create_app, open_streams
from tests.web.stream_support import ScriptedRecognizer
from tests.web.voice_support import CALL, FakeCalls, a_turn, post, some_services


class Calls(FakeCalls):
    def unheard(self, sid: str, turn: int) -> Any:
        self._note("unheard", sid, turn)
        self.turn = a_turn(turn + 1, say=(Say("apology"),), by_keys=True)
        return self.turn


@pytest.fixture
def calls() -> Calls:
    return Calls(turn=a_turn(4))


@pytest.fixture
def client(calls: Calls) -> FlaskClient:
    ears = Recognizers((ScriptedRecognizer(),))
    services = some_services(calls=calls, recognizer=ears, hearing=Hearing.DUPLEX)
    return create_app(services, streams=open_streams(services)).test_client()


def document(client: FlaskClient, path: str, **params: str) -> ET.Element:
    return ET.fromstring(post(client, path, **params).data)


def action(found: ET.Element) -> str:
    connect = found.find("Connect")
    assert connect is not None
    return connect.attrib["action"]


def test_call_is_handed_to_a_two_way_stream_without_a_word(client: FlaskClient) -> None:
    first = document(client, "/voice", From="+15005550011", To="+15005550006")
    assert [verb.tag for verb in first] == ["Connect"]
    assert first.find("Connect/Stream/Parameter[@name='token']") is not None


def test_stream_that_breaks_in_a_later_turn_is_opened_again(client: FlaskClient) -> None:
    assert action(document(client, "/voice/streamed/3?streams=1")) == "/voice/streamed/4?streams=0"
    assert action(document(client, "/voice/streamed/4?streams=0")) == "/voice/streamed/4?streams=1"


def test_stream_that_breaks_twice_in_one_turn_leaves_the_call_to_keys(client: FlaskClient, calls: Calls) -> None:
    found = document(client, "/voice/streamed/4?streams=1")
    assert ("unheard", CALL, 4) in calls.asked
    assert found.findtext("Gather/Say") == "Sorry, something went wrong."
    assert document(client, "/voice/turn/5").find("Gather") is not None, "and it stays so"


def test_after_the_last_words_there_is_nothing_more_to_say(client: FlaskClient, calls: Calls) -> None:
    calls.turn = a_turn(5, next=Next.HANG_UP)
    assert [verb.tag for verb in document(client, "/voice/streamed/4")] == ["Hangup"]


def test_caller_whom_an_agent_took_meanwhile_joins_them(client: FlaskClient, calls: Calls) -> None:
    calls.turn = a_turn(5, next=Next.JOIN, conference="attempt-1")
    assert document(client, "/voice/streamed/4").findtext("Dial/Conference") == "attempt-1"


def test_caller_who_hung_up_has_ended_the_call(client: FlaskClient, calls: Calls) -> None:
    assert len(document(client, "/voice/streamed/4", CallStatus="completed")) == 0
    assert calls.asked == [("ended", CALL)]
