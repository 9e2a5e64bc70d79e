"""What the demo shows in the terminal: who says what, what was understood, and the timeline as it grows."""

import sys
import threading
import time
from datetime import datetime

from ivr.domain.cases import Event
from ivr.service.narration import describe

COLOURS = {"customer": "36", "agent": "35", "ringback": "33", "engine": "32", "stage": "1", "timeline": "90"}
QUIET = frozenset({"said", "wait_told"})
"""Told by what is heard on the telephone anyway."""


class Screen:
    """Prints lines with the seconds since the story began; safe from several threads."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._colour = sys.stdout.isatty()

    def begin(self, title: str) -> None:
        """A new story; its clock starts at zero."""
        self._began = time.monotonic()
        with self._lock:
            print(f"\n=== {title} ===", flush=True)

    @property
    def seconds(self) -> float:
        """Since the story began."""
        return time.monotonic() - self._began

    def line(self, who: str, text: str) -> None:
        """One line."""
        stamp = f"{self.seconds:6.1f}s  {who:>9}  "
        with self._lock:
            print(stamp + self._painted(who, text), flush=True)

    def event(self, event: Event) -> None:
        """A line of the timeline; what the recogniser heard stands out."""
        if event.kind not in QUIET:
            self.line("engine" if event.kind == "heard" else "timeline", describe(event))

    def table(self, rows: list[tuple[str, str]]) -> None:
        """A small table."""
        width = max(len(name) for name, _ in rows)
        with self._lock:
            for name, value in rows:
                print(f"           {name:<{width}}  {value}", flush=True)

    def _painted(self, who: str, text: str) -> str:
        return f"\033[{COLOURS[who]}m{text}\033[0m" if self._colour and who in COLOURS else text


def local(at: datetime | None) -> str:
    """A moment as a person at this machine reads it."""
    return at.astimezone().strftime("%H:%M:%S") if at else "–"
