"""The contract with the outside: a carrier that knows only Twilio's protocol and our settings runs the story."""

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.foreign.carrier import ForeignCarrier
from tests.foreign.documents import follow
from tests.processes import free_port, until, without_settings

SID, TOKEN, OURS = "AC" + "7" * 32, "8" * 32, "+12025550100"
AGENT, CUSTOMER = "+12025550171", "+12025550188"
PATIENCE = 120
ROOT = Path(__file__).parents[2]


class App:
    """`python -m ivr`, with nothing but documented settings."""

    def __init__(self, folder: Path, carrier: str, hearing: str = "keypad") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.environ = without_settings() | {
            "PYTHONPATH": str(ROOT),
            "TWILIO_ACCOUNT_SID": SID,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_BASE": carrier,
            "IVR_PUBLIC_URL": self.url,
            "IVR_PHONE_NUMBER": OURS,
            "IVR_DATABASE_URL": f"sqlite:///{folder / 'ivr.db'}",
            "IVR_HEARING": hearing,
            "IVR_CALLING_HOURS": "always",
            "IVR_LOCALES": "" if hearing == "gather" else "en-US",  # a model of each language takes seconds to load
        }

    def runs(self, *arguments: str) -> str:
        """One command to its end: what it printed."""
        command = [sys.executable, "-m", "ivr", *arguments]
        done = subprocess.run(command, env=self.environ, cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[None]:
        """`serve` until it is ready, and to its end."""
        command = [sys.executable, "-m", "ivr", "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(command, env=self.environ, cwd=self.folder, stdout=log, stderr=log)
        try:
            until(self._is_ready, PATIENCE)
            yield
        finally:
            process.terminate()
            process.wait(60)

    def _is_ready(self) -> bool:
        """Ready, and English is heard if anything of our own hears."""
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz", timeout=10) as answer:
            told = json.load(answer)
            return bool(told["mode"] not in ("stream", "record") or told["hearing"]["en-US"] != "keypad")
        return False


def _caller(order: str) -> Callable[[str], tuple[str, str] | None]:
    """Says what is wrong, keys the order's number, takes the callback, hangs up."""
    ways = (
        (r"anything else|we will call you", ("hang_up", "")),
        (r"agent is free now", ("key", "2")),
        (r"as soon as possible", ("key", "1")),
        (r"Is it the", ("key", "1")),
        (r"last seven digits", ("key", order)),
        (r"listening|in a few words|did not", ("say", "it says delivered but I don't have it")),
    )
    return lambda heard: next((answer for pattern, answer in ways if re.search(pattern, heard)), None)


def _proves_and_rates(heard: str) -> tuple[str, str] | None:
    """This carrier tells nobody who answered: proof is asked."""
    ways = (("How easy was it", ("key", "2")), ("To be connected, press 1", ("key", "1")))
    return next((answer for pattern, answer in ways if re.search(pattern, heard)), None)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A database with the demo's shop and an agent, made by commands; an order's last seven digits."""
    app = App(tmp_path_factory.mktemp("filled"), "http://127.0.0.1:9")
    told = app.runs("demo-data", "--print")
    app.runs("agents", "add", "Ada", AGENT, "--locale", "en-US")
    return app.folder / "ivr.db", re.sub(r"\D", "", next(line for line in told.splitlines() if "kettle" in line))[-7:]


@pytest.mark.realtime
@pytest.mark.parametrize(
    "hearing", ["gather", *(pytest.param(mode, marks=pytest.mark.speech) for mode in ("stream", "record"))]
)
def test_carrier_that_knows_only_the_protocol_runs_the_story(
    tmp_path: Path, filled: tuple[Path, str], hearing: str
) -> None:
    carrier = ForeignCarrier(SID, TOKEN, follow)
    app = App(tmp_path, carrier.base, hearing)
    database, order = filled
    shutil.copy(database, tmp_path)
    carrier.people = {AGENT: lambda heard: ("key", "1"), CUSTOMER: _proves_and_rates}
    try:
        with app.serving():
            caller = carrier.dial_in(CUSTOMER, OURS, app.url, _caller(order))
            until(lambda: caller.is_over, PATIENCE)
            until(lambda: carrier.to(CUSTOMER) and carrier.to(CUSTOMER)[0].is_over, PATIENCE)
            until(lambda: all(call.is_over for call in carrier.calls.values()), PATIENCE)
            audit = app.runs("audit")
    finally:
        carrier.close()
    assert carrier.failures == []
    assert "listening" in caller.heard[0]
    (agent,), (customer,) = carrier.to(AGENT), carrier.to(CUSTOMER)
    assert "Callback, tea kettle" in agent.heard[0]
    assert "Thank you" in customer.heard[-1], "the customer has rated the call"
    assert carrier.recordings == {}, "what was recorded is deleted"
    assert bool(carrier.deleted) == (hearing == "record")
    assert audit.endswith("1 callbacks and 2 dials read, 0 violations\n")
