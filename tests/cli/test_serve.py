"""`serve` as a whole: two processes behind one port, restarted when they die, ended together."""

import gc
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import uvicorn

from ivr.cli.web import AnnouncingServer
from tests.processes import SECONDS, free_port, until, without_settings


@pytest.fixture
def serving(tmp_path: Path):
    """A running `serve` and its log."""
    port = free_port()
    environ = without_settings() | {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "2" * 32,
        "TWILIO_API_BASE": "http://127.0.0.1:9",
        "IVR_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "IVR_PHONE_NUMBER": "+12025550100",
        "IVR_DATABASE_URL": f"sqlite:///{tmp_path / 'ivr.db'}",
        "IVR_HEARING": "keypad",
        "IVR_LOG": "json",
    }
    log = tmp_path / "log"
    command = [sys.executable, "-m", "ivr", "serve", "--port", str(port)]
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL, stderr=file, cwd=tmp_path)
    try:
        yield process, f"http://127.0.0.1:{port}", log
    finally:
        process.kill()
        process.wait()


def test_serve_answers_heals_and_ends(serving) -> None:
    process, url, log = serving
    until(lambda: _status(f"{url}/readyz") == 200)
    until(lambda: _json(f"{url}/healthz").get("dispatcher_age_seconds") is not None)

    os.kill(_pids(log, "web")[-1], signal.SIGKILL)
    until(lambda: len(_pids(log, "web")) == 2)
    assert _status(f"{url}/readyz") == 200, "the port is held while the server starts again: callers wait"

    os.kill(_pids(log, "dispatcher")[-1], signal.SIGKILL)
    until(lambda: len(_pids(log, "dispatcher")) == 2)

    children = [_pids(log, name)[-1] for name in ("web", "dispatcher")]
    process.send_signal(signal.SIGTERM)
    assert process.wait(SECONDS) == 0
    assert not any(_runs(child) for child in children)
    assert "Traceback" not in log.read_text()


def _pids(log: Path, part: str) -> list[int]:
    written = log.read_text().rpartition("\n")[0]  # without a line that is only half there
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    return [line["pid"] for line in lines if line["event"] == "part_started" and line["part"] == part]


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def _json(url: str) -> dict[str, object]:
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_is_loaded_is_left_out_of_the_search_for_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    class Loads:
        def try_to_load_models(self) -> None:
            done.append("loaded")

    monkeypatch.setattr(gc, "freeze", lambda: done.append("frozen"))
    monkeypatch.setattr(gc, "set_threshold", lambda *often: done.append("searched often"))
    AnnouncingServer(uvicorn.Config(app=""), Loads())._load()  # type: ignore[arg-type]
    assert done == ["loaded", "frozen", "searched often"]
