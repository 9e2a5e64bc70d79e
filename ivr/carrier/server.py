"""The HTTP side of the carrier: REST, and whatever a page adds, on one port."""

import asyncio
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState

from ivr.carrier import rest_account, rest_calls, rest_conferences, rest_messages, rest_recordings, rest_streams
from ivr.carrier.rest import Rest, RestError, not_found

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that the address is known before anything is served."""
    bound = socket.create_server((host, port))
    bound.setblocking(False)
    return bound


def application(rest: Rest, extra: Sequence[BaseRoute]) -> Starlette:
    """REST and the extra routes; anything unknown is 20404."""
    routes = [
        *extra,
        *rest_calls.routes(rest),
        *rest_recordings.routes(rest),
        *rest_streams.routes(rest),
        *rest_conferences.routes(rest),
        *rest_account.routes(rest),
        *rest_messages.routes(rest),
    ]

    async def unknown(request: Request, error: Exception) -> Response:
        return not_found(request.url.path).response()

    async def wrong_method(request: Request, error: Exception) -> Response:
        return RestError(405, 20004, "Method not allowed").response()

    return Starlette(routes=routes, exception_handlers={404: unknown, 405: wrong_method})


class _PromptServer(uvicorn.Server):
    """Stops when told rather than at its next look; tests start and stop many carriers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.told = asyncio.Event()

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        await self.on_tick(0)  # sets the headers every answer carries
        await self.told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Break what is still open: uvicorn would wait a tenth of a second at least, and for ever for some."""
        for server in self.servers:
            server.close()
        for bound in sockets or []:
            bound.close()
        for connection in list(self.server_state.connections):
            if connection.transport:
                connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)


class _Sockets(WebSocketsSansIOProtocol):
    """uvicorn 0.54 raises while it shuts down when the other side of a socket is just closing it, and then hangs."""

    def shutdown(self) -> None:
        """Close the socket."""
        try:
            super().shutdown()
        except InvalidState:
            self.transport.close()


class CarrierServer:
    """uvicorn on the carrier's event loop."""

    def __init__(self, exchange: "Exchange", bound: socket.socket, *, extra: Sequence[BaseRoute]) -> None:
        self.rest = Rest(exchange)
        config = uvicorn.Config(
            application(self.rest, extra),
            log_level="warning",
            access_log=False,
            date_header=False,  # uvicorn renews it in the loop replaced above
            lifespan="off",
            ws=_Sockets,
        )
        self._server = _PromptServer(config)
        self._socket = bound

    async def serve(self) -> None:
        """Serve until `stop`."""
        await self._server.serve(sockets=[self._socket])

    def stop(self) -> None:
        """Stop without waiting for requests that hang."""
        self._server.told.set()

    def reset(self, request: Request) -> None:
        """Break a request's connection without an answer."""
        for connection in list(self._server.server_state.connections):
            if getattr(connection, "client", None) == request.scope["client"] and connection.transport:
                connection.transport.abort()
