"""A named time that everybody wants: who comes too late is offered the nearest, by telephone, web and API."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import httpx

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus
from tests.journeys.test_web_requests import a_browser, hidden
from tests.journeys.world import API_KEY, PATIENCE, STRANGER, World

QUARTER = timedelta(minutes=15)
FULL, NEAREST = "fully booked.*nearest time", "I will call you tomorrow.*3:45.*Is that right"


def tomorrow_at_half_past_three(world: World) -> datetime:
    """On the clock of New York, where our callers' numbers lie."""
    zone = ZoneInfo("America/New_York")
    day = world.clock.now().astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(15, 30), zone).astimezone(UTC)


def books(world: World, serial: int, at: datetime) -> httpx.Response:
    """Somebody else asks through the API."""
    wish = {"number": f"+120255501{serial:02d}", "at": at.isoformat()}
    key = {"Authorization": f"Bearer {API_KEY}"}
    return httpx.post(f"{world.url}/api/v1/callbacks", json=wish, headers=key, timeout=PATIENCE)


def fill(world: World, at: datetime, places: int = 3) -> None:
    """One agent serves three customers in a quarter of an hour."""
    for serial in range(places):
        assert books(world, serial, at).status_code == 201


def test_caller_names_a_full_time_is_offered_the_nearest_and_takes_it(world: World) -> None:
    world.clock.becomes_afternoon()
    world.agent(status=AgentStatus.AWAY)
    at = tomorrow_at_half_past_three(world)
    fill(world, at)
    caller = world.calls_in()
    caller.press("5")
    caller.hears("I can call you back", PATIENCE)
    caller.say("tomorrow at half past three in the afternoon")
    caller.hears(FULL, PATIENCE)
    caller.hears(NEAREST, PATIENCE)
    caller.say("yes")
    caller.hears("We will call you tomorrow.*3:45.*Your case number is", PATIENCE)
    world.hangs_up(caller)
    assert (world.callback().due_at, world.callback().asap) == (at + QUARTER, False)


def test_a_time_that_is_taken_while_it_is_read_back_is_not_promised_twice(world: World) -> None:
    world.clock.becomes_afternoon()
    world.agent(status=AgentStatus.AWAY)
    at = tomorrow_at_half_past_three(world)
    fill(world, at, 2)
    caller = world.calls_in()
    caller.press("5")
    caller.hears("I can call you back", PATIENCE)
    caller.say("tomorrow at half past three in the afternoon")
    caller.hears("I will call you tomorrow.*3:30.*Is that right", PATIENCE)
    assert books(world, 7, at).status_code == 201
    caller.say("yes")
    caller.hears(FULL, PATIENCE)
    caller.hears(NEAREST, PATIENCE)
    caller.press("1")
    caller.hears("We will call you tomorrow.*3:45", PATIENCE)
    world.hangs_up(caller)
    assert world.callback().due_at == at + QUARTER


def test_the_web_page_takes_the_last_place_and_the_api_is_told_the_nearest(world: World) -> None:
    world.clock.becomes_afternoon()
    world.agent(status=AgentStatus.AWAY)
    at = tomorrow_at_half_past_three(world)
    fill(world, at, 2)
    customer = world.phone()
    wish = {"number": "(202) 555-0147", "kind": "question", "consent": "yes", "when": "slot"}
    with a_browser(world) as browser:
        shown = browser.post("/callbacks", data=wish | {"csrf_token": hidden(browser.get("/")), "show": "slots"})
        assert f'<option value="{at.isoformat()}"' in shown.text
        booked = browser.post("/callbacks", data=wish | {"csrf_token": hidden(shown), "slot": at.isoformat()})
        code = re.search(r"\d{4,8}", customer.receives_text(r"code is \d+", PATIENCE).body)
        assert code is not None
        refused = books(world, 9, at)
        assert (refused.status_code, refused.json()["code"]) == (422, "full")
        assert refused.json()["nearest_at"] == (at + QUARTER).isoformat()
        browser.post(f"{booked.url.path}/confirm", data={"csrf_token": hidden(booked), "code": code[0]})
    promised = world.callback(STRANGER)
    assert (promised.status, promised.due_at) == (CallbackStatus.SCHEDULED, at)
    assert books(world, 9, at + QUARTER).status_code == 201
