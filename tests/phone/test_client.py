"""The REST client over real HTTP: what is sent, and what each answer means."""

import json
import logging
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ivr.domain.callbacks import Leg, Party
from ivr.errors import CallGone, CarrierRejected, CarrierUnclear, NotFound
from ivr.phone.client import Account, TwilioMessenger, TwilioPhone
from ivr.phone.numbers import TwilioNumbers

ACCOUNT, CALL = "AC" + "1" * 32, "CA" + "2" * 32
LEG = Leg(
    id="leg1", attempt_id="a1", party=Party.CUSTOMER, number="+15005550011", created_at=datetime(2026, 1, 5, tzinfo=UTC)
)


def account(url: str) -> Account:
    return Account(
        sid=ACCOUNT, auth_token="t", number="+15005550006", public_url="https://voice.example.com/", api_base=url
    )


@pytest.fixture
def phone(carrier: Any) -> TwilioPhone:
    return TwilioPhone(account(carrier.url))


def place(phone: TwilioPhone) -> str:
    return phone.place(LEG, detect_machine=True, ring_seconds=25)


def trouble(code: int, status: int) -> dict[str, object]:
    return {"code": code, "message": "The number +15005550011 is not good", "status": status}


def test_placing_names_every_address_by_the_leg(carrier: Any, phone: TwilioPhone) -> None:
    carrier.answer(201, {"sid": CALL, "status": "queued"})
    assert place(phone) == CALL
    (asked,) = carrier.asked
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
    assert asked.fields == {
        "To": ["+15005550011"],
        "From": ["+15005550006"],
        "Timeout": ["25"],
        "TimeLimit": ["3600"],
        "Url": ["https://voice.example.com/voice/leg/leg1/answer"],
        "Method": ["POST"],
        "FallbackUrl": ["https://voice.example.com/voice/leg/leg1/fallback"],
        "FallbackMethod": ["POST"],
        "StatusCallback": ["https://voice.example.com/voice/leg/leg1/status"],
        "StatusCallbackMethod": ["POST"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "MachineDetection": ["DetectMessageEnd"],
        "AsyncAmd": ["true"],
        "AsyncAmdStatusCallback": ["https://voice.example.com/voice/leg/leg1/machine"],
        "AsyncAmdStatusCallbackMethod": ["POST"],
    }


def test_agents_leg_asks_for_no_machine_detection(carrier: Any, phone: TwilioPhone) -> None:
    carrier.answer(201, {"sid": CALL})
    phone.place(LEG, detect_machine=False, ring_seconds=25)
    assert not [name for name in carrier.asked[0].fields if "Amd" in name or "Machine" in name]


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected"),
    [
        (400, trouble(21211, 400), {}, (CarrierRejected, 21211, None)),
        (401, trouble(20003, 401), {}, (CarrierRejected, 20003, None)),
        (429, trouble(20429, 429), {"Retry_After": "7"}, (CarrierRejected, 20429, 7.0)),
        (429, trouble(20429, 429), {"Retry_After": "soon"}, (CarrierRejected, 20429, None)),
        (500, trouble(20500, 500), {}, (CarrierUnclear, None, None)),
        (503, "<html>sorry</html>", {}, (CarrierUnclear, None, None)),
        (201, "{not json", {}, (CarrierUnclear, None, None)),
        (201, {"status": "queued"}, {}, (CarrierUnclear, None, None)),
        (201, "[]", {}, (CarrierUnclear, None, None)),
        (0, "", {}, (CarrierUnclear, None, None)),
    ],
)
def test_every_answer_is_surely_refused_or_unclear(
    carrier: Any, phone: TwilioPhone, status: int, body: Any, headers: dict[str, str], expected: tuple[Any, ...]
) -> None:
    carrier.answer(status, body, **headers)
    with pytest.raises(expected[0]) as caught:
        place(phone)
    assert "5550011" not in str(caught.value)
    if expected[0] is CarrierRejected:
        assert (caught.value.carrier_code, caught.value.retry_after_seconds) == expected[1:]
    assert len(carrier.asked) == 1, "nothing may be dialed twice"


def test_refused_connection_was_surely_not_dialed() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(CarrierRejected, match="can't be reached"):
        place(TwilioPhone(account(url)))


def test_carrier_that_does_not_answer_in_time_is_unclear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.phone.http.TIMEOUT_SECONDS", (1, 0.1))
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(CarrierUnclear):
        place(TwilioPhone(account(f"http://127.0.0.1:{mute.getsockname()[1]}")))


def test_redirect_posts_the_whole_address(carrier: Any, phone: TwilioPhone) -> None:
    carrier.answer(200, {"sid": CALL})
    phone.redirect(CALL, "/voice/turn/4?listen=1")
    assert carrier.asked[0].path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json"
    assert carrier.asked[0].fields == {
        "Url": ["https://voice.example.com/voice/turn/4?listen=1"],
        "Method": ["POST"],
    }


@pytest.mark.parametrize(("status", "code"), [(400, 21220), (404, 20404)])
def test_call_that_ended_meanwhile_is_gone_not_an_error(
    carrier: Any, phone: TwilioPhone, status: int, code: int
) -> None:
    carrier.answer(status, trouble(code, status))
    with pytest.raises(CallGone):
        phone.redirect(CALL, "/voice/turn/4")
    phone.hang_up(CALL)
    assert carrier.asked[-1].fields == {"Status": ["completed"]}


def listed(*dates: str | None) -> dict[str, object]:
    calls = [
        {"sid": CALL[:-1] + str(i), "to": LEG.number, "status": "queued", "date_created": date}
        for i, date in enumerate(dates)
    ]
    return {"calls": calls, "page": 0, "page_size": 50, "next_page_uri": None}


def test_listing_keeps_what_was_created_since_even_if_it_has_not_started(carrier: Any, phone: TwilioPhone) -> None:
    carrier.answer(200, listed("Mon, 05 Jan 2026 10:00:00 +0000", "Mon, 05 Jan 2026 09:00:00 +0000", None))
    found = phone.find_calls(LEG.number, datetime(2026, 1, 5, 10, 0, 2, tzinfo=UTC))
    assert [call.sid[-1] for call in found] == ["0", "2"]
    assert carrier.asked[0].fields == {"To": [LEG.number], "PageSize": ["50"]}


@pytest.mark.parametrize("status", [404, 429, 500])
def test_list_that_cannot_be_had_is_unclear(carrier: Any, phone: TwilioPhone, status: int) -> None:
    carrier.answer(status, trouble(20404, status))
    with pytest.raises(CarrierUnclear):
        phone.find_calls(LEG.number, datetime(2026, 1, 5, tzinfo=UTC))


def test_fetch_tells_unknown_from_unclear(carrier: Any, phone: TwilioPhone) -> None:
    carrier.answer(200, {"sid": CALL, "to": LEG.number, "status": "no-answer", "answered_by": "machine_start"})
    carrier.answer(404, trouble(20404, 404))
    carrier.answer(503, trouble(20503, 503))
    call = phone.fetch(CALL)
    assert call is not None
    assert (call.status, call.answered_by) == ("no-answer", "machine_start")
    assert phone.fetch(CALL) is None
    with pytest.raises(CarrierUnclear):
        phone.fetch(CALL)


def test_text_message_goes_from_our_number(carrier: Any) -> None:
    carrier.answer(201, {"sid": "SM" + "3" * 32, "status": "queued"})
    TwilioMessenger(account(carrier.url)).send_text(LEG.number, "Your code is 123456.")
    assert carrier.asked[0].fields == {
        "To": [LEG.number],
        "From": ["+15005550006"],
        "Body": ["Your code is 123456."],
    }


def test_what_becomes_of_a_text_is_told_at_the_address_that_was_given(carrier: Any) -> None:
    carrier.answer(201, {"sid": "SM" + "3" * 32, "status": "queued"})
    TwilioMessenger(account(carrier.url)).send_text(LEG.number, "x", "/text/abc/status")
    assert carrier.asked[0].fields["StatusCallback"] == ["https://voice.example.com/text/abc/status"]


def listed_texts(*texts: dict[str, object]) -> dict[str, object]:
    return {"messages": list(texts), "page": 0, "page_size": 50, "next_page_uri": None, "uri": "/"}


def test_text_is_found_by_what_only_it_says_and_not_if_it_is_older(carrier: Any) -> None:
    messenger, since = TwilioMessenger(account(carrier.url)), datetime(2026, 1, 5, 12, tzinfo=UTC)
    new, old = "Mon, 05 Jan 2026 12:00:01 +0000", "Mon, 05 Jan 2026 11:00:00 +0000"
    texts = [
        {"sid": "SM1", "body": "see https://x/c/abc", "date_created": new},
        {"sid": "SM2", "body": "see https://x/c/abd", "date_created": new},
        {"sid": "SM3", "body": "see https://x/c/abe", "date_created": old},
    ]
    found = []
    for part in ("/c/abd", "/c/abe", "/c/abf"):
        carrier.answer(200, listed_texts(*texts))
        found.append(messenger.find_text(LEG.number, part, since))
    assert found == ["SM2", None, None]


def test_list_of_texts_that_is_refused_is_unclear(carrier: Any) -> None:
    carrier.answer(403, trouble(20003, 403))
    with pytest.raises(CarrierUnclear):
        TwilioMessenger(account(carrier.url)).find_text(LEG.number, "x", datetime(2026, 1, 5, tzinfo=UTC))


NUMBER = {"sid": "PN" + "4" * 32, "phone_number": "+15005550006", "voice_url": "https://old.example.com/v",
          "voice_method": "GET", "voice_fallback_url": "", "voice_fallback_method": "POST", "status_callback": None,
          "status_callback_method": "POST", "voice_application_sid": "AP" + "5" * 32}  # fmt: skip


def test_number_is_pointed_here_and_back_again(carrier: Any) -> None:
    carrier.answer(200, {"incoming_phone_numbers": [NUMBER], "page": 0, "next_page_uri": None})
    carrier.answer(200, NUMBER)
    numbers = TwilioNumbers(account(carrier.url))
    before = numbers.point_here()
    numbers.restore(json.loads(json.dumps(before)))
    there, back = carrier.asked[1].fields, carrier.asked[2].fields
    assert there["VoiceUrl"] == ["https://voice.example.com/voice"]
    assert there["VoiceFallbackUrl"] == ["https://voice.example.com/voice/fallback"]
    assert there["StatusCallback"] == ["https://voice.example.com/voice/status"]
    assert there["VoiceApplicationSid"] == [""]
    assert back["VoiceUrl"] == ["https://old.example.com/v"]
    assert back["VoiceMethod"] == ["GET"]
    assert back["StatusCallback"] == [""]
    assert back["VoiceApplicationSid"] == ["AP" + "5" * 32]


def test_number_that_is_not_ours_is_told(carrier: Any) -> None:
    carrier.answer(200, {"incoming_phone_numbers": [], "page": 0, "next_page_uri": None})
    with pytest.raises(NotFound, match="IVR_PHONE_NUMBER"):
        TwilioNumbers(account(carrier.url)).point_here()


def test_no_log_line_shows_a_number(carrier: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    carrier.answer(200, listed("Mon, 05 Jan 2026 10:00:00 +0000"))
    TwilioPhone(account(carrier.url)).find_calls(LEG.number, datetime(2026, 1, 5, tzinfo=UTC))
    assert "5550011" not in caplog.text


def test_every_field_sent_is_one_of_the_published_api(carrier: Any, phone: TwilioPhone, shared: Path) -> None:
    api = json.loads((shared / "reference" / "twilio_api_v2010.json").read_text())
    carrier.answer(201, {"sid": CALL})
    place(phone)
    phone.redirect(CALL, "/voice/turn/4")
    phone.hang_up(CALL)
    TwilioMessenger(account(carrier.url)).send_text(LEG.number, "x")
    for asked in carrier.asked:
        template = asked.path.replace(ACCOUNT, "{AccountSid}").replace(CALL, "{Sid}")
        body = api["paths"][template]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        assert set(asked.fields) <= set(body["properties"])
        assert set(body.get("required", ())) <= set(asked.fields)
        for name, values in asked.fields.items():
            allowed = body["properties"][name].get("enum")
            assert allowed is None or set(values) <= set(allowed), name
