"""The page's timeline: the carrier's own events, or the service's, as Server-Sent Events."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from ivr.carrier import CarrierOptions, LocalCarrier
from ivr.carrier.page import PhonesPage, phones_page

OURS, CUSTOMER = "+15550100100", "+15551230001"


@pytest.fixture
def open_site(app) -> Iterator[Callable[..., LocalCarrier]]:
    started: list[LocalCarrier] = []

    def start(timeline_url: str = "") -> LocalCarrier:
        options = CarrierOptions(speed=20.0, voice=None, insecure_streams=True)
        routes = phones_page(PhonesPage(timeline_url=timeline_url))
        carrier = LocalCarrier("AC" + "0" * 32, "a secret token", options, routes=routes).start()
        carrier.number(OURS, voice_url=app.url + "/voice", status_callback=app.url + "/status")
        started.append(carrier)
        return carrier

    yield start
    for carrier in started:
        carrier.stop()
        assert not carrier.crashes


def read(carrier: LocalCarrier, source: str, enough: Callable[[list[Any], list[str]], bool]) -> list[Any]:
    """The stream's data until there is enough of it."""
    data: list[Any] = []
    names: list[str] = []
    with httpx.stream("GET", f"{carrier.url}/phones/timeline?source={source}", timeout=30) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("event: "):
                names.append(line[7:])
            elif line.startswith("data: "):
                data.append(json.loads(line[6:]))
                if enough(data, names):
                    return data
    raise AssertionError(f"the timeline ended early: {data}")


def kinds(data: list[Any]) -> set[str]:
    return {event["kind"] for event in data if "kind" in event}


def test_carriers_timeline_replays_what_happened(app, open_site):
    carrier = open_site()
    app.answers["/voice"] = "<Say>Hello</Say><Hangup/>"
    handset = carrier.handset(CUSTOMER)
    handset.dial(OURS)
    handset.hung_up()
    data = read(carrier, "carrier", lambda data, names: data[-1].get("callbacks") == 1)
    assert {"call.status", "document", "heard"} <= kinds(data)
    assert next(e for e in data if e.get("kind") == "heard")["detail"]["text"] == "Hello"
    assert all("body" not in event.get("detail", {}) for event in data)
    assert data[-1]["documents"] == 1


def test_carriers_timeline_counts_stream_frames_while_they_flow(app, open_site):
    carrier = open_site()
    app.answers["/voice"] = f'<Start><Stream url="{app.stream_url}"/></Start><Pause length="1000"/>'
    carrier.handset(CUSTOMER).dial(OURS)
    data = read(carrier, "carrier", lambda data, names: data[-1].get("frames", 0) > 30)
    assert data[-1]["frames"] > 30


def test_services_timeline_is_relayed(app, open_site):
    event = {"at": "2026-11-24T10:00:00+00:00", "kind": "case.opened", "text": "Case 12 opened"}
    app.answers["/timeline"] = lambda _: Response(
        f": hello\n\ndata: {json.dumps(event)}\n\n", media_type="text/event-stream"
    )
    data = read(open_site(app.url + "/timeline"), "app", lambda data, _: event in data)
    assert data[-1] == event


@pytest.mark.parametrize("wrap", [lambda events: events, lambda events: {"events": events}])
def test_services_timeline_may_be_json_that_grows(app, open_site, wrap):
    events = [{"at": "2026-11-24T10:00:00+00:00", "text": f"event {n}"} for n in range(3)]
    asked: list[int] = []

    def answer(_: dict[str, str]) -> Response:
        asked.append(1)
        return JSONResponse(wrap(events[: len(asked) + 1]))

    app.answers["/timeline"] = answer
    data = read(open_site(app.url + "/timeline"), "app", lambda data, _: events[2] in data)
    assert [event for event in data if "text" in event] == events


def test_service_that_is_away_is_reported_and_asked_again(app, open_site):
    answers: list[Response] = [
        Response("broken", 500),
        Response("{not json", 200, media_type="application/json"),
        JSONResponse([{"text": "back"}]),
    ]
    app.answers["/timeline"] = lambda _: answers.pop(0)
    names_seen: list[str] = []

    def back(data: list[Any], names: list[str]) -> bool:
        names_seen[:] = names
        return {"text": "back"} in data

    read(open_site(app.url + "/timeline"), "app", back)
    assert names_seen.count("unreachable") == 2


def test_without_a_service_the_carriers_timeline_is_shown(open_site):
    data = read(open_site(), "app", lambda data, names: "counts" in names)
    assert data[-1] == {"documents": 0, "callbacks": 0, "frames": 0}


def test_carrier_stops_while_a_page_listens(open_site):
    carrier = open_site()
    with httpx.stream("GET", f"{carrier.url}/phones/timeline", timeout=30) as answer:
        next(answer.iter_lines())
        carrier.stop()
        assert not carrier._thread.is_alive()
