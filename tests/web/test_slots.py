"""Free slots over HTTP: for API clients, and on the customer's pages without any script."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from ivr.domain.agents import Agent
from ivr.domain.shifts import read_shifts
from tests.web.site import NUMBER, Site, text_of
from tests.web.test_api import ASK, booked, code

THREE = "2026-03-11T19:00:00+00:00"
"""Tomorrow at three o'clock in New York."""


def an_agent(site: Site, shifts: str = "", zone: str = "America/New_York") -> None:
    with site.store.begin() as uow:
        agent = Agent(id="a", name="Ada", number="+12025550171", status_at=site.clock.now())
        agent.shifts = read_shifts(shifts, zone) if shifts else []
        uow.agents.add(agent)
        uow.commit()


def fill(site: Site, at: str = THREE, places: int = 3) -> None:
    """Others are promised this moment through the API."""
    for serial in range(places):
        booked(site, number=f"+120255501{serial:02d}", at=at)


def free(site: Site, **asked: object) -> list[dict[str, Any]]:
    answer = site.api("GET", f"/slots?{urlencode({'number': NUMBER, **asked})}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = (answer.json or {})["slots"]
    return found


def test_free_slots_are_told_on_the_customers_clock_less_what_is_promised(site: Site) -> None:
    an_agent(site, "tue-wed 15:00-15:30")
    assert free(site)[0] == {
        "at": "2026-03-10T19:00:00+00:00",
        "ends_at": "2026-03-10T19:15:00+00:00",
        "local": "2026-03-10T15:00:00-04:00",
        "free": 3,
    }
    fill(site, "2026-03-10T19:05:00Z", 1)
    assert [slot["free"] for slot in free(site)] == [2, 3, 3, 3]
    assert [slot["free"] for slot in free(site, days=1, zone="America/Chicago", kind="return_refund")] == [2, 3]
    assert [slot["at"][:10] for slot in free(site, **{"from": "2026-03-11", "days": 2})] == ["2026-03-11"] * 2
    assert free(site, **{"from": "2026-03-11T19:20:00Z", "days": 1})[0]["at"] == "2026-03-11T19:20:00+00:00"


def test_while_no_agent_is_known_free_slots_have_no_limit(site: Site) -> None:
    assert {slot["free"] for slot in free(site, days=1)} == {None}


def test_a_full_slot_is_refused_with_the_nearest_that_is_free(site: Site) -> None:
    an_agent(site)
    fill(site)
    answer = site.api("POST", "/callbacks", ASK | {"at": THREE})
    assert (answer.status_code, code(answer)) == (422, "full")
    assert (answer.json or {})["nearest_at"] == "2026-03-11T19:15:00+00:00"
    assert THREE not in [slot["at"] for slot in free(site)]


def test_with_a_lead_time_set_nothing_sooner_is_offered_or_taken(new_site: Any) -> None:
    site = new_site(IVR_BOOKING_LEAD="120", IVR_SLOT_MINUTES="30")
    assert free(site)[0]["at"] == "2026-03-10T18:00:00+00:00"
    assert free(site)[1]["at"] == "2026-03-10T18:30:00+00:00"
    answer = site.api("POST", "/callbacks", ASK | {"at": "2026-03-10T17:00:00Z"})
    assert (answer.status_code, code(answer)) == (422, "too_soon")
    assert (answer.json or {})["nearest_at"] == "2026-03-10T18:00:00+00:00"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"number": ""}, "number"),
        ({"number": "+19002530001"}, "line_type"),
        ({"kind": "refund_me"}, "kind"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"from": "tomorrow"}, "when"),
        ({"from": "2026-02-31"}, "when"),
        ({"from": "0001-01-01", "zone": "Asia/Seoul"}, "when"),
        ({"days": "0"}, "days"),
        ({"days": "32"}, "days"),
        ({"days": "many"}, "days"),
        ({"locale": "xx-XX"}, "locale"),
        ({"colour": "blue"}, "unknown_field"),
    ],
)
def test_free_slots_that_cannot_be_looked_for_have_a_code(site: Site, asked: dict[str, str], expected: str) -> None:
    answer = site.api("GET", f"/slots?{urlencode({'number': NUMBER} | asked)}")
    assert (answer.status_code, code(answer)) == (422, expected)


def test_free_slots_need_a_key(site: Site) -> None:
    assert site.api("GET", "/slots?number=x", Authorization="Bearer wrong").status_code == 401


def options(page: str) -> list[str]:
    return re.findall(r'<option value="(2026[^"]+)"', page)


def test_the_form_shows_free_times_on_the_customers_clock_and_takes_one(site: Site) -> None:
    an_agent(site, "wed 15:00-15:30")
    fill(site)
    shown = site.ask(show="slots", number="(202) 555-0143", words="still here", consent="")
    assert shown.status_code == 200
    assert "still here" in shown.text
    assert 'value="slot" checked' in shown.text, "who asked for free times means one of them"
    assert "At a free time (New York)" in text_of(shown)
    assert "Wed, Mar 11, 3:15" in text_of(shown)
    assert options(shown.text) == ["2026-03-11T19:15:00+00:00", *options(shown.text)[1:]]
    path = site.proven(when="slot", slot=options(shown.text)[0])
    assert site.callback(path).due_at.isoformat() == options(shown.text)[0]


def test_free_times_of_no_number_are_not_shown(site: Site) -> None:
    shown = site.ask(show="slots", number="hello")
    assert options(shown.text) == []
    assert "This is not a telephone number" in text_of(shown)


def test_no_free_time_is_said(site: Site) -> None:
    an_agent(site, "sun 03:00-04:00")
    assert "There is no free time in these days." in text_of(site.ask(show="slots"))


def test_a_full_time_is_explained_with_the_nearest_and_the_free_times(site: Site) -> None:
    an_agent(site)
    fill(site)
    answer = site.ask(when="at", date="2026-03-11", time="15:00")
    assert answer.status_code == 422
    assert "At that time we are fully booked. The next free time: tomorrow, Wednesday, at 3:15 PM" in text_of(answer)
    assert "2026-03-11T19:15:00+00:00" in options(answer.text)


@pytest.mark.parametrize("slot", ["", "soon", "2026-03-11T19:00:00"])
def test_a_slot_that_is_no_instant_is_refused(site: Site, slot: str) -> None:
    answer = site.ask(when="slot", slot=slot)
    assert answer.status_code == 422
    assert "Choose a day and a time, or as soon as possible." in text_of(answer)


def test_a_callback_is_moved_to_a_free_time(site: Site) -> None:
    an_agent(site)
    path = site.proven()
    assert options(site.get(path).text) == []
    at = options(site.post(f"{path}/move", {"show": "slots"}, page=path).text)[0]
    assert site.callback(path).asap
    assert site.post(f"{path}/move", {"when": "slot", "slot": at}, page=path).status_code == 303
    assert site.callback(path).due_at.isoformat() == at
