"""The timeline of the telephones page as Server-Sent Events: the carrier's own, or relayed from the service.

A relayed event is a JSON object with `at` (ISO 8601) and `text`, and optionally `kind`; the service's address answers
with Server-Sent Events or with a JSON list (also under the key "events"), which is then asked for every second.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import httpx

from ivr.carrier.events import CarrierEvent

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

_REPLAYED = 300
_MOST_WAITING = 2000
_SHOWN = frozenset({"call.status", "heard", "said", "key", "text", "document", "alert", "amd"})
_RETRY_SECONDS = 2.0
_POLL_SECONDS = 1.0
_LONGEST_LINE = 65536
_ACCEPT = {"Accept": "text/event-stream, application/json"}


def sse(data: Any, event: str | None = None) -> str:
    """One Server-Sent Event."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(data, ensure_ascii=False)}\n\n"


async def carrier_events(exchange: "Exchange") -> AsyncIterator[str]:
    """What happened last, then what happens, and once a second the counts if they changed."""
    waiting: asyncio.Queue[CarrierEvent] = asyncio.Queue(_MOST_WAITING)

    def take(event: CarrierEvent) -> None:
        if event.kind in _SHOWN and not waiting.full():
            waiting.put_nowait(event)

    past = [event for event in exchange.timeline.events if event.kind in _SHOWN]
    unsubscribe = exchange.timeline.subscribe(take)
    try:
        for event in past[-_REPLAYED:]:
            yield sse(_public(event))
        told: dict[str, int] = {}
        while True:
            if told != (now := counts(exchange)):
                told = now
                yield sse(told, "counts")
            async for event in _within(waiting, 1.0):
                yield sse(_public(event))
    finally:
        unsubscribe()


async def _within(waiting: "asyncio.Queue[CarrierEvent]", seconds: float) -> AsyncIterator[CarrierEvent]:
    """Events that arrive in the next seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while (left := end - loop.time()) > 0:
        try:
            yield await asyncio.wait_for(waiting.get(), left)
        except TimeoutError:
            return


def _public(event: CarrierEvent) -> dict[str, Any]:
    detail = {key: value for key, value in event.detail.items() if key != "body" or event.kind == "text"}
    return {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "call": event.call_sid,
        "number": event.number,
        "detail": detail,
    }


def counts(exchange: "Exchange") -> dict[str, int]:
    """Documents fetched, status callbacks meant to be sent and stream frames sent, of all calls."""
    calls = exchange.calls.values()
    return {
        "documents": sum(len(call.documents) for call in calls),
        "callbacks": sum(len(call.callbacks) for call in calls),
        "frames": sum(stream.frames_sent for call in calls for stream in call.streams),
    }


async def relayed_events(exchange: "Exchange", url: str) -> AsyncIterator[str]:
    """The service's timeline; goes on trying while the service is away. Counts stay the carrier's."""
    async with httpx.AsyncClient(timeout=httpx.Timeout(10, read=None), follow_redirects=False) as client:
        seen: set[str] = set()
        while True:
            yield sse(counts(exchange), "counts")
            pause = _POLL_SECONDS
            try:
                async with client.stream(
                    "GET", url, headers={"Accept": "text/event-stream, application/json"}
                ) as answer:
                    answer.raise_for_status()
                    async for event in _read(answer):
                        text = json.dumps(event, sort_keys=True)
                        if text not in seen:
                            seen.add(text)
                            yield sse(event)
            except (httpx.HTTPError, ValueError):
                yield sse({}, "unreachable")
                pause = _RETRY_SECONDS
            await asyncio.sleep(pause)


async def _read(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    if answer.headers.get("content-type", "").startswith("text/event-stream"):
        async for line in answer.aiter_lines():
            if line.startswith("data:") and len(line) < _LONGEST_LINE:
                for event in _events_of(json.loads(line[5:])):
                    yield event
    else:
        await answer.aread()
        for event in _events_of(answer.json()):
            yield event


def _events_of(data: Any) -> list[dict[str, Any]]:
    listed = data.get("events", [data]) if isinstance(data, dict) else data
    return [event for event in listed if isinstance(event, dict)] if isinstance(listed, list) else []
