"""Reads a request's body on the event loop before a thread is taken: slow senders hold no thread."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

BODY_SECONDS: Final = 10.0
_FORGOTTEN: Final = 4
"""So many times the longest body is read at most."""
FILES_AT_ONCE: Final = 8
"""Photos are held in memory while they come; further ones wait for their turn."""
FILE_SECONDS: Final = 90.0
"""From a telephone with a poor line."""


@dataclass(frozen=True)
class Files:
    """Paths that take files, and how long these may be."""

    takes: Callable[[str], bool]
    max_bytes: int


class WholeBody:
    """Passes HTTP requests on with their whole body; too long is 413, too slow 408."""

    def __init__(self, app: App, max_bytes: int, *, seconds: float = BODY_SECONDS, files: Files | None = None) -> None:
        self._app = app
        self._files = files
        self._few = asyncio.Semaphore(FILES_AT_ONCE)
        self._max_bytes = max_bytes
        self._seconds = seconds

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._files is not None and self._files.takes(scope["path"]):
            await self._take_file(scope, receive, send, self._files.max_bytes)
            return
        try:
            async with asyncio.timeout(self._seconds):
                body = await _read(receive, self._max_bytes)
        except TimeoutError:
            await _refuse(send, 408)
            return
        if body is None:
            await _refuse(send, 413)
            return
        await self._app(scope, _once(body), send)

    async def _take_file(self, scope: MutableMapping[str, Any], receive: Receive, send: Send, max_bytes: int) -> None:
        async with self._few:
            try:
                async with asyncio.timeout(FILE_SECONDS):
                    body = await _read(receive, max_bytes)
            except TimeoutError:
                await _refuse(send, 408)
                return
            if body is None and _declared(scope) <= max_bytes:
                await _refuse(send, 413)
                return
            # Declared too long: the app sees that in the headers, and has a page that says so.
            await self._app(scope, _once(body or b""), send)


async def _read(receive: Receive, max_bytes: int) -> bytes | None:
    """The body; None if it is too long.

    The rest of one that is a little too long is read and forgotten: closing a connection on bytes that nobody read
    resets it, and the sender would never see why.
    """
    parts: list[bytes] = []
    size, more = 0, True
    while more and size <= _FORGOTTEN * max_bytes:
        message = await receive()
        more = message.get("more_body", False)
        size += len(message.get("body", b""))
        parts = [*parts, message.get("body", b"")] if size <= max_bytes else []
    return b"".join(parts) if size <= max_bytes else None


def _declared(scope: MutableMapping[str, Any]) -> int:
    given = dict(scope["headers"]).get(b"content-length", b"")
    return int(given) if given.isdigit() else 0


def _once(body: bytes) -> Receive:
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
