"""The load of capacity.py, a process of its own on its own core: opens streams and sends their frames in real time.

Jobs come as JSON lines on standard input, answers go as JSON lines to standard output. All frames are made before the
clock runs, so that sending is one system call each; what the server says is read by a second thread.
"""

import json
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from capacity_sound import STREAM, Track, client_frame, passed_on, tracks, twilio_messages, vosk_messages
from twilio.request_validator import RequestValidator

from ivr.web.stream_tokens import StreamTokens

TICK_SECONDS = 0.02
SEND_BUFFER = 1 << 20
"""A server that reads late fills this for half a minute, instead of stopping the clock of all others."""
UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n"
)


@dataclass
class Line:
    """One open stream."""

    number: int
    socket: socket.socket
    messages: list[bytes]
    """What is sent at each tick of its track."""
    offset: int
    """The tick of the track with which it begins."""
    phase: float
    finals: list[tuple[float, str]] = field(default_factory=list)
    """A vosk-server's sentences: `time.monotonic()` and text."""
    unread: bytes = b""
    stuck: int = 0

    def send(self, tick: int) -> None:
        """Send what is due, if anything."""
        message = self.messages[(self.offset + tick) % len(self.messages)]
        if message and not self.stuck:
            try:
                self.stuck += self.socket.send(message) != len(message)
            except OSError:
                self.stuck += 1

    def read(self) -> None:
        """Take in what the server says."""
        now, self.unread = time.monotonic(), self.unread + self.socket.recv(1 << 16)
        for answer in self._answers():
            if b'"partial"' not in answer and (text := json.loads(answer or b"{}").get("text")):
                self.finals.append((now, text))

    def _answers(self) -> Iterator[bytes]:
        while len(self.unread) >= 4:
            opcode, size, head = self.unread[0] & 15, self.unread[1] & 127, 2
            if size == 126:
                size, head = int.from_bytes(self.unread[2:4], "big"), 4
            if len(self.unread) < head + size:
                return
            if opcode == 1:
                yield self.unread[head : head + size]
            self.unread = self.unread[head + size :]


class Load:
    """Makes every track's messages once for each protocol."""

    def __init__(self, *, noisy: bool) -> None:
        self._tracks = tracks(noisy=noisy)
        self._messages: dict[tuple[str, bool, int], list[list[bytes]]] = {}

    def run(self, job: dict[str, Any]) -> dict[str, Any]:
        """Open the streams, let them speak, and tell when what was said ended."""
        messages = self._rendered(job["protocol"], job["gated"], job["frames_each"])
        lines = [self._open(job, number, messages) for number in range(job["streams"])]
        reading = _Reader(lines)
        began = time.monotonic() + 0.1
        told = self._speak(lines, began, job)
        reading.stop()
        for line in lines:
            line.socket.close()
        return {
            **told,
            "ends": [self._ends(line, began, job["seconds"]) for line in lines],
            "finals": [line.finals for line in lines],
            "stuck": sum(line.stuck for line in lines),
        }

    def _rendered(self, protocol: str, gated: bool, frames_each: int) -> list[list[bytes]]:
        key = (protocol, gated, frames_each)
        if key not in self._messages:
            passed = [passed_on(track, gated=gated) for track in self._tracks]
            self._messages[key] = [
                twilio_messages(track, frames) if protocol == "twilio" else vosk_messages(track, frames, frames_each)
                for track, frames in zip(self._tracks, passed, strict=True)
            ]
        return self._messages[key]

    def _open(self, job: dict[str, Any], number: int, messages: list[list[bytes]]) -> Line:
        opened = _twilio_socket(job, number) if job["protocol"] == "twilio" else _vosk_socket(job)
        place = number % len(messages)
        # Callers of the same track are apart by a stretch that is no multiple of a request's.
        offset = (number // len(messages)) * 347 % len(messages[place])
        return Line(number, opened, messages[place], offset, TICK_SECONDS * number / job["streams"])

    def _speak(self, lines: list[Line], began: float, job: dict[str, Any]) -> dict[str, Any]:
        ticks, warm = int(job["seconds"] / TICK_SECONDS), int(job["warm_seconds"] / TICK_SECONDS)
        late, marks = list[float](), list[tuple[float, float]]()
        for tick in range(ticks):
            if tick in (warm, ticks - 1):
                marks.append((time.monotonic(), time.process_time()))
            for line in lines:
                due = began + tick * TICK_SECONDS + line.phase
                if (early := due - time.monotonic()) > 0:
                    time.sleep(early)
                line.send(tick)
            late.append(time.monotonic() - due)
        return {"from": marks[0][0], "until": marks[1][0], "cpu": marks[1][1] - marks[0][1], "late": _high(late)}

    def _ends(self, line: Line, began: float, seconds: float) -> list[tuple[float, float]]:
        """Begin and end of each whole request, `time.monotonic()`: a frame is sent with its last sample."""
        track: Track = self._tracks[line.number % len(self._tracks)]
        zero = began + line.phase - (line.offset + 1) * TICK_SECONDS
        length = len(line.messages) * TICK_SECONDS
        spans = [(zero + round_ + a, zero + round_ + b) for round_ in (0.0, length) for a, b in track.spans]
        return [(a, b) for a, b in spans if a > began and b < began + seconds]


class _Reader:
    """Reads all sockets in a thread of its own."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = {line.socket.fileno(): line for line in lines}
        self._poll = select.epoll()
        for number in self._lines:
            self._poll.register(number, select.EPOLLIN)
        self._going = True
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def stop(self) -> None:
        self._going = False
        self._thread.join()
        self._poll.close()

    def _read(self) -> None:
        while self._going:
            for number, _ in self._poll.poll(0.1):
                try:
                    self._lines[number].read()
                except OSError:
                    self._poll.unregister(number)


def _twilio_socket(job: dict[str, Any], number: int) -> socket.socket:
    """A signed socket whose stream has been started for a call of its own."""
    url, token = f"ws://127.0.0.1:{job['port']}/media", job["auth_token"]
    signature = RequestValidator(token).compute_signature(url, {})
    opened = _upgraded(job["port"], "/media", f"X-Twilio-Signature: {signature}\r\n")
    sid = f"{job['call_prefix']}{number:08x}"
    start = {
        "accountSid": job["account_sid"],
        "streamSid": STREAM,
        "callSid": sid,
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": StreamTokens(secret=token, store=None).issue(sid)},  # type: ignore[arg-type]
    }
    for event in ({"event": "connected", "protocol": "Call"}, {"event": "start", "streamSid": STREAM, "start": start}):
        opened.sendall(client_frame(1, json.dumps(event).encode()))
    return opened


def _vosk_socket(job: dict[str, Any]) -> socket.socket:
    """A socket of a vosk-server that has been told its phrases."""
    opened = _upgraded(job["port"], "/", "")
    config = {"sample_rate": 8000, "words": 0, "phrase_list": job["phrases"]}
    opened.sendall(client_frame(1, json.dumps({"config": config}, ensure_ascii=False).encode()))
    return opened


def _upgraded(port: int, path: str, headers: str) -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", port), timeout=30)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    opened.sendall(UPGRADE.format(path=path, port=port, headers=headers).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        if not (more := opened.recv(4096)):
            raise SystemExit(f"the server does not take the socket: {answer!r}")
        answer += more
    if not answer.startswith(b"HTTP/1.1 101"):
        raise SystemExit(f"the server does not take the socket: {answer!r}")
    opened.setblocking(False)
    return opened


def _high(values: list[float]) -> float:
    return sorted(values)[int(0.99 * (len(values) - 1))]


def main() -> None:
    os.sched_setaffinity(0, {int(sys.argv[1])})
    load = Load(noisy=sys.argv[2] == "noisy")
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(load.run(json.loads(line))), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        main()
    else:
        print(__doc__)
