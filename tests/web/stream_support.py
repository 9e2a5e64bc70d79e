"""A carrier's side of the media socket, a voice made of tones, and a recogniser that hears what it is told."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from ivr.domain.hearing import Grammar, Hypothesis
from ivr.speech.audio import encode_mulaw
from ivr.web.server import UVICORN
from tests.web.voice_support import ACCOUNT, CALL

STREAM = "MZ" + "3" * 32
FRAME = 160
QUIET = b"\xff" * FRAME


def voice(seconds: float) -> bytes:
    """Mu-law that a voice-activity detector takes for a person: a gliding buzz with the strength of speech."""
    at = np.arange(int(8000 * seconds)) / 8000
    phase = np.cumsum(2 * np.pi * (140 + 20 * np.sin(4 * np.pi * at)) / 8000)
    buzz = np.sum([np.sin(k * phase) / k for k in range(1, 20)], axis=0)
    loudness = 8000 * (0.6 + 0.4 * np.sin(8 * np.pi * at))
    return encode_mulaw((buzz / np.abs(buzz).max() * loudness).astype("<i2").tobytes())


def silence(seconds: float) -> bytes:
    return b"\xff" * int(8000 * seconds)


class ScriptedRecognizer:
    """Hears `words` in every utterance."""

    engine = "scripted"

    def __init__(self, *words: str) -> None:
        self.words = words
        self.grammars: list[Grammar] = []
        self.locales = {"en-US"}
        self.broken: Exception | None = None

    def hears(self, locale: str) -> bool:
        return locale in self.locales

    def engine_for(self, locale: str) -> str | None:
        return self.engine if self.hears(locale) else None

    def open(self, grammar: Grammar, *, alternatives: int = 1) -> "ScriptedUtterance":
        self.grammars.append(grammar)
        if self.broken is not None:
            raise self.broken
        return ScriptedUtterance(self.words)

    def unknown_words(self, locale: str, words: Iterable[str]) -> set[str]:
        return set()


class ScriptedUtterance:
    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words

    def feed(self, pcm: bytes) -> None:
        return None

    def partial(self) -> str:
        return self._words[0] if self._words else ""

    def finish(self) -> tuple[Hypothesis, ...]:
        return tuple(Hypothesis(words, -float(i)) for i, words in enumerate(self._words))


class Line:
    """Sends a call's frames over a test socket, faster than real time but with the stream's own clock."""

    def __init__(self, socket: ClientConnection, token: str = "", *, call: str = CALL, account: str = ACCOUNT) -> None:
        self._socket = socket
        self._token, self._call, self._account = token, call, account
        self._at_ms = 0

    def connected(self) -> None:
        self.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})

    def start(self) -> None:
        self.connected()
        start = {
            "accountSid": self._account,
            "streamSid": STREAM,
            "callSid": self._call,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"token": self._token},
        }
        self.send({"event": "start", "sequenceNumber": "1", "start": start, "streamSid": STREAM})

    def speak(self, mulaw: bytes, *, track: str = "inbound", stream: str = STREAM) -> None:
        for i in range(0, len(mulaw), FRAME):
            payload = base64.b64encode(mulaw[i : i + FRAME]).decode()
            media = {"track": track, "chunk": "1", "timestamp": str(self._at_ms), "payload": payload}
            self.send({"event": "media", "sequenceNumber": "2", "media": media, "streamSid": stream})
            self._at_ms += 20

    def stop(self) -> None:
        stop = {"accountSid": self._account, "callSid": self._call}
        self.send({"event": "stop", "sequenceNumber": "9", "stop": stop, "streamSid": STREAM})

    def send(self, message: object) -> None:
        self._socket.send(json.dumps(message))


PATIENCE = 60.0
"""Wall seconds after which something that must happen has not happened; nothing takes a tenth of it."""


def eventually(check: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait until the check gives something; what it gave last otherwise."""
    deadline = time.monotonic() + seconds
    while not (found := check()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return found


@contextmanager
def serving(app: Any, **options: Any) -> Iterator[int]:
    """The app under a real uvicorn as `serve` runs it; its port."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, **(UVICORN | options))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert eventually(lambda: server.started)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def close_code(socket: ClientConnection) -> int | None:
    """The code with which the server closes; None if it never does."""
    try:
        socket.recv(timeout=PATIENCE)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    except TimeoutError:
        return None
    raise AssertionError("the server says nothing on a stream that only listens")
