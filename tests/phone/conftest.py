"""A carrier's REST side of a few lines: scripted answers over real HTTP, requests kept."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    fields: dict[str, list[str]]


@dataclass
class RestServer:
    """Answers in order, the last one for ever."""

    url: str = ""
    answers: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, status: int, body: Any, **headers: str) -> None:
        """Add an answer: JSON, or a text as it is; status 0 drops the connection."""
        text = body if isinstance(body, str) else json.dumps(body)
        self.answers.append((status, text, {k.replace("_", "-"): v for k, v in headers.items()}))

    def next_answer(self) -> tuple[int, str, dict[str, str]]:
        """The next scripted answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def carrier() -> Iterator[RestServer]:
    """A server on a free port."""
    script = RestServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            fields = parse_qs(body if self.command == "POST" else parts.query, keep_blank_values=True)
            script.asked.append(Asked(self.command, parts.path, fields))
            status, text, headers = script.next_answer()
            if status == 0:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(text.encode()))} | headers).items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_DELETE = do_POST

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
