"""Messages of a media stream: what is read, and that nothing can be read wrongly enough to raise."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.phone.media_stream import (
    Connected,
    Dtmf,
    Malformed,
    Mark,
    Media,
    Started,
    Stopped,
    clear_message,
    mark_message,
    media_message,
    read_message,
)

START = {
    "event": "start",
    "sequenceNumber": "1",
    "start": {
        "accountSid": "AC1",
        "streamSid": "MZ1",
        "callSid": "CA1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": "t"},
    },
    "streamSid": "MZ1",
}


def media(**fields: object) -> str:
    inner = {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": "//8="} | fields
    return json.dumps({"event": "media", "sequenceNumber": "2", "media": inner, "streamSid": "MZ1"})


def test_messages_of_a_call_are_read() -> None:
    frames = [
        '{"event":"connected","protocol":"Call","version":"1.0.0"}',
        json.dumps(START),
        media(),
        '{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"1"}}',
        '{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"end"}}',
        '{"event":"stop","sequenceNumber":"9","stop":{"accountSid":"AC1","callSid":"CA1"},"streamSid":"MZ1"}',
    ]
    assert [read_message(frame) for frame in frames] == [
        Connected("Call"),
        Started("MZ1", "CA1", "AC1", ("inbound",), {"token": "t"}),
        Media("MZ1", "inbound", 5, b"\xff\xff"),
        Dtmf("MZ1", "1"),
        Mark("MZ1", "end"),
        Stopped("MZ1", "CA1"),
    ]


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"\x00\x01", "binary"),
        ("", "not_json"),
        ("[" * 50_000, "not_json"),
        ("[]", "unknown_event"),
        ('{"event": 7}', "unknown_event"),
        ('{"event": "hello"}', "unknown_event"),
        ('{"event": "media"}', "wrong_fields"),
        (media(payload="not base64!"), "wrong_fields"),
        (media(payload=None), "wrong_fields"),
        (media(timestamp="soon"), "wrong_fields"),
        (media(timestamp="-5"), "wrong_fields"),
        (json.dumps(START | {"start": None}), "wrong_fields"),
        (
            json.dumps(
                {
                    "event": "start",
                    "start": START["start"]
                    | {"mediaFormat": {"encoding": "audio/opus", "sampleRate": 8000, "channels": 1}},
                }
            ),
            "wrong_format",
        ),  # type: ignore[operator]
        ('{"event":"dtmf","streamSid":"MZ1","dtmf":{"digit":"x"}}', "wrong_fields"),
        ("x" * 70_000, "too_long"),
    ],
)
def test_malformed_frames_are_told_apart(frame: str | bytes, reason: str) -> None:
    assert read_message(frame) == Malformed(reason)


@given(st.one_of(st.text(max_size=200), st.binary(max_size=50)))
def test_no_frame_raises(frame: str | bytes) -> None:
    read_message(frame)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["connected", "start", "media", "dtmf", "mark", "stop"]), _JSON, _JSON)
def test_no_json_of_a_known_event_raises(event: str, inner: object, sid: object) -> None:
    read_message(json.dumps({"event": event, event: inner, "streamSid": sid, "protocol": inner}))


@given(st.binary(max_size=400), st.integers(0, 10**9))
def test_audio_of_any_length_comes_through_whole(payload: bytes, at: int) -> None:
    encoded = base64.b64encode(payload).decode()
    assert read_message(media(payload=encoded, timestamp=str(at))) == Media("MZ1", "inbound", at, payload)


def test_what_we_send_is_what_the_carrier_reads() -> None:
    assert json.loads(media_message("MZ1", b"\xff")) == {
        "event": "media",
        "streamSid": "MZ1",
        "media": {"payload": "/w=="},
    }
    assert json.loads(mark_message("MZ1", "a")) == {"event": "mark", "streamSid": "MZ1", "mark": {"name": "a"}}
    assert json.loads(clear_message("MZ1")) == {"event": "clear", "streamSid": "MZ1"}
