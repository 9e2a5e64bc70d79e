"""A server that speaks vosk-server's WebSocket protocol, with real Vosk behind it or a script."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import vosk
from websockets.sync.server import ServerConnection, serve

Handler = Callable[[ServerConnection], None]


def with_model(model: vosk.Model, seen: list[dict[str, Any]]) -> Handler:
    """What alphacep's asr_server.py does for one connection; `seen` gets each configuration."""

    def handle(socket: ServerConnection) -> None:
        told, decoder = {}, None
        for message in socket:
            if isinstance(message, str) and "config" in message:
                told = json.loads(message)["config"]
                seen.append(told)
                continue
            if decoder is None:
                phrases = json.dumps(told["phrase_list"], ensure_ascii=False)
                decoder = vosk.KaldiRecognizer(model, told["sample_rate"], phrases)
                decoder.SetMaxAlternatives(told.get("max_alternatives", 0))
                decoder.SetWords(bool(told.get("words", 0)))
            if message == '{"eof" : 1}':
                socket.send(decoder.FinalResult())
                return
            done = decoder.AcceptWaveform(message)
            socket.send(decoder.Result() if done else decoder.PartialResult())

    return handle


def scripted(*answers: str, after: Handler = lambda socket: None) -> Handler:
    """Answers each binary frame and the end with the next text, then does `after`."""

    def handle(socket: ServerConnection) -> None:
        left = iter(answers)
        for message in socket:
            if isinstance(message, bytes) or "eof" in message:
                answer = next(left, None)
                if answer is None:
                    return after(socket)
                socket.send(answer)

    return handle


@contextmanager
def running(handler: Handler) -> Iterator[str]:
    """Serve on a free port: the address."""
    with serve(handler, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
