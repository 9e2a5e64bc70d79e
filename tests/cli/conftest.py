"""Fixtures of the commands: run in this process, on a database of their own, with logging put back afterwards."""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from ivr.carrier import CarrierOptions, LocalCarrier
from ivr.cli import run
from ivr.storage import SqlStore
from tests.conftest import LOGS

ACCOUNT, TOKEN, NUMBER = "AC" + "1" * 32, "2" * 32, "+12025550100"


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _logging_put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.configure(**LOGS)


@pytest.fixture
def environment(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No settings but a database of its own, migrated already: `serve` is tested on one that is not."""
    for name in [name for name in os.environ if name.startswith(("IVR_", "TWILIO_"))]:
        monkeypatch.delenv(name)
    file = shutil.copy(sqlite_template, tmp_path / "ivr.db")
    monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{file}")
    return monkeypatch


@pytest.fixture
def ivr(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs `python -m ivr …` and hands back status and output."""

    def command(*arguments: str) -> Ran:
        capsys.readouterr()
        status = run(arguments)
        shown = capsys.readouterr()
        return Ran(status, shown.out, shown.err)

    return command


@pytest.fixture
def store(tmp_path: Path, environment: pytest.MonkeyPatch) -> Iterator[SqlStore]:
    """The same database, for looking into it."""
    store = SqlStore(f"sqlite:///{tmp_path / 'ivr.db'}")
    yield store
    store.close()


@pytest.fixture
def carrier(environment: pytest.MonkeyPatch) -> Iterator[LocalCarrier]:
    """A carrier on this machine that the settings point at; it owns NUMBER, which calls somebody else."""
    with LocalCarrier(ACCOUNT, TOKEN, CarrierOptions(voice=None)) as carrier:
        carrier.number(NUMBER, voice_url="https://before.example/voice", status_callback="https://before.example/s")
        environment.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
        environment.setenv("TWILIO_AUTH_TOKEN", TOKEN)
        environment.setenv("TWILIO_API_BASE", carrier.url)
        environment.setenv("IVR_PUBLIC_URL", "http://127.0.0.1:9")
        environment.setenv("IVR_PHONE_NUMBER", NUMBER)
        yield carrier
