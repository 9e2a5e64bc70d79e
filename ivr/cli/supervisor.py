"""Keeps the parts of `serve` alive: starts each as a process of its own, restarts the one that dies, stops all."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Final

import structlog

from ivr.cli import FAILED

log = structlog.get_logger(__name__)

POLL_SECONDS: Final = 0.1
HEALTHY_SECONDS: Final = 10.0
"""A part that lived so long starts again at once; one that dies sooner waits longer each time."""
LONGEST_PAUSE_SECONDS: Final = 30.0
STOP_SECONDS: Final = 25.0
"""What a part may take to end: a dispatcher waits for the answer to its last dial (13 s at most)."""


@dataclass
class Part:
    """One process that must always run."""

    name: str
    command: Sequence[str]
    files: Sequence[int] = ()
    """File descriptors it inherits."""
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    deaths: int = 0
    """In a row, each sooner than HEALTHY_SECONDS."""

    def start(self) -> None:
        """Start it. Its standard input is a pipe from us: when we die, it ends (see `watch_parent`)."""
        # A session of its own: Ctrl-C reaches us alone, and we stop the parts in order.
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, pass_fds=self.files, start_new_session=True
        )
        self.started_at = time.monotonic()
        log.info("part_started", part=self.name, pid=self.process.pid)

    def stop(self) -> None:
        """Ask it to end and wait; kill it when it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            log.error("part_killed", part=self.name, after_seconds=STOP_SECONDS)
            self.process.kill()
            self.process.wait()


def ivr_command(*arguments: str) -> list[str]:
    """The command of a part that is one of ours."""
    return [sys.executable, "-m", "ivr", *arguments, "--with-parent"]


class Supervisor:
    """Runs parts until SIGTERM or Ctrl-C."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._stop = threading.Event()

    def run(self) -> int:
        """Start all parts, the last first; stop them, first to last, when asked.

        Exit status 0, or 2 if a part refuses its settings.
        """
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._asked_to_stop)
        for part in reversed(self._parts):
            part.start()
        try:
            return self._watch()
        finally:
            for part in self._parts:
                part.stop()
            log.info("stopped")

    def _watch(self) -> int:
        while not self._stop.wait(POLL_SECONDS):
            for part in self._parts:
                if self._refused(part):
                    return FAILED
        return 0

    def _refused(self, part: Part) -> bool:
        """Start a dead part again; True if starting it again cannot help."""
        now = time.monotonic()
        status = part.process.poll() if part.process is not None else None
        if status is not None:
            if status == FAILED and now - part.started_at < HEALTHY_SECONDS:
                return True
            self._plan_restart(part, status, now)
        if part.process is None and now >= part.start_again_at:
            part.start()
        return False

    def _plan_restart(self, part: Part, status: int, now: float) -> None:
        part.deaths = 0 if now - part.started_at >= HEALTHY_SECONDS else part.deaths + 1
        pause = min(LONGEST_PAUSE_SECONDS, 0.5 * 2 ** (part.deaths - 1)) if part.deaths > 1 else 0.0
        part.process, part.start_again_at = None, now + pause
        log.error("part_died", part=part.name, status=status, again_in_seconds=pause)

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()


def watch_parent() -> None:
    """End this process, as SIGTERM would, when the one that started it is gone: it holds our standard input open."""
    threading.Thread(target=_until_parent_ends, name="parent", daemon=True).start()


def _until_parent_ends() -> None:
    # Not through sys.stdin: a thread that waits in there when the interpreter ends makes it abort.
    while os.read(0, 1024):
        pass
    signal.raise_signal(signal.SIGTERM)
