"""The wall clock, one that a demonstration can move forward, and one that all machines of a database share."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import structlog

from ivr.errors import IvrError

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 10.0
"""The database is asked for its time no more often."""
SLIGHT: Final = timedelta(seconds=1)
"""Clocks that differ by less are left alone: a question and its answer take time, too."""


class Clock(Protocol):
    """ports.Clock."""

    def now(self) -> datetime:
        """Aware UTC."""


class SystemClock:
    """ports.Clock: the machine's time."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


class ShiftedClock:
    """ports.Clock: the machine's time and as many seconds as a file says, so that all processes jump together.

    Only for telephones of our own carrier: settings refuse it otherwise. It never runs backwards.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen = (-1, -1)
        self._offset = timedelta()

    def now(self) -> datetime:
        """Aware UTC."""
        try:
            about = self._file.stat()
        except OSError:
            return datetime.now(UTC) + self._offset
        # The size too: a file may be emptied and written within one step of the file system's clock.
        seen = (about.st_mtime_ns, about.st_size)
        if seen != self._seen:
            self._seen = seen
            self._offset = max(self._offset, timedelta(seconds=_seconds(self._file)))
        return datetime.now(UTC) + self._offset


def _seconds(file: Path) -> float:
    try:
        return float(file.read_text("utf-8"))
    except (OSError, ValueError):
        return 0.0


class SharedClock:
    """ports.Clock: this machine's time, set right by the database's, so that machines whose clocks differ agree.

    Nobody waits for it but the first who asks: later looks are taken beside the work, and while the database is away
    the difference last seen counts.
    """

    def __init__(
        self, own: Clock, database_now: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._own = own
        self._database_now = database_now
        self._monotonic = monotonic
        self._offset = timedelta()
        self._looked: float | None = None
        self._looking = threading.Lock()

    def now(self) -> datetime:
        """Aware UTC."""
        if self._looked is None:
            self.look()
        elif self._monotonic() - self._looked > LOOK_SECONDS and not self._looking.locked():
            threading.Thread(target=self.look, name="shared-clock", daemon=True).start()
        return self._own.now() + self._offset

    def look(self) -> None:
        """Ask the database; one thread at a time."""
        if not self._looking.acquire(blocking=self._looked is None):
            return
        try:
            self._measure()
        except IvrError:
            log.info("database_time_unknown")
        finally:
            self._looked = self._monotonic()
            self._looking.release()

    def _measure(self) -> None:
        before = self._own.now()
        told = self._database_now()
        offset = told - (before + (self._own.now() - before) / 2)
        offset = offset if abs(offset) >= SLIGHT else timedelta()
        if abs(offset - self._offset) >= SLIGHT:
            log.warning("clock_differs_from_the_databases", seconds=round(offset.total_seconds(), 1))
        self._offset = offset
