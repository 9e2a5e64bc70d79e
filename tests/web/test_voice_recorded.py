"""The webhook of recorded answers: what each ending of a Record leads to, whatever the carrier sends."""

import io
import wave
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from ivr.domain.hearing import Pace
from ivr.domain.turn import Next, Say
from ivr.errors import CarrierUnclear, NotFound
from ivr.phone.twiml import Hearing
from ivr.service.ports import LeftRecording
from ivr.speech.audio import decode_mulaw
from ivr.speech.recognizers import Recognizers
from ivr.web import voice_recorded
from ivr.web.server import create_app
from tests.web.stream_support import ScriptedRecognizer, eventually, silence, voice
from tests.web.voice_support import ACCOUNT, CALL, FakeCalls, a_turn, post, some_services

RECORDING = "RE" + "4" * 32
SOUND = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}"


def as_wav(mulaw: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(decode_mulaw(mulaw))
    return file.getvalue()


SAID = as_wav(silence(0.3) + voice(1.0) + silence(2.0))


@dataclass
class FakeRecordings:
    """ports.CallRecordings: answers in order, the last one for ever."""

    answers: list[bytes | Exception] = field(default_factory=lambda: [SAID])
    deleted: list[str] = field(default_factory=list)
    asked: int = 0

    def sound(self, recording_sid: str) -> bytes:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def delete(self, recording_sid: str) -> None:
        self.deleted.append(recording_sid)

    def left(self, since: datetime, before: datetime) -> Sequence[LeftRecording]:
        return ()


class Calls(FakeCalls):
    def unheard(self, sid: str, turn: int) -> Any:
        self._note("unheard", sid, turn)
        return a_turn(turn + 1, say=(Say("apology"),), by_keys=True)


@pytest.fixture
def calls() -> Calls:
    return Calls(after_speech=a_turn(5, say=(Say("order"),)), turn=a_turn(4))


@pytest.fixture
def recordings() -> FakeRecordings:
    return FakeRecordings()


@pytest.fixture
def ear() -> ScriptedRecognizer:
    return ScriptedRecognizer("track my order")


@pytest.fixture
def client(
    calls: Calls, recordings: FakeRecordings, ear: ScriptedRecognizer, monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    monkeypatch.setattr(voice_recorded, "MISSING_PAUSES", (0.0, 0.0))
    services = some_services(calls=calls, recordings=recordings, recognizer=Recognizers((ear,)), hearing=Hearing.RECORD)
    return create_app(services).test_client()


def recorded(client: FlaskClient, path: str = "/voice/recorded/4", **params: str) -> ET.Element:
    answer = post(client, path, **({"RecordingUrl": SOUND, "RecordingDuration": "3"} | params))
    assert answer.status_code == 200
    return ET.fromstring(answer.data)


def steps(calls: Calls) -> list[tuple[Any, ...]]:
    """What changed the call."""
    return [asked for asked in calls.asked if asked[0] != "present"]


def test_recorded_words_are_a_step_of_the_call_and_then_deleted(
    client: FlaskClient, calls: Calls, recordings: FakeRecordings
) -> None:
    document = recorded(client)
    assert steps(calls) == [("speech", CALL, 4, ("track my order",), "scripted")]
    assert document.findtext("Gather/Say") == "order"
    assert document.find("Record").attrib["action"] == "/voice/recorded/5"  # type: ignore[union-attr]
    assert eventually(lambda: recordings.deleted) == [RECORDING]


def test_first_document_tells_that_words_are_heard_after_the_tone(client: FlaskClient) -> None:
    document = ET.fromstring(post(client, "/voice", From="+15005550011", To="+15005550006").data)
    assert [say.text for say in document.findall("Gather/Say")] == ["How can I help?", "speak_after_tone"]


def test_key_that_ends_a_recording_is_the_answer(client: FlaskClient, calls: Calls, recordings: FakeRecordings) -> None:
    recorded(client, Digits="2")
    assert steps(calls) == [("keys", CALL, 4, "2")]
    assert recordings.asked == 0
    assert eventually(lambda: recordings.deleted) == [RECORDING]


def test_pound_key_only_ends_the_recording(client: FlaskClient, calls: Calls) -> None:
    recorded(client, Digits="#")
    assert steps(calls)[0][0] == "speech"


@pytest.mark.parametrize("params", [{"Digits": "hangup"}, {"CallStatus": "completed"}])
def test_caller_who_hung_up_has_ended_the_call(
    client: FlaskClient, calls: Calls, recordings: FakeRecordings, params: dict[str, str]
) -> None:
    assert len(recorded(client, **params)) == 0
    assert steps(calls) == [("ended", CALL)]
    assert eventually(lambda: recordings.deleted) == [RECORDING]


def test_silence_is_listened_to_twice(client: FlaskClient, calls: Calls, recordings: FakeRecordings) -> None:
    recordings.answers = [as_wav(silence(2.0))]
    document = recorded(client)
    assert steps(calls) == []
    action = document.find("Record").attrib["action"]  # type: ignore[union-attr]
    assert (document[0].tag, action) == ("Record", "/voice/recorded/4?again=1")
    recorded(client, action)
    assert steps(calls) == [("silence", CALL, 4)]


def test_empty_recording_that_the_carrier_does_not_tell_is_silence_too(client: FlaskClient, calls: Calls) -> None:
    recorded(client, RecordingUrl="")
    recorded(client, "/voice/recorded/4?again=1", RecordingUrl="")
    assert steps(calls) == [("silence", CALL, 4)]


def test_silence_on_hold_brings_the_music(client: FlaskClient, calls: Calls, recordings: FakeRecordings) -> None:
    calls.turn, recordings.answers = a_turn(4, next=Next.HOLD), [as_wav(silence(2.0))]
    document = recorded(client, "/voice/recorded/4?again=1")
    assert (steps(calls), document.find("Record")) == ([], None)
    assert document.find("Gather/Pause") is not None


def test_file_that_is_not_there_yet_is_asked_for_again(
    client: FlaskClient, calls: Calls, recordings: FakeRecordings
) -> None:
    recordings.answers = [NotFound("404"), NotFound("404"), SAID]
    document = recorded(client)
    waits = document.findtext("Redirect") or ""
    assert (document[0].tag, waits) == ("Pause", f"/voice/recorded/4?recording={RECORDING}&tries=1&again=0")
    assert recorded(client, waits, RecordingUrl="").findtext("Gather/Say") == "order"
    assert [step[0] for step in steps(calls)] == ["speech"]


@pytest.mark.parametrize(
    ("error", "looks"),
    [(NotFound("404"), 2 * voice_recorded.MISSING_TRIES), (CarrierUnclear("503"), voice_recorded.UNCLEAR_TRIES)],
)
def test_file_that_never_comes_is_apologised_for(
    client: FlaskClient, calls: Calls, recordings: FakeRecordings, error: Exception, looks: int
) -> None:
    recordings.answers, path = [error], "/voice/recorded/4"
    while path:
        document = recorded(client, path)
        path = (document.findtext("Redirect") or "") if document[0].tag == "Pause" else ""
    assert (recordings.asked, steps(calls)) == (looks, [("unheard", CALL, 4)])
    assert document.findtext("Gather/Say") == "Sorry, something went wrong."
    assert document.find("Record") is None, "from now on by keys"


def test_recording_that_is_told_twice_is_heard_once(
    client: FlaskClient, calls: Calls, recordings: FakeRecordings
) -> None:
    recorded(client)
    recordings.answers = [NotFound("404")]
    recorded(client, f"/voice/recorded/4?recording={RECORDING}&tries=3")
    assert [step[0] for step in steps(calls)] == ["speech"]


def test_recording_of_an_earlier_turn_is_not_heard(
    client: FlaskClient, calls: Calls, recordings: FakeRecordings
) -> None:
    document = recorded(client, "/voice/recorded/3")
    assert (steps(calls), recordings.asked) == ([], 0)
    assert document.findtext("Gather/Say") == "How can I help?"
    assert eventually(lambda: recordings.deleted) == [RECORDING]


def test_digits_that_were_not_understood_end_the_turn(client: FlaskClient, calls: Calls) -> None:
    calls.turn = a_turn(4, pace=Pace.DIGITS, key_count=17)
    calls.after_speech = calls.turn
    recorded(client)
    assert [step[0] for step in steps(calls)] == ["speech", "silence"]


@pytest.mark.parametrize(
    "url", ["https://evil.example/x.wav", "http://127.0.0.1/Recordings/REabc", f"{SOUND}/../../Calls", "::"]
)
def test_address_that_names_no_recording_is_never_fetched(
    client: FlaskClient, calls: Calls, recordings: FakeRecordings, url: str
) -> None:
    recorded(client, RecordingUrl=url)
    assert (recordings.asked, recordings.deleted) == (0, [])


@pytest.mark.parametrize("query", ["recording=../x&tries=1", "tries=-1", "tries=99999999999", "again=x"])
def test_strange_queries_change_nothing(client: FlaskClient, query: str) -> None:
    assert recorded(client, f"/voice/recorded/4?{query}").findtext("Gather/Say") == "order"


def test_step_that_breaks_is_an_apology_and_a_way_on(client: FlaskClient, calls: Calls) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("database is gone")

    calls.speech = broken  # type: ignore[method-assign]
    document = recorded(client)
    assert document.findtext("Redirect") == "/voice/fallback?trouble=1"
