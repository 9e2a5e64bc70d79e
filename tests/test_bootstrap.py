"""The whole system put together from settings alone."""

from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from ivr.bootstrap import build
from ivr.clock import ShiftedClock, SystemClock
from ivr.errors import SettingsError
from ivr.parts import callback_rules, carrier_account, load_content, make_clock, session_key
from ivr.settings import Settings

CARRIER = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "2" * 32,
    "TWILIO_API_BASE": "http://127.0.0.1:9",
    "IVR_PUBLIC_URL": "https://voice.example.com",
    "IVR_PHONE_NUMBER": "+12025550100",
}


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    return {**CARRIER, "IVR_DATABASE_URL": f"sqlite:///{tmp_path / 'ivr.db'}"}


def test_settings_bend_the_rules_of_callbacks() -> None:
    rules = callback_rules(
        Settings.from_env(
            {
                "IVR_PHONE_NUMBER": "+4930901820",
                "IVR_COUNTRIES": "AT",
                "IVR_LINE_TYPES": "mobile",
                "IVR_DIAL_RATE": "0.5",
                "IVR_DAILY_DIALS": "7",
                "IVR_RING_SECONDS_AGENT": "15",
                "IVR_RING_SECONDS_CUSTOMER": "25",
                "IVR_SETTLE_SECONDS": "9",
                "IVR_HOURS": "Mon 10:00-11:00",
                "IVR_HOURS_ZONE": "Europe/Berlin",
                "IVR_CALLING_HOURS": "10:00-18:00",
            }
        )
    )
    assert rules.booking.countries == {"AT", "DE"}
    assert rules.booking.line_types == {"mobile"}
    assert (rules.dial.dials_per_second, rules.dial.dials_per_day, rules.dial.settle_seconds) == (0.5, 7, 9)
    assert (rules.dial.agent_ring_seconds, rules.dial.customer_ring_seconds) == (15, 25)
    assert (rules.opening.zone, rules.calls_open_at, rules.calls_close_at) == ("Europe/Berlin", time(10), time(18))
    assert not rules.any_hour


def test_only_a_carrier_of_our_own_may_ring_at_any_hour() -> None:
    rules = callback_rules(Settings.from_env({**CARRIER, "IVR_CALLING_HOURS": "always"}))
    assert rules.any_hour


def test_the_carrier_needs_account_token_and_address() -> None:
    with pytest.raises(SettingsError, match="set TWILIO_AUTH_TOKEN, IVR_PUBLIC_URL"):
        carrier_account(Settings.from_env({"TWILIO_ACCOUNT_SID": "AC1"}))


def test_languages_are_served_in_the_order_of_the_setting() -> None:
    assert list(load_content(Settings.from_env({"IVR_LOCALES": "ko-KR,en-US"})).locales) == ["ko-KR", "en-US"]
    assert list(load_content(Settings.from_env({"IVR_LOCALES": "ko-KR"})).locales) == ["ko-KR"]


def test_a_language_without_grammars_is_refused_with_those_that_have_some() -> None:
    with pytest.raises(SettingsError, match=r"xx-XX; there are for .*en-US"):
        load_content(Settings.from_env({"IVR_LOCALES": "en-US,xx-XX"}))


def test_the_session_key_does_not_tell_the_token() -> None:
    assert session_key("token") == session_key("token") != session_key("another")
    assert "token" not in session_key("token")


def test_a_system_answers_a_health_check_and_refuses_the_unsigned(given: dict[str, str]) -> None:
    with build(Settings.from_env(given)) as ivr:
        client = ivr.wsgi().test_client()
        assert client.get("/readyz").status_code == 200
        assert client.post("/voice", data={"CallSid": "CA" + "0" * 32}).status_code == 403


def test_without_credentials_nothing_is_served(given: dict[str, str]) -> None:
    del given["TWILIO_AUTH_TOKEN"]
    with pytest.raises(SettingsError, match="TWILIO_AUTH_TOKEN"):
        build(Settings.from_env(given)).wsgi()


def test_keypad_only_serving_hears_nothing(given: dict[str, str]) -> None:
    with build(Settings.from_env({**given, "IVR_HEARING": "keypad"})) as ivr:
        assert ivr.services.recognizer is None
        ivr.load_models()
        assert not ivr.ears.vosk.hears("ko-KR")


def test_a_part_can_be_replaced(given: dict[str, str]) -> None:
    class Stopped:
        def now(self) -> datetime:
            return datetime(2030, 1, 1, tzinfo=UTC)

    with build(Settings.from_env(given), clock=Stopped(), node="here") as ivr:
        assert ivr.services.clock.now().year == 2030
        assert ivr.node == "here"


def test_without_a_clock_file_time_is_the_machines() -> None:
    assert isinstance(make_clock(Settings.from_env({})), SystemClock)


def test_a_demonstrations_clock_jumps_forward_and_never_back(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = ShiftedClock(file)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    file.write_text("7200")
    assert clock.now() - datetime.now(UTC) > timedelta(minutes=119)
    for broken in ("", "nonsense", "60"):
        file.write_text(broken)
        assert clock.now() - datetime.now(UTC) > timedelta(minutes=119)


def test_an_api_key_may_be_set_as_its_hash_but_the_hash_opens_nothing(given: dict[str, str]) -> None:
    plain, hidden = "a-plain-key-of-the-api", "a-key-known-by-its-hash"
    hashed = f"sha256:{sha256(hidden.encode()).hexdigest()}"
    with build(Settings.from_env({**given, "IVR_API_KEYS": f"{plain},{hashed}"})) as ivr:
        client = ivr.wsgi().test_client()
        answers = {
            key: client.get("/api/v1/events", headers={"Authorization": f"Bearer {key}"}).status_code
            for key in (plain, hidden, hashed, "another-key-altogether", "")
        }
    assert answers == {plain: 200, hidden: 200, hashed: 401, "another-key-altogether": 401, "": 401}
