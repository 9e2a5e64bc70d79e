"""The short way of the media socket: however the bytes are cut, every frame arrives once, by one way or the other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection, connect

from ivr.web.media_protocol import take_directly
from tests.web.stream_support import PATIENCE, close_code, serving


class Echo:
    """Takes texts that begin with "m" directly; what came, and by which way, is told in answer to "tell"."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        take_directly(socket, self._take)
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text") or message["bytes"].decode()
                self.seen.append(("usual", text))
                if text == "tell":
                    await socket.send_text(json.dumps(self.seen))
        except WebSocketDisconnect:
            return

    def _take(self, text: bytes) -> bool:
        mine = text.startswith(b"m") and text.isascii()
        if mine:
            self.seen.append(("direct", text.decode()))
        return mine


@pytest.fixture
def socket() -> Iterator[ClientConnection]:
    with (
        serving(Starlette(routes=[WebSocketRoute("/media", Echo().serve)])) as port,
        connect(f"ws://127.0.0.1:{port}/media", proxy=None, open_timeout=PATIENCE, compression=None) as opened,
    ):
        yield opened


def told(socket: ClientConnection) -> list[list[str]]:
    socket.send("tell")
    seen: Any = json.loads(socket.recv(timeout=PATIENCE))
    return seen[:-1]


def text_frame(text: str, *, opcode: Opcode = Opcode.TEXT, fin: bool = True) -> bytes:
    return Frame(opcode, text.encode(), fin).serialize(mask=True)


@pytest.mark.parametrize("size", [1, 3, 7, 100, 10_000])
def test_frames_arrive_however_the_bytes_are_cut(socket: ClientConnection, size: int) -> None:
    texts = ["m1", "other", "m" + "x" * 200, "m" + "y" * 4_000, "another", "m3"]
    sent = b"".join(text_frame(text) for text in texts)
    for at in range(0, len(sent), size):
        socket.socket.sendall(sent[at : at + size])
    seen = told(socket)
    assert [text for way, text in seen if way == "direct"] == [text for text in texts if text.startswith("m")]
    assert [text for way, text in seen if way == "usual"] == ["other", "another"]


def test_fragments_binary_and_control_frames_go_the_usual_way(socket: ClientConnection) -> None:
    pong = socket.ping()
    socket.socket.sendall(text_frame("m in ", fin=False) + text_frame("two", opcode=Opcode.CONT))
    socket.send(b"m bytes")
    socket.send("m whole")
    assert pong.wait(PATIENCE)
    seen = told(socket)
    assert sorted(seen) == [["direct", "m whole"], ["usual", "m bytes"], ["usual", "m in two"]]


def test_text_that_is_no_utf8_closes_the_socket(socket: ClientConnection) -> None:
    socket.socket.sendall(Frame(Opcode.TEXT, b"m\xff").serialize(mask=True))
    assert close_code(socket) == 1007


def test_frame_longer_than_allowed_is_refused_by_its_head_alone(socket: ClientConnection) -> None:
    socket.socket.sendall(text_frame("m" * 70_000)[:20])
    assert close_code(socket) == 1009
