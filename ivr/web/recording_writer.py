"""Writes recorded conversations down, one after the other, beside the calls: where a setting asks for it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog

from ivr.errors import EngineUnavailable
from ivr.web.services import Services

log = structlog.get_logger(__name__)


class RecordingWriter:
    """One thread; what it did not get to is found again with the next report."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="transcripts")

    def something_came(self) -> None:
        """A recording is complete at the carrier."""
        if self._services.writes_down and self._services.recognizer is not None:
            self._writing.submit(self.write)

    def write(self) -> None:
        """All that wait. Nothing is invented where no engine hears the language: the log says so."""
        try:
            self._services.recorder.write_down(self._written)
        except Exception as error:  # noqa: BLE001  whatever a file or an engine does, the next one is tried again
            log.warning("recording_not_written", error=repr(error))

    def _written(self, pieces: Iterator[bytes], locale: str) -> list[Any]:
        # Imported here: the engines, NumPy and the sound library are read after the server has begun to take calls.
        from ivr.speech.dictation import written_down

        ears = self._services.recognizer
        if ears is None:
            raise EngineUnavailable("no speech engine is loaded in this process")
        return written_down(pieces, ears, locale)
