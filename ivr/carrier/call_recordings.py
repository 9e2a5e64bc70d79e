"""Recordings of live calls that REST starts, pauses and stops: what the telephone says and what it hears."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.carrier.audio import SILENCE
from ivr.carrier.calls import Call
from ivr.carrier.recordings import Recording

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

SOURCE = "StartCallRecordingAPI"


@dataclass(frozen=True)
class Reports:
    """Where the recording's states are told, and which."""

    url: str
    method: str
    events: frozenset[str]


class CallRecording:
    """A FrameListener that keeps both tracks until it is stopped or the call ends."""

    def __init__(self, exchange: "Exchange", call: Call, *, channels: int, reports: Reports) -> None:
        self.recording = Recording(call.account_sid, call.sid, SOURCE, channels=channels, track="both")
        self.skips = False
        """While paused: the time is left out, instead of filled with silence."""
        self._exchange, self._call, self._reports = exchange, call, reports
        self._inbound, self._outbound = bytearray(), bytearray()

    def start(self) -> None:
        """From the next frame on."""
        assert self._call.line is not None
        self._exchange.recordings[self.recording.sid] = self.recording
        self._exchange.call_recordings[self.recording.sid] = self
        self._call.line.listeners.append(self)
        self._call.on_end.append(self.stop)
        self._tell()

    def on_frame(self, inbound: bytes, outbound: bytes) -> None:
        is_paused = self.recording.status == "paused"
        if is_paused and self.skips:
            return
        self._inbound += SILENCE if is_paused else inbound
        self._outbound += SILENCE if is_paused else outbound

    def stop(self) -> None:
        """It is over, and processed at once; a second time changes nothing."""
        if self._exchange.call_recordings.pop(self.recording.sid, None) is None:
            return
        line = self._call.line
        if line is not None and self in line.listeners:
            line.listeners.remove(self)
        self.recording.other = bytes(self._outbound)
        self.recording.close(bytes(self._inbound), self._exchange.clock.now())
        self._tell()

    def _tell(self) -> None:
        if self._reports.url and self.recording.status in self._reports.events:
            params = self.recording.about(self._exchange.base_url)
            self._exchange.callbacks.send(self._reports.url, self._reports.method, params=params)
