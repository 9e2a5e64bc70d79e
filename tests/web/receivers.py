"""A receiver of webhooks on this machine: really listens, answers as told, keeps what came."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass
class Receiver:
    """What a program of somebody else has."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    """Statuses to come; then 204."""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hangs: Event = field(default_factory=Event)
    """While set, no answer is given."""
    free: Event = field(default_factory=Event)

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.came]

    def types(self) -> list[str]:
        return [one["type"] for one in self.told()]


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As the specification of Standard Webhooks writes it; not by our own code."""
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    key = base64.b64decode(secret.split("_", 1)[1])
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [one.split(",", 1) for one in headers["webhook-signature"].split()]
    return any(version == "v1" and hmac.compare_digest(sent, wanted) for version, sent in given)


@contextmanager
def listening() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if receiver.hangs.is_set():
                receiver.free.wait(30)
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.send_header("location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks?from=ringback"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.free.set()
        server.shutdown()
        thread.join()
        server.server_close()
