"""Media streams: one WebSocket that carries a call's audio in frames of 20 ms (twilio.md section 8)."""

import asyncio
import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import websockets
from websockets.asyncio.client import ClientConnection

from ivr.carrier.audio import SILENCE, SILENCE_ULAW, to_ulaw
from ivr.carrier.formats import iso8601, new_sid, utc_now
from ivr.carrier.playout import Playout
from ivr.carrier.signing import sign, signed_url

if TYPE_CHECKING:
    from ivr.carrier.calls import Call
    from ivr.carrier.exchange import Exchange

Track = Literal["inbound", "outbound"]
TRACKS: dict[str, tuple[Track, ...]] = {
    "inbound_track": ("inbound",),
    "outbound_track": ("outbound",),
    "both_tracks": ("inbound", "outbound"),
}
_SILENT_PAYLOAD = base64.b64encode(SILENCE_ULAW).decode()


@dataclass(frozen=True)
class StreamSettings:
    """What `<Stream>` or the REST request asked for."""

    url: str
    name: str | None = None
    tracks: tuple[Track, ...] = ("inbound",)
    parameters: dict[str, str] = field(default_factory=dict)
    bidirectional: bool = False
    status_callback: str | None = None
    status_method: str = "POST"


def refusal(url: str, insecure: bool) -> tuple[int, str] | None:
    """Twilio's error for an address it would not open a stream to."""
    parts = urlsplit(url)
    if parts.scheme != "wss" and not (insecure and parts.scheme == "ws"):
        return 31922, f"stream address must be wss://, got {parts.scheme or 'no scheme'}"
    if not parts.hostname:
        return 31923, "stream address has no host"
    return (31920, "stream address must not have a query string") if parts.query else None


class MediaStream:
    """One open or closed stream of a call; a FrameListener of its line."""

    def __init__(self, exchange: "Exchange", call: "Call", *, settings: StreamSettings) -> None:
        self.sid = new_sid("MZ")
        self.settings = settings
        self.name = settings.name or self.sid
        self.call = call
        self.playout = Playout()
        self.closed = asyncio.Event()
        self.received: list[dict[str, Any]] = []
        """Messages from the app other than media, for tests."""
        self._exchange = exchange
        self._socket: ClientConnection | None = None
        self._outbox: asyncio.Queue[str | None] = asyncio.Queue()
        self._sequence = 0
        self._frames = 0
        self._writer: asyncio.Task[None] | None = None
        self._binary_seen = False

    @property
    def live(self) -> bool:
        """Whether frames are flowing."""
        return self._socket is not None and not self.closed.is_set()

    @property
    def frames_sent(self) -> int:
        """Media messages sent to the app so far, both tracks counted."""
        return self._frames

    async def open(self) -> bool:
        """Connect, introduce the stream and start sending; False and an alert if that fails."""
        problem = refusal(self.settings.url, self._exchange.options.insecure_streams)
        if problem is None:
            await self._exchange.clock.sleep(self._exchange.options.stream_connect_seconds)
            problem = await self._connect()
        if problem or self.closed.is_set():
            self._failed(problem)
            return False
        self._begin()
        return True

    def start_in_background(self) -> None:
        """Open without waiting for it."""

        async def start() -> None:
            await self.open()

        self._exchange.background(start())

    def stop_in_background(self) -> None:
        """Stop without waiting for it."""
        self._exchange.background(self.stop())

    async def _connect(self) -> tuple[int, str] | None:
        if self._exchange.faults.take("refuse_streams"):
            return 31901, "connection to the stream's server timed out"
        url = self.settings.url
        slash = "/" if self._exchange.options.signature_trailing_slash and not url.endswith("/") else ""
        signature = sign(self._exchange.auth_token, signed_url(url) + slash)
        try:
            self._socket = await websockets.connect(
                url,
                additional_headers={"X-Twilio-Signature": signature},
                user_agent_header="Twilio.TmeWs/1.0",
                compression=None,
                proxy=None,
                ping_interval=None,
                open_timeout=10,
            )
        except TimeoutError:
            return 31901, "connection to the stream's server timed out"
        except websockets.InvalidHandshake as error:
            return 31920, f"stream handshake failed: {error}"
        except (OSError, websockets.InvalidURI) as error:
            return 31902, f"connection to the stream's server failed: {error}"
        return None

    def _failed(self, problem: tuple[int, str] | None) -> None:
        self.closed.set()
        if problem:
            self._exchange.alert(problem[0], problem[1], call=self.call, level="error", url=self.settings.url)
            self._callback("stream-error", problem[1])

    def _begin(self) -> None:
        self._outbox.put_nowait('{"event":"connected","protocol":"Call","version":"1.0.0"}')
        start = {
            "accountSid": self.call.account_sid,
            "streamSid": self.sid,
            "callSid": self.call.sid,
            "tracks": list(self.settings.tracks),
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": self.settings.parameters,
        }
        self._send("start", start=start)
        self._writer = self._exchange.background(self._write())
        self._exchange.background(self._read())
        assert self.call.line is not None
        self.call.line.listeners.append(self)
        self._callback("stream-started")
        self._exchange.event("stream.started", self.call, sid=self.sid, name=self.name)

    def _next_sequence(self) -> str:
        self._sequence += 1
        return str(self._sequence)

    def _send(self, event: str, **content: Any) -> None:
        message = {"event": event, "sequenceNumber": self._next_sequence(), **content, "streamSid": self.sid}
        self._outbox.put_nowait(json.dumps(message, separators=(",", ":")))

    def on_frame(self, inbound: bytes, outbound: bytes) -> None:
        """Send one frame of each track."""
        stamp = self._frames * 20 + self._exchange.options.stream_first_timestamp_ms
        self._frames += 1
        for track in self.settings.tracks:
            pcm = inbound if track == "inbound" else outbound
            payload = _SILENT_PAYLOAD if pcm is SILENCE else base64.b64encode(to_ulaw(pcm)).decode()
            self._outbox.put_nowait(
                f'{{"event":"media","sequenceNumber":"{self._next_sequence()}","media":{{"track":"{track}",'
                f'"chunk":"{self._frames}","timestamp":"{stamp}","payload":"{payload}"}},"streamSid":"{self.sid}"}}'
            )

    def next_frame(self) -> bytes:
        """What the caller hears of the app's audio in this tick."""
        frame = self.playout.next_frame()
        self._echo(self.playout.reached())
        return frame

    def key(self, digit: str) -> None:
        """Tell a bidirectional stream about a key."""
        self._send("dtmf", dtmf={"track": "inbound_track", "digit": digit})

    def _echo(self, marks: list[str]) -> None:
        for name in marks:
            self._send("mark", mark={"name": name})

    async def _write(self) -> None:
        assert self._socket is not None
        try:
            while (message := await self._outbox.get()) is not None:
                await self._socket.send(message)
        except websockets.ConnectionClosed:
            return

    async def _read(self) -> None:
        assert self._socket is not None
        try:
            async for message in self._socket:
                self._take(message)
        except websockets.ConnectionClosed as error:
            if not self.closed.is_set():
                self._exchange.alert(31924, f"stream broke: {error}", call=self.call, url=self.settings.url)
        self._detach("stream-stopped")

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            if not self._binary_seen:
                self._exchange.alert(31950, "binary message on a stream", call=self.call)
            self._binary_seen = True
            return
        try:
            self._obey(json.loads(message))
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
            self._exchange.alert(31951, f"invalid stream message: {error!r}", call=self.call)

    def _obey(self, message: dict[str, Any]) -> None:
        if not self.settings.bidirectional:
            raise ValueError("a one-way stream takes no messages")
        if message["streamSid"] != self.sid:
            raise ValueError("wrong streamSid")
        match message["event"]:
            case "media":
                self.playout.add(base64.b64decode(message["media"]["payload"], validate=True))
                return
            case "mark":
                self.playout.mark(str(message["mark"]["name"]))
            case "clear":
                self._echo(self.playout.clear())
            case other:
                raise ValueError(f"unknown event {other!r}")
        self.received.append(message)

    def _detach(self, event: str) -> None:
        if self.closed.is_set():
            return
        self.closed.set()
        self._outbox.put_nowait(None)
        if self.call.line and self in self.call.line.listeners:
            self.call.line.listeners.remove(self)
        self._callback(event)
        self._exchange.event("stream.stopped", self.call, sid=self.sid, name=self.name)

    async def stop(self) -> None:
        """Say `stop` and close the socket."""
        if self._socket is None or self.closed.is_set():
            self.closed.set()
            return
        self._send("stop", stop={"accountSid": self.call.account_sid, "callSid": self.call.sid})
        self._detach("stream-stopped")
        if self._writer:
            await asyncio.wait({self._writer})
        await self._socket.close()

    def drop(self) -> None:
        """Fault: the socket breaks without a word."""
        if self._socket is not None:
            self._socket.transport.abort()

    def _callback(self, event: str, error: str = "") -> None:
        if not self.settings.status_callback:
            return
        params = [
            ("AccountSid", self.call.account_sid),
            ("CallSid", self.call.sid),
            ("StreamSid", self.sid),
            ("StreamName", self.name),
            ("StreamEvent", event),
            ("Timestamp", iso8601(utc_now())),
        ]
        params += [("StreamError", error)] if error else []
        self._exchange.callbacks.send(self.settings.status_callback, self.settings.status_method, params=params)
