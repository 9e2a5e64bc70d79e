"""A signed carrier, and scripted use cases: what the voice webhooks are tested with."""

import threading
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from ivr.domain.agents import Agent
from ivr.domain.callbacks import Party
from ivr.domain.hearing import Ability, Grammar
from ivr.domain.intents import Expects
from ivr.domain.turn import Next, Say, Turn
from ivr.errors import NotFound
from ivr.phone.twiml import Hearing
from ivr.service.recording_ports import CarriersRecording
from ivr.web.services import Services

ACCOUNT = "AC" + "1" * 32
CALL = "CA" + "2" * 32
TOKEN = "secret-token"
URL = "https://voice.example.com"
PROMPTS = {"apology": "Sorry, something went wrong.", "goodbye": "Goodbye.", "menu": "How can I help?"}


def a_turn(number: int = 1, **fields: Any) -> Turn:
    return replace(Turn(number=number, locale="en-US", say=(Say("menu"),), state="menu"), **fields)


class FakeSpeaker:
    locales = ("en-US", "ko-KR")

    def voice(self, locale: str) -> tuple[str, str]:
        return "", "85%"

    def text(self, locale: str, say: Say) -> str:
        return PROMPTS.get(say.key, say.key)


class FakeUnderstanding:
    def ability(self, locale: str) -> Ability:
        return Ability.FULL

    def grammar(self, locale: str, expects: Expects) -> Grammar:
        return Grammar(locale, f"{locale}:{'-'.join(expects.intents)}", ("track my order", "agent"))

    def hints(self, locale: str, expects: Expects) -> tuple[str, ...]:
        return ("track my order", "agent")

    def is_complete(self, locale: str, expects: Expects, text: str) -> bool:
        return True

    def is_enough(self, locale: str, expects: Expects, text: str) -> bool:
        return False


class FakeClock:
    def now(self) -> datetime:
        return datetime(2026, 1, 5, 10, tzinfo=UTC)


@dataclass
class FakeCalls:
    """Answers every step with the turn it is given; notes what was asked."""

    turn: Turn = field(default_factory=a_turn)
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    broken: Exception | None = None
    known: set[str] = field(default_factory=lambda: {CALL})
    is_live: bool = True
    after_speech: Turn | None = None
    """Where speech leads; None: nowhere."""
    levels: list[float] = field(default_factory=list)
    """How loud what was said was."""

    def _note(self, *asked: Any) -> Turn:
        self.asked.append(asked)
        if self.broken is not None:
            raise self.broken
        return self.turn

    def arrive(self, sid: str, from_raw: str | None, to: str) -> Turn:
        return self._note("arrive", sid, from_raw, to)

    def present(self, sid: str) -> Turn:
        if sid not in self.known:
            raise NotFound("no such call")
        return self._note("present", sid)

    def keys(self, sid: str, turn: int, digits: str) -> Turn:
        return self._note("keys", sid, turn, digits)

    def speech(
        self, sid: str, turn: int, readings: Sequence[Any], *, engine: str, audio_seconds: float, level: float = 0.0
    ) -> Turn:
        present = self._note("speech", sid, turn, tuple(reading.text for reading in readings), engine)
        self.levels.append(level)
        return self.after_speech or present

    def silence(self, sid: str, turn: int) -> Turn:
        return self._note("silence", sid, turn)

    def speaking(self, sid: str, is_speaking: bool) -> None:
        self._note("speaking", sid, is_speaking)

    def failed(self, sid: str, from_raw: str | None, to: str) -> Turn:
        return self._note("failed", sid)

    def join(self, sid: str, attempt_id: str) -> Turn:
        return self._note("join", sid, attempt_id)

    def left_conference(self, sid: str) -> Turn:
        return self._note("left_conference", sid)

    def ended(self, sid: str) -> None:
        self.is_live = False
        self._note("ended", sid)

    def hearing(self, sid: str) -> tuple[Turn, Grammar] | None:
        if sid not in self.known or not self.is_live or self.turn.next is Next.HANG_UP:
            return None
        return self.turn, FakeUnderstanding().grammar(self.turn.locale, self.turn.expects)

    def is_complete(self, turn: Turn, text: str) -> bool:
        return True

    def is_enough(self, turn: Turn, text: str) -> bool:
        return False


@dataclass
class FakeLegs:
    """Notes every call by name; documents say `turn`."""

    turn: Turn = field(default_factory=a_turn)
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    broken: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **named: Any) -> Any:
            self.asked.append((name, *args, *named.values()))
            if self.broken is not None:
                raise self.broken
            return self.turn

        return call


@dataclass
class FakeLegHearing:
    """Nobody is heard on a leg."""

    turn: Turn = field(default_factory=a_turn)
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def hearing(self, sid: str) -> None:
        return None

    def leg_id(self, sid: str) -> str:
        return ""

    def speech(
        self, sid: str, turn: int, readings: Sequence[Any], *, engine: str, audio_seconds: float, level: float = 0.0
    ) -> Turn:
        self.asked.append(("speech", sid, turn, tuple(reading.text for reading in readings), engine))
        return self.turn


class FakeGuards:
    def __init__(self) -> None:
        self.seen: set[tuple[str, str, str]] = set()
        self.beat_at: datetime | None = None

    def is_new_webhook(self, call_sid: str, kind: str, sequence: str) -> bool:
        is_new = (call_sid, kind, sequence) not in self.seen
        self.seen.add((call_sid, kind, sequence))
        return is_new

    def last_beat_at(self, role: str) -> datetime | None:
        return self.beat_at


@dataclass
class FakeLegRow:
    attempt_id: str = "attempt1"
    party: Party = Party.AGENT


class FakeStore:
    """As much of a store as the web layer touches itself."""

    def __init__(self) -> None:
        self.guards = FakeGuards()
        self.legs = self.agents = self.callbacks = self.messages = self
        self.broken: Exception | None = None

    def get(self, leg_id: str) -> FakeLegRow:
        return FakeLegRow()

    def all(self) -> list[Agent]:
        return []

    def counted(self, now: datetime) -> dict[str, int]:
        return {}

    def count_waiting(self, now: datetime) -> int:
        return 0

    def commit(self) -> None:
        return None

    @contextmanager
    def begin(self) -> Any:
        if self.broken is not None:
            raise self.broken
        yield self

    read = begin


@dataclass
class FakePhone:
    redirects: list[tuple[str, str]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def redirect(self, call_sid: str, path: str) -> None:
        self.redirects.append((call_sid, path))
        if self.errors:
            raise self.errors.pop(0)


class FakeRecorder:
    """service.recorder.Recorder: what it was told."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, CarriersRecording, str]] = []
        self.sound, self.lines = b"", []
        self.is_written = threading.Event()

    def told(self, recording_id: str, one: CarriersRecording, call_sid: str) -> None:
        self.reports.append((recording_id, one, call_sid))

    def write_down(self, write: Any) -> int:
        self.lines = write(iter([self.sound]), "en-US")
        self.is_written.set()
        return 1


def some_services(**fields: Any) -> Services:
    """Services of fakes."""
    given: dict[str, Any] = {
        "store": FakeStore(),
        "clock": FakeClock(),
        "calls": FakeCalls(),
        "legs": FakeLegs(),
        "leg_hearing": FakeLegHearing(),
        "understanding": FakeUnderstanding(),
        "speaker": FakeSpeaker(),
        "phone": FakePhone(),
        "recorder": FakeRecorder(),
        "hearing": Hearing.KEYPAD,
        "public_url": URL,
        "auth_tokens": (TOKEN,),
        "account_sid": ACCOUNT,
    }
    return Services(**(given | fields))


def signature(url: str, params: dict[str, str] | None = None) -> str:
    return str(RequestValidator(TOKEN).compute_signature(url, params or {}))


def post(client: FlaskClient, path: str, **params: str) -> TestResponse:
    """A webhook as the carrier signs and sends it."""
    form = {"AccountSid": ACCOUNT, "CallSid": CALL, "CallStatus": "in-progress"} | params
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature(URL + path, form)})
