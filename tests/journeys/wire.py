"""The wire between carrier and app: remembers what was sent, and breaks or delays answers on demand."""

import asyncio
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sent:
    """One request as the carrier sent it."""

    path: str
    """With its query."""
    body: bytes
    headers: dict[str, str]


class Wire:
    """An ASGI app around the real one."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._breaks = 0
        self._delay_seconds = 0.0
        self._open = 0
        self.requests: list[Sent] = []
        """Every webhook that was answered by the app, oldest first."""

    @property
    def is_busy(self) -> bool:
        """Whether a webhook waits for its answer."""
        return self._open > 0

    def break_next(self, count: int) -> None:
        """Answer so many webhooks with 502, as a proxy does whose app is gone."""
        self._breaks = count

    def delay_next(self, seconds: float) -> None:
        """Hand the next webhook on only after some wall seconds."""
        self._delay_seconds = seconds

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/voice"):
            await self._app(scope, receive, send)
            return
        if self._breaks:
            self._breaks -= 1
            await send({"type": "http.response.start", "status": 502, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        self._open += 1
        try:
            await self._hand_on(scope, receive, send)
        finally:
            self._open -= 1

    async def _hand_on(self, scope: Any, receive: Any, send: Any) -> None:
        delay, self._delay_seconds = self._delay_seconds, 0.0
        await asyncio.sleep(delay)
        body = await _whole(receive)
        path = scope["path"] + ("?" + scope["query_string"].decode() if scope["query_string"] else "")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.requests.append(
            Sent(path, body, {k: v for k, v in headers.items() if k not in ("host", "content-length")})
        )
        given = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Any:
            return next(given, None) or await receive()

        await self._app(scope, again, send)


async def _whole(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
