"""The public server around the webhooks: health, metrics, bodies that come slowly or never end."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from flask import Flask

from ivr.errors import IvrError, NotFound, SettingsError
from ivr.web.asgi_body import WholeBody
from ivr.web.server import create_app, create_asgi
from tests.web.stream_support import ScriptedRecognizer, serving
from tests.web.voice_support import FakeClock, FakeStore, post, some_services


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def client(store: FakeStore) -> Any:
    return create_app(some_services(store=store, recognizer=ScriptedRecognizer())).test_client()


def test_ready_says_which_engine_hears_which_language(client: Any) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    hearing = answer.json["hearing"]
    assert (hearing["en-US"], hearing["ko-KR"]) == ("scripted", "keypad")


def test_not_ready_without_a_database(client: Any, store: FakeStore) -> None:
    store.broken = IvrError("gone")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "IVR_DATABASE_URL" in answer.json["wrong"]["database"]


def test_further_checks_of_readiness_are_asked() -> None:
    checks = {"disk": lambda: "full; make room", "voice": lambda: ""}
    answer = create_app(some_services(readiness=checks)).test_client().get("/readyz")
    assert (answer.status_code, answer.json["wrong"]) == (503, {"disk": "full; make room"})


@pytest.mark.parametrize(("age", "status"), [(1, 200), (10, 200), (11, 503), (None, 503)])
def test_health_fails_when_no_dispatcher_beats(
    store: FakeStore, monkeypatch: pytest.MonkeyPatch, age: int | None, status: int
) -> None:
    monkeypatch.setattr("ivr.web.health.START_SECONDS", -1.0)
    client = create_app(some_services(store=store)).test_client()
    store.guards.beat_at = None if age is None else FakeClock().now() - timedelta(seconds=age)
    assert client.get("/healthz").status_code == status


def test_dispatcher_may_come_up_a_little_later(client: Any) -> None:
    assert client.get("/healthz").status_code == 200


def test_metrics_tell_how_long_each_webhook_took(client: Any) -> None:
    post(client, "/voice")
    post(client, "/voice/leg/l1/answer")
    text = client.get("/metrics").text
    assert 'ringback_webhook_seconds_count{endpoint="voice.arrive"} 1.0' in text
    assert 'ringback_webhook_seconds_count{endpoint="voice_legs.answer"} 1.0' in text


def test_parts_of_the_site_are_registered_and_their_errors_have_codes() -> None:
    def pages(app: Flask) -> None:
        @app.get("/lost")
        def lost() -> str:
            raise NotFound("no such case; check its number")

        @app.get("/crash")
        def crash() -> str:
            raise RuntimeError("secret detail")

    client = create_app(some_services(), parts=(pages,)).test_client()
    assert client.get("/lost").status_code == 404
    assert client.get("/lost").json == {"error": {"code": "not_found", "message": "no such case; check its number"}}
    assert client.get("/crash").status_code == 500
    assert "secret" not in client.get("/crash").text


@pytest.mark.parametrize(
    "given", [{"auth_tokens": ("",)}, {"auth_tokens": ()}, {"account_sid": ""}, {"public_url": "x"}]
)
def test_server_does_not_start_when_it_could_not_tell_the_carrier_from_others(given: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        create_app(some_services(**given))


@pytest.mark.parametrize(
    ("public", "stream", "media"),
    [
        ("https://a.example", "", "wss://a.example/media"),
        ("https://a.example/ivr/", "", "wss://a.example/ivr/media"),
        ("http://127.0.0.1:8000", "", "ws://127.0.0.1:8000/media"),
        ("https://a.example", "wss://b.example", "wss://b.example/media"),
        ("https://a.example", "wss://b.example/media/", "wss://b.example/media"),
    ],
)
def test_media_address_follows_the_public_one_unless_told(public: str, stream: str, media: str) -> None:
    assert some_services(public_url=public, stream_url=stream).media_url == media


@pytest.fixture
def server() -> Iterator[httpx.Client]:
    with serving(create_asgi(some_services(threads=2))) as port, httpx.Client(trust_env=False, timeout=30) as client:
        client.base_url = httpx.URL(f"http://127.0.0.1:{port}")
        yield client


def test_body_without_end_is_refused(server: httpx.Client) -> None:
    assert server.post("/voice", content=b"x" * 300_000).status_code == 413


def test_webhooks_pages_and_health_are_served_beside_the_socket(server: httpx.Client) -> None:
    assert server.get("/readyz").status_code == 200
    assert server.post("/voice", data={"CallSid": "x"}).status_code == 403
    assert server.get("/nothing").status_code == 404


def test_slow_senders_hold_no_thread() -> None:
    sent: list[Any] = []

    async def never(*_: Any) -> Any:
        await asyncio.sleep(3600)

    async def send(message: Any) -> None:
        sent.append(message)

    async def run() -> None:
        body = WholeBody(never, 1000, seconds=0.01)
        await body({"type": "http"}, never, send)

    asyncio.run(run())
    assert sent[0]["status"] == 408
