"""The wall clock, and one that a demonstration can move forward."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


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
