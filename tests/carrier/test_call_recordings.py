"""Recordings of live calls that REST starts and stops."""

import io
import wave

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

OURS, CUSTOMER = "+15550100100", "+15551230001"
ANSWERS = '<Say>Hello</Say><Pause length="1000"/>'
LOUD = b"\x00\x40" * 160


def test_live_call_is_recorded_on_two_channels_until_it_is_stopped_and_each_state_is_told(
    app, carrier, customer, client, eventually
):
    app.answers["/voice"] = ANSWERS
    app.answers["/told"] = ""
    customer.dial(OURS)
    customer.connected()
    (call,) = carrier.calls
    made = client.calls(call.sid).recordings.create(
        recording_channels="dual",
        recording_status_callback=app.url + "/told",
        recording_status_callback_event=["in-progress completed"],
    )
    assert (made.status, made.source, made.channels) == ("in-progress", "StartCallRecordingAPI", 2)
    customer.play(LOUD * 50)
    with pytest.raises(TwilioRestException):
        client.calls(call.sid).recordings(made.sid).delete()
    client.calls(call.sid).recordings("Twilio.CURRENT").update(status="stopped")
    eventually(lambda: len(app.wait_for("/told", 2)) == 2)
    told = [request.params for request in app.wait_for("/told", 2)]
    assert sorted(one["RecordingStatus"] for one in told) == ["completed", "in-progress"]
    assert {(one["RecordingSid"], one["CallSid"], one["RecordingSource"]) for one in told} == {
        (made.sid, call.sid, "StartCallRecordingAPI")
    }
    address = next(one for one in told if one["RecordingStatus"] == "completed")["RecordingUrl"] + ".wav"
    for channels in (1, 2):
        sound = requests.get(f"{address}?RequestedChannels={channels}", timeout=30).content
        with wave.open(io.BytesIO(sound)) as file:
            assert (file.getnchannels(), file.getnframes() > 4000) == (channels, True)
    assert [one.sid for one in client.calls(call.sid).recordings.list()] == [made.sid]
    client.recordings(made.sid).delete()
    assert client.recordings.list(call_sid=call.sid) == []


def test_call_that_is_over_cannot_be_recorded(app, carrier, customer, client):
    app.answers["/voice"] = ANSWERS
    customer.dial(OURS)
    customer.connected()
    customer.hang_up()
    with pytest.raises(TwilioRestException) as refused:
        client.calls(carrier.calls[0].sid).recordings.create()
    assert refused.value.code == 21220


def test_recording_ends_with_its_call(app, carrier, customer, client, eventually):
    app.answers["/voice"] = ANSWERS
    customer.dial(OURS)
    customer.connected()
    sid = carrier.calls[0].sid
    made = client.calls(sid).recordings.create()
    customer.play(LOUD * 20)
    customer.hang_up()
    eventually(lambda: client.recordings(made.sid).fetch().status == "completed")
