"""Nodes as they are deployed: `serve` processes on one PostgreSQL, behind a proxy that takes turns between them."""

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.conftest import ROOT
from tests.processes import SECONDS, free_port, until, without_settings

BUFFER = 65536


class Node:
    """One machine: `python -m ivr serve` with its dispatcher. A context manager."""

    def __init__(self, name: str, folder: Path, environment: Mapping[str, str]) -> None:
        self.port = free_port()
        self._log = folder / f"{name}.log"
        self._environment = {**without_settings(), **environment, "PYTHONPATH": str(ROOT), "IVR_LOG": "json"}
        self._folder = folder

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "ivr", "serve", "--port", str(self.port)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def is_ready(self) -> bool:
        """As a proxy asks before it sends calls here."""
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=SECONDS) as told:
            return bool(told.status == 200)
        return False

    def kill(self) -> None:
        """The power fails: supervisor, server and dispatcher at once. Returns when nobody answers at its port."""
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            until(self._refuses)

    def _refuses(self) -> bool:
        try:  # the server, which this process cannot wait for, may take a moment longer to go
            socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS).close()
        except OSError as error:
            return isinstance(error, ConnectionRefusedError)
        return False


class Proxy:
    """Hands each connection to the next node that takes it. A context manager."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.ports: list[int] = []
        self.served: dict[int, int] = {}
        """Connections by node."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """One request a connection, so that even those of one client are shared out."""
        with client, suppress(OSError):
            head = _head(client)
            with self._next_node() as node:
                back = threading.Thread(target=_pump, args=(node, client), daemon=True)
                back.start()
                node.sendall(head)
                _pump(client, node)
                back.join()

    def _next_node(self) -> socket.socket:
        for _ in self.ports:
            port = self.ports[0]
            self.ports = [*self.ports[1:], port]
            with suppress(OSError):
                node = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
                self.served[port] = self.served.get(port, 0) + 1
                return node
        raise OSError("no node takes it")


def _head(client: socket.socket) -> bytes:
    """A request as far as the end of its headers, with the wish that the connection be closed after it."""
    read = b""
    while b"\r\n\r\n" not in read:
        if not (data := client.recv(BUFFER)):
            raise OSError("hung up")
        read += data
    head, _, body = read.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close", b"", body])


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Until one of them hangs up; then both do."""
    with suppress(OSError):
        while data := source.recv(BUFFER):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def all_ready(*nodes: Node) -> None:
    """Wait for it, or fail."""
    until(lambda: all(node.is_ready() for node in nodes), 2 * SECONDS)
