"""Server-Sent Events of consoles: only for people who are signed in, told of what changes, and holding no thread."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ivr.domain.agents import AgentStatus
from tests.web.site import Site, a_site
from tests.web.stream_support import serving
from tests.web.test_console import fill
from tests.web.test_sign_in import sign_in

PATIENCE = 60
WATCHERS = 60
"""More than there are threads for webhooks and pages."""


@pytest.fixture
def served(sqlite_store: Any) -> Iterator[tuple[Site, str]]:
    site = a_site(sqlite_store, IVR_THREADS="2")
    fill(site)
    with serving(site.ivr.asgi()) as port:
        yield site, f"http://127.0.0.1:{port}"


def cookies(site: Site) -> dict[str, str]:
    """Those of a supervisor's browser."""
    assert sign_in(site) == 303
    cookie = site.browser.get_cookie("ringback", domain="voice.example.com")
    assert cookie is not None
    return {"ringback": cookie.value}


def change(site: Site) -> None:
    with site.store.begin() as uow:
        agent = uow.agents.by_name("Kim")
        assert agent is not None
        agent.move(AgentStatus.AWAY, site.clock.now())
        uow.commit()


@pytest.mark.parametrize("cookie", ["", "x", "e30.x.y", "\x7f" * 5000])
def test_nobody_watches_without_signing_in(served: tuple[Site, str], cookie: str) -> None:
    cookies = {"ringback": cookie} if cookie else {}
    answer = httpx.get(served[1] + "/agent/events", cookies=cookies, timeout=PATIENCE)
    assert answer.status_code == 401


def test_a_cookie_of_somebody_signed_out_watches_nothing(served: tuple[Site, str]) -> None:
    site, address = served
    held = cookies(site)
    site.post("/sign-out", page="/supervisor/")
    assert httpx.get(address + "/agent/events", cookies=held, timeout=PATIENCE).status_code == 401


def test_all_who_watch_are_told_and_pages_are_served_meanwhile(served: tuple[Site, str]) -> None:
    site, address = served
    held = cookies(site)

    async def watch(client: httpx.AsyncClient, ready: asyncio.Semaphore) -> list[str]:
        told = []
        async with client.stream("GET", "/agent/events") as stream:
            assert stream.headers["Content-Type"].startswith("text/event-stream")
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    told.append(line)
                    ready.release()
                if len(told) == 2:
                    break
        return told

    async def all_watch() -> list[list[str]]:
        limits = httpx.Limits(max_connections=WATCHERS + 1)
        ready = asyncio.Semaphore(0)
        async with httpx.AsyncClient(base_url=address, cookies=held, timeout=PATIENCE, limits=limits) as client:
            watching = [asyncio.create_task(watch(client, ready)) for _ in range(WATCHERS)]
            for _ in range(WATCHERS):
                await asyncio.wait_for(ready.acquire(), PATIENCE)
            assert (await client.get("/agent/")).status_code == 200
            await asyncio.to_thread(change, site)
            return await asyncio.gather(*watching)

    told = asyncio.run(all_watch())
    assert len({tuple(lines) for lines in told}) == 1
    assert told[0][0] != told[0][1]
