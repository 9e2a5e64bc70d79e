"""The media socket: one WebSocket for each call's audio; whatever comes in, the call goes on."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ivr.domain.turn import Turn
from ivr.phone.media_stream import (
    Connected,
    Dtmf,
    Malformed,
    Mark,
    Media,
    Message,
    Started,
    Stopped,
    read_message,
    read_text,
)
from ivr.phone.signature import is_call_sid
from ivr.service import addresses
from ivr.speech.recognizers import Recognizers
from ivr.web.duplex import DuplexCall
from ivr.web.hearing_pools import HearingPools
from ivr.web.media_protocol import take_directly
from ivr.web.services import Services
from ivr.web.stream_calls import OpenStreams
from ivr.web.stream_redirects import Answering, Redirects

if TYPE_CHECKING:
    from ivr.speech.echo import OwnVoice
    from ivr.web.duplex_sounds import TurnSounds
    from ivr.web.stream_hearing import CallHearing

log = structlog.get_logger(__name__)

START_SECONDS: Final = 10.0
"""A socket that has not said which call it is for by then is closed."""
MAX_FAULTS: Final = 1000
"""Malformed frames in one socket that are taken for an accident."""
POLICY, TOO_BIG, NORMAL = 1008, 1009, 1000


@dataclass(frozen=True)
class Conversation:
    """One admitted stream: the call's ears, and on a two-way stream also what is sent into it."""

    turn: Turn
    """The present one when it began."""
    hearing: "CallHearing"
    duplex: DuplexCall | None = None
    outbox: "asyncio.Queue[str | None] | None" = None

    def feed(self, message: Media) -> None:
        """20 ms of the caller."""
        if message.track == "inbound":
            self.hearing.feed(message.payload, message.timestamp_ms)
            if self.duplex is not None:
                self.duplex.tick(message.timestamp_ms)

    def tell(self, message: Message) -> bool:
        """A key or a mark; False for what does not belong here."""
        if self.duplex is None or not isinstance(message, Dtmf | Mark):
            return False
        if isinstance(message, Dtmf):
            self.duplex.key(message.digit)
        else:
            self.duplex.mark(message.name)
        return True


class MediaEndpoint:
    """Serves /media."""

    def __init__(self, services: Services, streams: OpenStreams, sounds: "TurnSounds | None" = None) -> None:
        """`sounds`: every stream is a two-way one, on which we speak."""
        self._services = services
        self._sounds = sounds
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
        conversation = await self._admitted(started) if started is not None else None
        if conversation is None or started is None:
            await _close(socket, POLICY)
            return
        log.info("stream_opened", call=started.call_sid, stream=started.stream_sid)
        await self._hear(socket, started, conversation)

    async def _started(self, socket: WebSocket) -> Started | None:
        while True:
            message = await self._next(socket)
            if message is None or isinstance(message, Started):
                return message
            if not isinstance(message, Connected):
                self._fault("before_start")

    async def _admitted(self, started: Started) -> Conversation | None:
        """The call's conversation, if the stream is for a live call of ours and has its token."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._pools.calls, self._found, started, loop)
        if not isinstance(found, str):
            # A two-way stream has the call to itself: the end of a former one may not have reached us yet.
            if self._streams.opened(started.call_sid, found.hearing, instead=found.duplex is not None):
                found.hearing.expect(found.turn)
                return found
            found.hearing.close()
            found = "second_stream"
        self._refused("media_start", found)
        return None

    def _found(self, started: Started, loop: asyncio.AbstractEventLoop) -> Conversation | str:
        """What is heard and said on the stream, or why it is refused."""
        present, ears = self._present(started), self._services.recognizer
        if isinstance(present, str):
            return present
        if ears is None:
            return "no_engine"
        leg_id = self._services.leg_hearing.leg_id(started.call_sid)
        if self._sounds is not None and not leg_id:
            return self._duplex(started, present, self._sounds, ears=ears, loop=loop)
        leg_path = addresses.present(leg_id) if leg_id else ""
        answering = Redirects(self._services, self._streams, self._pools, sid=started.call_sid, leg_path=leg_path)
        return Conversation(present, self._ears(started.call_sid, answering, ears))

    def _duplex(
        self,
        started: Started,
        present: Turn,
        sounds: "TurnSounds",
        *,
        ears: Recognizers,
        loop: asyncio.AbstractEventLoop,
    ) -> Conversation:
        from ivr.speech.echo import OwnVoice  # here, in a worker, as in `_ears`

        outbox: asyncio.Queue[str | None] = asyncio.Queue()
        own = OwnVoice()

        def send(message: str | None) -> None:
            with suppress(RuntimeError):  # the server has ended meanwhile
                loop.call_soon_threadsafe(outbox.put_nowait, message)

        sid, stream_sid = started.call_sid, started.stream_sid
        duplex = DuplexCall(
            self._services, self._streams, self._pools, sounds, sid=sid, stream_sid=stream_sid, send=send, own=own
        )
        return Conversation(present, self._ears(sid, duplex, ears, own), duplex, outbox)

    def _ears(self, sid: str, answering: Answering, ears: Recognizers, own: "OwnVoice | None" = None) -> "CallHearing":
        # Imported here, in a worker: the engines are read after the server has begun to take calls.
        from ivr.web.stream_hearing import CallHearing

        return CallHearing(self._services, self._streams, self._pools, answering, recognizer=ears, sid=sid, own=own)

    def _present(self, started: Started) -> Turn | str:
        """The turn that is being heard, or why the stream is refused."""
        if not self._check.owns(started.account_sid) or not is_call_sid(started.call_sid):
            return "not_ours"
        if not self._streams.take_token(started.call_sid, started.parameters.get("token", "")):
            return "token"
        sid = started.call_sid
        hearing = self._services.calls.hearing(sid) or self._services.leg_hearing.hearing(sid)
        return hearing[0] if hearing is not None else "not_live"

    async def _hear(self, socket: WebSocket, started: Started, conversation: Conversation) -> None:
        broken, duplex = True, conversation.duplex
        writing = asyncio.create_task(_write(socket, conversation.outbox)) if conversation.outbox is not None else None
        try:
            if duplex is not None:
                duplex.go_on(conversation.turn)
            broken = not await self._feed(socket, started, conversation)
        finally:
            if writing is not None:
                writing.cancel()
            conversation.hearing.close()
            broken = broken and not (duplex is not None and duplex.is_finished)
            self._streams.closed(started.call_sid, conversation.hearing, broken=broken)
            log.info("stream_closed", call=started.call_sid, stream=started.stream_sid, broken=broken)

    async def _feed(self, socket: WebSocket, started: Started, conversation: Conversation) -> bool:
        """Give audio, keys and marks to the conversation; True when the stream was stopped in an orderly way."""
        take_directly(socket, lambda text: _feeds(read_text(text), started, conversation))
        faults = 0
        while faults < MAX_FAULTS:
            message = await self._next(socket)
            if message is None:
                return False
            if isinstance(message, Stopped) and message.stream_sid == started.stream_sid:
                await _close(socket, NORMAL)
                return True
            taken = _feeds(message, started, conversation) or conversation.tell(message)
            if not taken and not isinstance(message, Malformed):
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


def _feeds(message: Message, started: Started, conversation: Conversation) -> bool:
    """Whether it is sound of the stream; the conversation has it then."""
    if not isinstance(message, Media) or message.stream_sid != started.stream_sid:
        return False
    conversation.feed(message)
    return True


async def _write(socket: WebSocket, outbox: "asyncio.Queue[str | None]") -> None:
    """Everything in its order; nothing more once the socket is closed, by whomever."""
    with suppress(WebSocketDisconnect, RuntimeError):
        while (message := await outbox.get()) is not None:
            await socket.send_text(message)
        await _close(socket, NORMAL)


async def _close(socket: WebSocket, code: int) -> None:
    if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
        await socket.close(code)
