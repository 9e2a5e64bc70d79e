"""The sides that capacity.py compares: each starts its server, and says when callers' turns were found to be over."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ivr.cli.demo.stage import free_port
from ivr.speech.model_folders import find_models

HERE = Path(__file__).resolve().parent
ACCOUNT, TOKEN = "AC" + "1" * 32, "a-token-of-the-benchmark"
SERVER_CORE, LOAD_CORE = 0, 1
START_SECONDS = 120.0
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
HEAP = ("GLIBC_TUNABLES", "PYTHONMALLOC")
"""Not handed on: what the machine's owner tunes for quick starts would colour the memory figures."""


@dataclass
class Side:
    """One server, its load and what it is told."""

    name: str
    kind: str
    """As capacity_server.py calls it."""
    gated: bool = False
    """Whether the load passes on only what our gate lets through; ours has its gate in the server."""
    frames_each: int = 1
    """20 ms frames in a message."""
    script: str = ""
    """vosk-server's asr_server.py."""
    phrases: tuple[str, ...] = ()
    noisy: bool = False
    """Every second line."""
    decided: dict[str, list[float]] = field(default_factory=dict)
    """When turns were found to be over, by CallSid; `time.monotonic()`, which all processes share."""
    _steps: int = 0

    def __enter__(self) -> Self:
        self.port = free_port()
        arguments = [self.kind, str(SERVER_CORE), str(self.port)]
        if self.script:
            arguments += [self.script, str(find_models()["ko-KR"])]
        self._log = (Path(os.environ.get("TMPDIR", "/tmp")) / f"capacity-{self.name}.log").open("w")
        self._database = Path(self._log.name).with_suffix(".db")
        self._server = _python("capacity_server.py", *arguments, env=self._environment(), stderr=self._log)
        self._ready = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()
        self._load = _python("capacity_load.py", str(LOAD_CORE), "noisy" if self.noisy else "quiet")
        assert self._load.stdout is not None
        self._load.stdout.readline()
        self._until_ready()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for process in (self._load, self._server):
            process.kill()
            process.wait()
        self._log.close()
        for file in self._database.parent.glob(self._database.name + "*"):
            file.unlink()

    def _environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name not in HEAP},
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "IVR_PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "IVR_PHONE_NUMBER": "+12025550100",
            "IVR_DATABASE_URL": f"sqlite:///{self._database}",
            "IVR_LOCALES": "ko-KR",
            "IVR_LOG": "json",
        }

    def _listen(self) -> None:
        assert self._server.stdout is not None
        for line in self._server.stdout:
            told = json.loads(line)
            if "phrases" in told:
                self.phrases = tuple(told["phrases"])
                self._ready.set()
            else:
                self.decided.setdefault(told["call"], []).append(told["at"])

    def _until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._server.poll() is None:
            if self._ready.wait(0.2) or (self.script and _answers(self.port)):
                time.sleep(1.0)
                return
        raise SystemExit(f"{self.name} does not start; see {self._log.name}")

    def job(self, streams: int, seconds: float, warm_seconds: float) -> dict[str, Any]:
        """Let so many streams run for a while; what the load tells, and when each stream's turns were over."""
        self._steps += 1
        job = {
            "protocol": "vosk" if self.script else "twilio",
            "gated": self.gated,
            "frames_each": self.frames_each,
            "port": self.port,
            "streams": streams,
            "seconds": seconds,
            "warm_seconds": warm_seconds,
            "auth_token": TOKEN,
            "account_sid": ACCOUNT,
            "call_prefix": f"CA{self._steps:024x}",
            "phrases": self.phrases,
        }
        assert self._load.stdin is not None
        assert self._load.stdout is not None
        self._load.stdin.write(json.dumps(job) + "\n")
        self._load.stdin.flush()
        watch = _Watch(self._server.pid)
        if not (line := self._load.stdout.readline()):
            raise SystemExit("the load has failed; its words are above")
        told: dict[str, Any] = json.loads(line)
        told["server_cpu"], told["memory_mb"] = watch.end(told["from"], told["until"])
        told["decided"] = self._decisions(job["call_prefix"], told)
        return told

    def _decisions(self, prefix: str, told: dict[str, Any]) -> list[list[float]]:
        if self.script:
            return [[at for at, _ in finals] for finals in told["finals"]]
        return [self.decided.get(f"{prefix}{number:08x}", []) for number in range(len(told["ends"]))]

    def rest(self) -> None:
        """Wait until the server has nothing left to do."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            before = cpu_seconds(self._server.pid)
            time.sleep(0.5)
            if cpu_seconds(self._server.pid) - before < 0.05:
                return

    def memory_mb(self) -> float:
        """What the server holds now."""
        return resident_mb(self._server.pid)


class _Watch:
    """Notes a process's CPU time and memory ten times a second."""

    def __init__(self, pid: int) -> None:
        self._pid, self._going = pid, True
        self._seen: list[tuple[float, float, float]] = []
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while self._going:
            self._seen.append((time.monotonic(), cpu_seconds(self._pid), resident_mb(self._pid)))
            time.sleep(0.1)

    def end(self, since: float, until: float) -> tuple[float, float]:
        """CPU seconds between two times, and the most memory."""
        self._going = False
        self._thread.join()
        within = [seen for seen in self._seen if since <= seen[0] <= until]
        share = (within[-1][1] - within[0][1]) / (within[-1][0] - within[0][0])
        return share * (until - since), max(seen[2] for seen in within)


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def resident_mb(pid: int) -> float:
    """Resident memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _python(script: str, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
    """A script of ours beside this one, with pipes."""
    command = [sys.executable, str(HERE / script), *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
