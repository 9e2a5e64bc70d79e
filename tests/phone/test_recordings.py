"""Recordings over real HTTP: what is fetched, what is refused, what is deleted."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.errors import AudioError, CarrierRejected, CarrierUnclear, NotFound
from ivr.phone.client import Account
from ivr.phone.recordings import MAX_BYTES, TwilioRecordings, is_recording_sid, recording_sid

ACCOUNT, RECORDING, CALL = "AC" + "1" * 32, "RE" + "2" * 32, "CA" + "3" * 32
API = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def recordings(carrier: Any) -> TwilioRecordings:
    return TwilioRecordings(
        Account(
            sid=ACCOUNT,
            auth_token="t",
            number="+15005550006",
            public_url="https://voice.example.com",
            api_base=carrier.url,
        )
    )


def test_sound_is_fetched_from_the_accounts_own_address(carrier: Any, recordings: TwilioRecordings) -> None:
    carrier.answer(200, "RIFF and so on")
    assert recordings.sound(RECORDING) == b"RIFF and so on"
    (asked,) = carrier.asked
    assert (asked.method, asked.path) == ("GET", f"{API}/{RECORDING}.wav")


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, NotFound), (401, CarrierRejected), (403, CarrierRejected), (503, CarrierUnclear), (0, CarrierUnclear)],
)
def test_each_answer_without_a_sound_has_its_own_meaning(
    carrier: Any, recordings: TwilioRecordings, status: int, error: type[Exception]
) -> None:
    carrier.answer(status, "no")
    with pytest.raises(error):
        recordings.sound(RECORDING)


def test_file_that_is_announced_as_large_is_not_read(carrier: Any, recordings: TwilioRecordings) -> None:
    carrier.answer(200, "x", Content_Length=str(115_200_044))
    with pytest.raises(AudioError, match="115200044 bytes"):
        recordings.sound(RECORDING)


def test_file_that_turns_out_large_is_given_up(carrier: Any, recordings: TwilioRecordings) -> None:
    carrier.answer(200, "x" * (MAX_BYTES + 70_000), Content_Length="", Connection="close")
    with pytest.raises(AudioError, match="is not fetched"):
        recordings.sound(RECORDING)


def test_answer_that_breaks_off_is_unclear(carrier: Any, recordings: TwilioRecordings) -> None:
    carrier.answer(200, "half", Content_Length="400", Connection="close")
    with pytest.raises(CarrierUnclear):
        recordings.sound(RECORDING)


def test_deleting_twice_is_no_error(carrier: Any, recordings: TwilioRecordings) -> None:
    carrier.answer(204, "")
    carrier.answer(404, {"code": 20404, "message": "not found", "status": 404})
    recordings.delete(RECORDING)
    recordings.delete(RECORDING)
    assert [(asked.method, asked.path) for asked in carrier.asked] == [("DELETE", f"{API}/{RECORDING}.json")] * 2


def test_deleting_that_fails_is_told(carrier: Any, recordings: TwilioRecordings) -> None:
    carrier.answer(500, {"code": 20500, "message": "x", "status": 500})
    with pytest.raises(CarrierUnclear):
        recordings.delete(RECORDING)


def listed(sid: str, source: str, created: str) -> dict[str, str]:
    return {"sid": sid, "call_sid": CALL, "source": source, "date_created": created}


def test_only_answers_that_are_old_enough_are_left(carrier: Any, recordings: TwilioRecordings) -> None:
    old, young = "Mon, 05 Jan 2026 11:00:00 +0000", "Mon, 05 Jan 2026 12:30:00 +0000"
    found = [
        listed(RECORDING, "RecordVerb", old),
        listed("RE" + "4" * 32, "RecordVerb", young),
        listed("RE" + "5" * 32, "Conference", old),
    ]
    carrier.answer(200, {"recordings": found, "page": 0, "page_size": 50, "next_page_uri": None})
    left = recordings.left(NOON.replace(day=4), NOON)
    assert [(recording.sid, recording.call_sid) for recording in left] == [(RECORDING, CALL)]
    (asked,) = carrier.asked
    assert asked.fields["DateCreated<"] == ["2026-01-05T12:00:00Z"]


def test_recording_is_known_by_its_address() -> None:
    assert recording_sid(f"https://api.twilio.com{API}/{RECORDING}") == RECORDING
    assert recording_sid(f"https://api.twilio.com{API}/{RECORDING}.mp3") == RECORDING
    assert recording_sid("https://evil.example/Recordings/../x") == ""
    assert not is_recording_sid(RECORDING + "/..")
