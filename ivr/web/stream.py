"""The media socket: one WebSocket for each call's audio; whatever comes in, the call goes on."""

import asyncio
from typing import TYPE_CHECKING, Final

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ivr.domain.turn import Turn
from ivr.phone.media_stream import Connected, Malformed, Media, Message, Started, Stopped, read_message
from ivr.phone.signature import is_call_sid
from ivr.web.hearing_pools import HearingPools
from ivr.web.media_protocol import take_directly
from ivr.web.services import Services
from ivr.web.stream_calls import OpenStreams

if TYPE_CHECKING:
    from ivr.web.stream_hearing import CallHearing

log = structlog.get_logger(__name__)

START_SECONDS: Final = 10.0
"""A socket that has not said which call it is for by then is closed."""
MAX_FAULTS: Final = 1000
"""Malformed frames in one socket that are taken for an accident."""
POLICY, TOO_BIG, NORMAL = 1008, 1009, 1000


class MediaEndpoint:
    """Serves /media."""

    def __init__(self, services: Services, streams: OpenStreams) -> None:
        self._services = services
        self._streams = streams
        self._check = services.signature_check()
        self._pools = HearingPools()

    async def serve(self, socket: WebSocket) -> None:
        """One connection, from its upgrade to its end."""
        if not self._check.is_upgrade(socket.headers.get("x-twilio-signature")):
            self._refused("media", "not_signed")
            await socket.close(POLICY)  # before the handshake: answered with 403
            return
        await socket.accept()
        try:
            await self._converse(socket)
        except WebSocketDisconnect:
            return

    def close(self) -> None:
        """Let the worker threads end."""
        self._pools.close()

    async def _converse(self, socket: WebSocket) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                started = await self._started(socket)
        except TimeoutError:
            self._fault("no_start")
            started = None
        hearing = await self._admitted(started) if started is not None else None
        if hearing is None or started is None:
            await _close(socket, POLICY)
            return
        log.info("stream_opened", call=started.call_sid, stream=started.stream_sid)
        await self._hear(socket, started, hearing)

    async def _started(self, socket: WebSocket) -> Started | None:
        while True:
            message = await self._next(socket)
            if message is None or isinstance(message, Started):
                return message
            if not isinstance(message, Connected):
                self._fault("before_start")

    async def _admitted(self, started: Started) -> "CallHearing | None":
        """The call's hearing, if the stream is for a live call of ours and has its token."""
        found = await asyncio.get_running_loop().run_in_executor(self._pools.calls, self._found, started)
        if not isinstance(found, str):
            turn, hearing = found
            if self._streams.opened(started.call_sid, hearing):
                hearing.expect(turn)
                return hearing
            hearing.close()
            found = "second_stream"
        self._refused("media_start", found)
        return None

    def _found(self, started: Started) -> "tuple[Turn, CallHearing] | str":
        """The turn that is being heard and the call's ears, or why the stream is refused."""
        # Imported here, in a worker: the engines are read after the server has begun to take calls.
        from ivr.web.stream_hearing import CallHearing

        present, ears = self._present(started), self._services.recognizer
        if isinstance(present, str):
            return present
        if ears is None:
            return "no_engine"
        return present, CallHearing(self._services, self._streams, self._pools, recognizer=ears, sid=started.call_sid)

    def _present(self, started: Started) -> Turn | str:
        """The turn that is being heard, or why the stream is refused."""
        if not self._check.owns(started.account_sid) or not is_call_sid(started.call_sid):
            return "not_ours"
        if not self._streams.take_token(started.call_sid, started.parameters.get("token", "")):
            return "token"
        hearing = self._services.calls.hearing(started.call_sid)
        return hearing[0] if hearing is not None else "not_live"

    async def _hear(self, socket: WebSocket, started: Started, hearing: "CallHearing") -> None:
        broken = True
        try:
            broken = not await self._feed(socket, started, hearing)
        finally:
            hearing.close()
            self._streams.closed(started.call_sid, hearing, broken=broken)
            log.info("stream_closed", call=started.call_sid, stream=started.stream_sid, broken=broken)

    async def _feed(self, socket: WebSocket, started: Started, hearing: "CallHearing") -> bool:
        """Give audio to the hearing; True when the stream was stopped in an orderly way."""
        take_directly(socket, lambda text: _hears(read_message(text), started, hearing))
        faults = 0
        while faults < MAX_FAULTS:
            message = await self._next(socket)
            if message is None:
                return False
            if isinstance(message, Stopped) and message.stream_sid == started.stream_sid:
                await _close(socket, NORMAL)
                return True
            if not _hears(message, started, hearing) and not isinstance(message, Malformed):
                self._fault("unexpected")
            faults += isinstance(message, Malformed)
        await _close(socket, POLICY)
        return False

    async def _next(self, socket: WebSocket) -> Message | None:
        """The next message; None when the socket is gone or has to be closed. Malformed ones are counted."""
        raw = await socket.receive()
        if raw["type"] == "websocket.disconnect":
            return None
        text = raw.get("text")
        message = read_message(text if text is not None else raw.get("bytes") or b"")
        if isinstance(message, Malformed):
            self._fault(message.reason)
            if message.reason == "too_long":
                await _close(socket, TOO_BIG)
                return None
        return message

    def _refused(self, where: str, reason: str) -> None:
        self._services.metrics.refused.labels(where).inc()
        log.warning("stream_refused", where=where, reason=reason)

    def _fault(self, reason: str) -> None:
        self._services.metrics.stream_faults.labels(reason).inc()


def _hears(message: Message, started: Started, hearing: "CallHearing") -> bool:
    """Whether it is sound of the stream; the caller's is given to the hearing."""
    if not isinstance(message, Media) or message.stream_sid != started.stream_sid:
        return False
    if message.track == "inbound":
        hearing.feed(message.payload, message.timestamp_ms)
    return True


async def _close(socket: WebSocket, code: int) -> None:
    if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
        await socket.close(code)
