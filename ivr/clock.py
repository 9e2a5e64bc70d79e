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
        self._read_at_ns = -1
        self._offset = timedelta()

    def now(self) -> datetime:
        """Aware UTC."""
        try:
            changed_at_ns = self._file.stat().st_mtime_ns
        except OSError:
            return datetime.now(UTC) + self._offset
        if changed_at_ns != self._read_at_ns:
            self._read_at_ns = changed_at_ns
            self._offset = max(self._offset, timedelta(seconds=_seconds(self._file)))
        return datetime.now(UTC) + self._offset


def shift(file: Path, seconds: float) -> None:
    """Move every ShiftedClock on this file forward by so many seconds."""
    part = file.with_suffix(".part")
    part.write_text(str(_seconds(file) + max(0.0, seconds)), "utf-8")
    part.replace(file)


def _seconds(file: Path) -> float:
    try:
        return float(file.read_text("utf-8"))
    except (OSError, ValueError):
        return 0.0
