"""A real little app behind a real socket, a local carrier in front of it, and the official client."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from ivr.carrier import CarrierOptions, Handset, LocalCarrier
from tests.processes import patient

ACCOUNT, TOKEN = "AC" + "0123456789abcdef" * 2, "a secret token"
OURS, CUSTOMER, AGENT = "+15550100100", "+15551230001", "+15551230002"
XML = "text/xml"
PATIENCE = 60.0
"""Wall seconds after which something that must happen has not happened; nothing takes a tenth of it."""
running: list[LocalCarrier] = []
"""The carriers of the present test: they hurry while it waits."""


@dataclass
class Received:
    """One request as the app got it."""

    path: str
    method: str
    params: dict[str, str]
    genuine: bool
    headers: dict[str, str]
    at: float = field(default_factory=time.monotonic)


@dataclass
class Socket:
    """One media stream as the app got it; `send` works from the test's thread."""

    genuine: bool
    headers: dict[str, str]
    websocket: WebSocket
    loop: asyncio.AbstractEventLoop
    messages: list[dict[str, Any]] = field(default_factory=list)
    closed: bool = False

    def of(self, event: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["event"] == event]

    @property
    def sid(self) -> str:
        return str(self.of("start")[0]["streamSid"])

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def send(self, event: str, **content: Any) -> None:
        self._run(self.websocket.send_text(json.dumps({"event": event, "streamSid": self.sid, **content})))

    def send_bytes(self, data: bytes) -> None:
        self._run(self.websocket.send_bytes(data))

    def close(self) -> None:
        self._run(self.websocket.close())


Answer = str | tuple[int, str, str] | Callable[[dict[str, str]], Any]


class App:
    """Serves what a test put under a path; anything else is an empty 204."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[Received] = []
        self.sockets: list[Socket] = []
        self._validator = RequestValidator(TOKEN)
        self._socket = socket.create_server(("127.0.0.1", 0))
        port = self._socket.getsockname()[1]
        self.url, self.stream_url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/media"
        routes = [
            WebSocketRoute("/media", self._media),
            Route("/{path:path}", self._answer, methods=["GET", "POST"]),
        ]
        config = uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off", ws="websockets-sansio")
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asyncio.run(self.server.serve(sockets=[self._socket]))

    def stop(self) -> None:
        self.server.should_exit = self.server.force_exit = True
        self._thread.join(5)

    async def _answer(self, request: Request) -> Response:
        form = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        url = self.url + request.url.path + (f"?{request.url.query}" if request.url.query else "")
        signature = request.headers.get("x-twilio-signature", "")
        params = dict([*parse_qsl(request.url.query, keep_blank_values=True), *form])
        genuine = self._validator.validate(url, dict(form), signature)
        received = Received(request.url.path, request.method, params, genuine, dict(request.headers))
        self.requests.append(received)
        answer = self.answers.get(request.url.path, (204, "", XML))
        if callable(answer):
            answer = answer(params)
            answer = await answer if asyncio.iscoroutine(answer) else answer
        if isinstance(answer, Response):
            return answer
        status, body, kind = answer if isinstance(answer, tuple) else (200, f"<Response>{answer}</Response>", XML)
        return Response(body, status, media_type=kind or None)

    async def _media(self, websocket: WebSocket) -> None:
        signature = websocket.headers.get("x-twilio-signature", "")
        url = str(websocket.url)
        genuine = any(self._validator.validate(u, {}, signature) for u in (url, url + "/"))
        await websocket.accept()
        stream = Socket(genuine, dict(websocket.headers), websocket, asyncio.get_running_loop())
        self.sockets.append(stream)
        try:
            while True:
                stream.messages.append(json.loads(await websocket.receive_text()))
        except WebSocketDisconnect:
            stream.closed = True

    def to(self, path: str) -> list[Received]:
        """The requests to a path, in their order of arrival."""
        return [request for request in self.requests if request.path == path]

    def wait_for(self, path: str, count: int = 1, timeout: float = PATIENCE) -> list[Received]:
        """Wait until a path was requested this often."""
        eventually(lambda: len(self.to(path)) >= count, timeout, f"{path} was not requested {count} times")
        return self.to(path)

    def socket(self, index: int = 0) -> Socket:
        """Wait for a media stream that has started."""
        eventually(lambda: len(self.sockets) > index and self.sockets[index].of("start"), problem="no media stream")
        return self.sockets[index]


def eventually(check: Callable[[], Any], timeout: float = PATIENCE, problem: str = "it never happened") -> None:
    deadline = time.monotonic() + timeout
    while not check():
        assert time.monotonic() < deadline, problem
        for carrier in running:
            carrier.hurry()
        time.sleep(0.005)


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., None]:
    return eventually


@pytest.fixture(scope="session")
def app_server() -> Iterator[App]:
    app = App()
    yield app
    app.stop()


@pytest.fixture
def app(app_server: App) -> App:
    app_server.answers, app_server.requests, app_server.sockets = {}, [], []
    return app_server


@pytest.fixture
def open_carrier(app: App) -> Iterator[Callable[..., LocalCarrier]]:
    """Starts a carrier: silent and, while somebody waits, 20 times faster than life, unless told otherwise."""

    def start(**options: Any) -> LocalCarrier:
        chosen = {"speed": 20.0, "voice": None, "cps": 1000.0, "insecure_streams": True, **patient(PATIENCE), **options}
        carrier = LocalCarrier(ACCOUNT, TOKEN, CarrierOptions(**chosen)).start()
        carrier.number(OURS, voice_url=app.url + "/voice", fallback_url=app.url + "/fallback")
        running.append(carrier)
        return carrier

    yield start
    started = running[:]
    running.clear()
    for carrier in started:
        carrier.stop()
        assert not carrier.crashes


@pytest.fixture
def carrier(open_carrier: Callable[..., LocalCarrier]) -> LocalCarrier:
    return open_carrier()


@pytest.fixture
def customer(carrier: LocalCarrier) -> Handset:
    return carrier.handset(CUSTOMER)


@pytest.fixture
def agent(carrier: LocalCarrier) -> Handset:
    return carrier.handset(AGENT)


@pytest.fixture
def connect_client() -> Iterator[Callable[[LocalCarrier], Client]]:
    """The official client, pointed at a carrier."""
    opened: list[TwilioHttpClient] = []

    def connect(carrier: LocalCarrier, token: str = TOKEN) -> Client:
        http = TwilioHttpClient(timeout=PATIENCE)
        opened.append(http)
        client = Client(ACCOUNT, token, http_client=http)
        client.api.base_url = carrier.url
        return client

    yield connect
    for http in opened:
        http.session.close()


@pytest.fixture
def client(carrier: LocalCarrier, connect_client: Callable[[LocalCarrier], Client]) -> Client:
    return connect_client(carrier)
