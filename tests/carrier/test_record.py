"""Record, and what it keeps."""

import io
import urllib.error
import urllib.request
import wave

import pytest
from twilio.base.exceptions import TwilioRestException

OURS = "+15550100100"
LOUD = b"\x00\x40" * 160
KEPT = '<Record action="/kept" timeout="2" playBeep="false"/>'


def seconds(url: str) -> float:
    with urllib.request.urlopen(url) as answer, wave.open(io.BytesIO(answer.read())) as file:
        return file.getnframes() / file.getframerate()


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def recorded(app, customer, document=KEPT):
    """What the action is told of two seconds of sound."""
    app.answers["/voice"] = document
    app.answers["/kept"] = '<Pause length="1000"/>'
    customer.dial(OURS)
    customer.connected()
    customer.play(LOUD * 100)
    return app.wait_for("/kept")[0].params


def test_recording_ends_with_silence_which_is_trimmed(app, customer):
    params = recorded(app, customer)
    assert params["RecordingDuration"] == "2"
    assert params["RecordingSid"] in params["RecordingUrl"]
    assert seconds(params["RecordingUrl"]) == pytest.approx(2.0, abs=0.05)


def test_recording_that_is_not_trimmed_keeps_its_silence(app, customer):
    params = recorded(app, customer, KEPT.replace("/>", ' trim="do-not-trim"/>'))
    assert 3.9 < seconds(params["RecordingUrl"]) < 5


def test_recording_ends_at_its_longest_time(app, customer):
    params = recorded(app, customer, KEPT.replace("/>", ' maxLength="1"/>'))
    assert seconds(params["RecordingUrl"]) <= 1.0


def test_recording_ends_with_a_key(app, customer):
    app.answers["/voice"] = '<Record action="/kept" finishOnKey="#" timeout="1000"/>'
    customer.dial(OURS)
    customer.connected()
    customer.hears_tone()
    customer.press("5#")
    assert app.wait_for("/kept")[0].params["Digits"] == "#"


def test_empty_recording_requests_nothing_and_goes_on_with_the_next_verb(app, customer):
    app.answers["/voice"] = f"{KEPT}<Say>I heard nothing</Say>"
    customer.dial(OURS)
    customer.hears("I heard nothing")
    assert app.to("/kept") == []


def test_recording_of_a_caller_who_hangs_up_still_reaches_the_action(app, customer):
    app.answers["/voice"] = f'<Record action="/kept" timeout="1000" recordingStatusCallback="{app.url}/recorded"/>'
    customer.dial(OURS)
    customer.connected()
    customer.hears_tone()
    customer.play(LOUD * 20)
    customer.hang_up()
    assert app.wait_for("/kept")[0].params["Digits"] == "hangup"
    assert app.wait_for("/recorded")[0].params["RecordingStatus"] == "completed"


def test_file_is_there_only_after_a_while(app, open_carrier):
    customer = open_carrier(recording_ready_seconds=3).handset("+15551230001")
    params = recorded(app, customer)
    assert status(params["RecordingUrl"]) == 404
    customer.stay_silent(3.5)
    assert status(params["RecordingUrl"]) == 200


def test_file_may_be_for_the_account_alone(app, open_carrier):
    params = recorded(app, open_carrier(recordings_need_credentials=True).handset("+15551230001"))
    assert status(params["RecordingUrl"]) == 401


def test_files_may_be_lost_broken_or_refused(app, carrier, customer):
    params = recorded(app, customer)
    carrier.faults.recording_files.extend([503, b"RIFF"])
    assert status(params["RecordingUrl"]) == 503
    with urllib.request.urlopen(params["RecordingUrl"]) as answer:
        assert answer.read() == b"RIFF"
    assert status(params["RecordingUrl"]) == 200
    carrier.faults.recordings_lost = True
    assert status(params["RecordingUrl"]) == 404


def test_deleted_recording_is_gone(app, client, customer):
    params = recorded(app, customer)
    client.recordings(params["RecordingSid"]).delete()
    assert status(params["RecordingUrl"]) == 404
    assert client.recordings.list() == []
    with pytest.raises(TwilioRestException):
        client.recordings(params["RecordingSid"]).delete()
