"""The stage of demo, benchmarks and journeys: the local carrier, and `serve` as a process of its own beside it."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from starlette.routing import BaseRoute

from ivr.carrier import CarrierOptions, Handset, LocalCarrier
from ivr.carrier.exchange import Exchange
from ivr.carrier.page import PhonesPage, phones_page
from ivr.domain.agents import AgentStatus
from ivr.storage import SqlStore

OUR_NUMBER = "+12025550100"
READY_SECONDS = 60.0
"""A cold start compiles byte code and may load models beside it."""
COMMAND_SECONDS = 120.0
"""How long one `python -m ivr …` may take."""

QUICK = CarrierOptions(insecure_streams=True, cps=1000, say_rate=230)
"""No queue for dials, ws:// accepted, a voice that does not dawdle."""


class StageError(Exception):
    """The stage could not be set; the text says why and where to look."""


@dataclass
class Stage:
    """A running Ringback on its own carrier; a context manager."""

    folder: Path
    """Database, logs and clock; must exist."""
    options: CarrierOptions = QUICK
    environment: Mapping[str, str] = field(default_factory=dict)
    """Further settings of the app."""
    program: Sequence[str] = ("-m", "ivr")
    """What Python runs; a benchmark's peer is another program."""

    def __post_init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.account_sid, self.auth_token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
        self.api_key, self.password = secrets.token_urlsafe(16), secrets.token_urlsafe(9)
        self.carrier = LocalCarrier(self.account_sid, self.auth_token, self.options, routes=self._phones)
        self.database_url = f"sqlite:///{self.folder / 'ringback.db'}"
        self.store = SqlStore(self.database_url)
        self._app: subprocess.Popen[bytes] | None = None
        self.started_in_seconds = 0.0
        self.shifted = timedelta()

    def _phones(self, exchange: Exchange) -> Sequence[BaseRoute]:
        """The page with telephones, showing the app's own timeline (Basic: any name, the API key)."""
        timeline = f"http://demo:{self.api_key}@127.0.0.1:{self.port}/api/v1/events"
        return phones_page(PhonesPage(timeline_url=timeline))(exchange)

    def __enter__(self) -> Self:
        try:
            self.carrier.start()
            self._start_app()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop app and carrier."""
        if self._app is not None and self._app.poll() is None:
            self._app.terminate()
            try:
                self._app.wait(30)
            except subprocess.TimeoutExpired:
                self._app.kill()
        self.carrier.stop()
        self.store.close()

    @property
    def settings(self) -> dict[str, str]:
        """The app's environment."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("IVR_", "TWILIO_"))},
            **{name: value for name, value in os.environ.items() if name.startswith(("IVR_VOSK_MODEL_", "IVR_MODELS"))},
            "TWILIO_ACCOUNT_SID": self.account_sid,
            "TWILIO_AUTH_TOKEN": self.auth_token,
            "TWILIO_API_BASE": self.carrier.url,
            "IVR_PUBLIC_URL": self.url,
            "IVR_PHONE_NUMBER": OUR_NUMBER,
            "IVR_DATABASE_URL": self.database_url,
            "IVR_CALLING_HOURS": "always",
            "IVR_LOCALES": "en-US,ko-KR",
            "IVR_DIAL_RATE": "0",
            "IVR_CLOCK_FILE": str(self.clock_file),
            "IVR_API_KEYS": self.api_key,
            "IVR_SUPERVISOR_PASSWORD": self.password,
            "IVR_SECRET_KEY": secrets.token_hex(16),
            "IVR_LOG": "json",
            **self.environment,
        }

    @property
    def clock_file(self) -> Path:
        """Holds the seconds by which the app's clock runs ahead."""
        return self.folder / "clock"

    @property
    def log_file(self) -> Path:
        """What the app writes."""
        return self.folder / "app.log"

    def _start_app(self) -> None:
        self.clock_file.write_text("0")
        began = time.monotonic()
        with self.log_file.open("ab") as log:
            arguments = ["serve", "--host", "127.0.0.1", "--port", str(self.port)]
            self._app = subprocess.Popen(
                [sys.executable, *self.program, *arguments], env=self.settings, stdout=log, stderr=log
            )
        self._until_ready(began + READY_SECONDS)
        self.started_in_seconds = time.monotonic() - began
        self.carrier.number(
            OUR_NUMBER,
            voice_url=f"{self.url}/voice",
            fallback_url=f"{self.url}/voice/fallback",
            status_callback=f"{self.url}/voice/status",
        )

    def _until_ready(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            if self._app is not None and self._app.poll() is not None:
                raise StageError(f"the app ended at once; its last words:\n{self.last_words()}")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise StageError(f"the app was not ready in {READY_SECONDS:.0f} s; its last words:\n{self.last_words()}")

    def until_heard(self, locale: str) -> str:
        """Wait until speech in a language can be heard (its model is loaded): the engine. Raises StageError."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                engine = json.load(answer)["hearing"].get(locale, "keypad")
            if engine != "keypad":
                return str(engine)
            time.sleep(0.1)
        raise StageError(f"no engine hears {locale}; `python -m ivr doctor` says why")

    def last_words(self) -> str:
        """The end of the app's log."""
        return "\n".join(self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])

    def command(self, *arguments: str, typed: str = "") -> str:
        """Run `python -m ivr …` against the app. Raises StageError."""
        command = [sys.executable, "-m", "ivr", *arguments]
        try:
            done = subprocess.run(
                command, env=self.settings, input=typed, capture_output=True, text=True, timeout=COMMAND_SECONDS
            )
        except subprocess.TimeoutExpired as late:
            raise StageError(
                f"`ivr {' '.join(arguments)}` took longer than {late.timeout:.0f} s; is this machine busy?"
            ) from late
        if done.returncode:
            raise StageError(f"`ivr {' '.join(arguments)}` failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def agent(self, name: str, number: str, *locales: str) -> Handset:
        """Add an agent and give them a telephone."""
        spoken = [word for locale in locales for word in ("--locale", locale)]
        self.command("agents", "add", name, number, "--skill", "general", *spoken)
        return self.carrier.handset(number, locale=locales[0] if locales else "en-US")

    def set_agent(self, name: str, status: AgentStatus) -> None:
        """As `agents status` does, without a process of its own."""
        with self.store.begin() as uow:
            agent = uow.agents.by_name(name)
            if agent is None:
                raise StageError(f"there is no agent {name}")
            agent.move(status, self.now())
            uow.commit()

    def now(self) -> datetime:
        """The app's clock."""
        return datetime.now(UTC) + self.shifted

    def shift_clock(self, by: timedelta) -> None:
        """Move the app's clock forward."""
        self.shifted += by
        self.clock_file.write_text(str(self.shifted.total_seconds()))


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
