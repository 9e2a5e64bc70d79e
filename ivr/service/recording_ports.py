"""Recorded conversations: the port of their rows, and of the carrier that records them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ivr.domain.recordings import Recording


class Recordings(Protocol):
    """Rows. The database allows one recording of an attempt, and one of a carrier's name (Conflict otherwise)."""

    def add(self, recording: Recording) -> None: ...
    def get(self, recording_id: str) -> Recording | None: ...
    def of_attempt(self, attempt_id: str) -> Recording | None: ...
    def by_sid(self, sid: str) -> Recording | None: ...
    def of_case(self, case_id: str) -> Sequence[Recording]:
        """Oldest first."""

    def of_customer(self, customer_id: str) -> Sequence[Recording]:
        """Those of which something may be left."""

    def due(self, now: datetime, limit: int) -> Sequence[Recording]:
        """Those at which the sweep has to look, the longest due first; locked like `Callbacks.due`."""

    def unwritten(self, limit: int) -> Sequence[Recording]:
        """KEPT ones that are not written down yet, oldest first."""


@dataclass(frozen=True)
class CarriersRecording:
    """A recording as the carrier lists it."""

    sid: str
    status: str
    """Twilio's spelling: in-progress, paused, stopped, processing, completed, absent."""
    seconds: int = 0


class CallRecorder(Protocol):
    """The carrier's recorder of live calls. All methods may raise CarrierRejected or CarrierUnclear."""

    def start(self, call_sid: str, recording_id: str) -> str:
        """Record both sides of a live call from now on; the carrier's name for it.

        It is reported to the address that carries our id. Raises CallGone if the call has ended.
        """

    def stop(self, call_sid: str, sid: str) -> None:
        """End a recording; what is over already is no error."""

    def delete(self, sid: str) -> None:
        """Forget it; one that is gone already is no error."""

    def of_call(self, call_sid: str) -> Sequence[CarriersRecording]:
        """All that there are of a call, but recorded answers."""

    def sound(self, sid: str, *, channels: int = 1) -> Iterator[bytes]:
        """The sound as a WAV file, piece by piece; two channels: the customer, then everybody else.

        Raises NotFound if the carrier has no such recording.
        """
