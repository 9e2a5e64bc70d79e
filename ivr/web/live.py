"""Server-Sent Events for open consoles, on the event loop: no thread is held, one look at the database serves all.

An event says only that something has changed; the page then fetches its live part, as it does by itself every few
seconds where no events reach it (a plain WSGI server, a proxy that buffers).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import structlog
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from ivr.errors import IvrError
from ivr.service.sign_in import SignIns
from ivr.service.store import Store
from ivr.web.desk import COOKIE, SESSION_HOURS

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 0.4
STILL_SECONDS: Final = 15.0
"""So often an idle stream says that it lives, and asks whether its reader is still signed in."""
LONGEST_SECONDS: Final = 300.0
"""Then the browser opens another one: a server that ends waits for none much longer than it must."""
MOST: Final = 500
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}


class Pulse:
    """Looks at the database while anybody watches, and wakes them when it has changed."""

    def __init__(self, look: Callable[[], str]) -> None:
        self._look = look
        self._now = ""
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self.watchers = 0

    async def next(self, seen: str, seconds: float) -> str:
        """The present word; waits so long for another one than `seen`."""
        self._start()
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self._now not in ("", seen))
        except TimeoutError:
            return seen
        return self._now

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self.watchers:
            try:
                found = await asyncio.to_thread(self._look)
            except IvrError as error:
                log.warning("pulse_missed", code=error.code)
                found = self._now
            if found != self._now:
                async with self._changed:
                    self._now = found
                    self._changed.notify_all()
            await asyncio.sleep(LOOK_SECONDS)
        self._now = ""


class LiveEvents:
    """The endpoint."""

    def __init__(self, store: Store, sign_ins: SignIns, secret_key: str) -> None:
        self._store = store
        self._sign_ins = sign_ins
        flask = Flask("ivr.web.live")
        flask.secret_key = secret_key
        self._signer = SecureCookieSessionInterface().get_signing_serializer(flask)
        self._pulse = Pulse(self._look)

    def route(self) -> Route:
        """Where it is."""
        return Route("/agent/events", self.serve)

    async def serve(self, request: Request) -> Response:
        """A stream for a signed-in member of the staff."""
        token = self._token(request.cookies.get(COOKIE, ""))
        if not token or not await self._is_in(token):
            return Response("sign in first", 401, headers=HEADERS)
        if self._pulse.watchers >= MOST:
            return Response("too many are watching; the page asks by itself", 503, headers=HEADERS)
        return StreamingResponse(self._lines(token), media_type="text/event-stream", headers=HEADERS)

    async def _lines(self, token: str) -> AsyncIterator[str]:
        self._pulse.watchers += 1
        seen, until = "", time.monotonic() + LONGEST_SECONDS
        try:
            yield "retry: 2000\n\n"
            while time.monotonic() < until:
                found = await self._pulse.next(seen, STILL_SECONDS)
                if found == seen and not await self._is_in(token):
                    return
                yield f"data: {found}\n\n" if found != seen else ": still here\n\n"
                seen = found
        finally:
            self._pulse.watchers -= 1

    async def _is_in(self, token: str) -> bool:
        try:
            return await asyncio.to_thread(self._sign_ins.who, token, is_use=False) is not None
        except IvrError:
            return False

    def _token(self, cookie: str) -> str:
        """What Flask-Login keeps in our session cookie."""
        try:
            held: Any = self._signer.loads(cookie, max_age=SESSION_HOURS * 3600) if self._signer else {}
        except BadSignature:
            return ""
        return str(held.get("_user_id") or "") if isinstance(held, dict) else ""

    def _look(self) -> str:
        with self._store.read() as uow:
            return uow.staff.pulse()
