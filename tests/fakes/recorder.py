"""A carrier that records calls, with the faults that matter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ivr.errors import CallGone, CarrierRejected, CarrierUnclear, NotFound
from ivr.service.recording_ports import CarriersRecording


@dataclass
class FakeRecorder:
    """recording_ports.CallRecorder."""

    kept: dict[str, CarriersRecording] = field(default_factory=dict)
    """By the carrier's name."""
    calls: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Our ids, each time a recording was asked for."""
    is_down: bool = False
    refuses: bool = False
    loses_answers: bool = False
    """It does what it is asked to, and its answer gets lost."""
    gone: set[str] = field(default_factory=set)
    """Calls that have ended."""

    def start(self, call_sid: str, recording_id: str) -> str:
        self._up()
        if call_sid in self.gone:
            raise CallGone("gone")
        self.asked.append(recording_id)
        sid = f"RE{len(self.asked):032x}"
        self.kept[sid], self.calls[sid] = CarriersRecording(sid, "in-progress"), call_sid
        if self.loses_answers:
            raise CarrierUnclear("time-out")
        return sid

    def stop(self, call_sid: str, sid: str) -> None:
        self._up()
        if sid in self.kept and self.kept[sid].status == "in-progress":
            self.kept[sid] = replace(self.kept[sid], status="stopped")

    def delete(self, sid: str) -> None:
        self._up()
        self.kept.pop(sid, None)

    def of_call(self, call_sid: str) -> Sequence[CarriersRecording]:
        self._up()
        return [one for sid, one in self.kept.items() if self.calls[sid] == call_sid]

    def sound(self, sid: str, *, channels: int = 1) -> Iterator[bytes]:
        self._up()
        if sid not in self.kept:
            raise NotFound("404")
        return iter([b"RIFF", b"-" * channels])

    def completed(self, sid: str, seconds: int = 12) -> CarriersRecording:
        """The file is there: what the carrier then tells."""
        self.kept[sid] = CarriersRecording(sid, "completed", seconds)
        return self.kept[sid]

    def _up(self) -> None:
        if self.is_down:
            raise CarrierUnclear("503")
        if self.refuses:
            raise CarrierRejected("no", carrier_code=20003)
