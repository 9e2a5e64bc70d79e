"""Reads a request's body on the event loop before a thread is taken: slow senders hold no thread."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

BODY_SECONDS: Final = 10.0
_FORGOTTEN: Final = 4
"""So many times the longest body is read at most."""


class WholeBody:
    """Passes HTTP requests on with their whole body; too long is 413, too slow 408."""

    def __init__(self, app: App, max_bytes: int, *, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._seconds = seconds

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
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


def _once(body: bytes) -> Receive:
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
