"""Callbacks that are asked for outside a call, over HTTP, are kept like any other."""

import re

import httpx

from ivr.carrier import Handset
from ivr.domain.callbacks import CallbackStatus
from ivr.domain.cases import CaseKind, CaseStatus
from tests.journeys.world import API_KEY, ORDER, PATIENCE, STRANGER, World

ORDER_ID = "11318101111815908"


def hidden(page: httpx.Response) -> str:
    """The token that the page's forms must carry."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def a_browser(world: World) -> httpx.Client:
    return httpx.Client(base_url=world.url, follow_redirects=True, timeout=PATIENCE)


def ask(browser: httpx.Client, *, status: int = 200) -> httpx.Response:
    """Send the form; leads to the page where the code is entered."""
    wish = {
        "csrf_token": hidden(browser.get("/")),
        "number": "(202) 555-0147",
        "kind": "delivered_not_received",
        "words": "my parcel is not here",
        "order": ORDER,
        "when": "asap",
        "consent": "yes",
    }
    booked = browser.post("/callbacks", data=wish)
    assert booked.status_code == status
    return booked


def asks_to_be_called(browser: httpx.Client, page: httpx.Response) -> None:
    """On the page for the code: call me and tell me a code."""
    form = {"csrf_token": hidden(page), "verification": "call"}
    assert browser.post(f"{page.url.path}/resend", data=form).status_code == 200


def hears_code(world: World, customer: Handset) -> str:
    """The telephone rings, its owner presses 1 and writes along."""
    world.rings(customer)
    customer.answer()
    customer.hears("asked on our web page to be called back", PATIENCE)
    customer.press("1")
    said = customer.hears(r"Your code is: [\d ,]+", PATIENCE)
    found = re.search(r"Your code is: ([\d ,]+)", said.text)
    assert found is not None
    customer.hears("Once more", PATIENCE)
    return re.sub(r"\D", "", found[1])


def keep(world: World) -> None:
    agent, customer = world.agent(), world.phone()
    world.rings(agent)
    agent.answer()
    agent.hears("my parcel is not here", PATIENCE)
    agent.press("1")
    world.rings(customer)
    customer.answer()
    world.talk(agent, customer)
    world.until(lambda: world.case().effort, "the effort is on the case")
    case, callback = world.case(), world.callback()
    assert (case.kind, case.order_id, case.status) == (
        CaseKind.DELIVERED_NOT_RECEIVED,
        ORDER_ID,
        CaseStatus.RESOLVED,
    )
    assert (callback.status, callback.was_kept) == (CallbackStatus.DONE, True)


def test_web_request_is_proven_by_the_texted_code_and_kept(world: World) -> None:
    customer = world.phone()
    with a_browser(world) as browser:
        booked = ask(browser)
        assert world.callback().status is CallbackStatus.UNVERIFIED
        assert world.tick() == 0
        code = re.search(r"\d{4,8}", customer.receives_text(r"code is \d+", PATIENCE).body)
        assert code is not None
        proven = browser.post(f"{booked.url.path}/confirm", data={"csrf_token": hidden(booked), "code": code[0]})
        assert proven.status_code == 200
    assert world.callback().status is CallbackStatus.SCHEDULED
    keep(world)
    assert world.case().source == "web"


def test_web_request_is_proven_by_a_code_that_is_told_on_the_telephone_and_kept(world: World) -> None:
    customer = world.phone()
    with a_browser(world) as browser:
        booked = ask(browser)
        asks_to_be_called(browser, booked)
        code = hears_code(world, customer)
        customer.hang_up()
        world.until(lambda: not world.carrier_rings(STRANGER), "the call with the code is over")
        assert world.callback().status is CallbackStatus.UNVERIFIED
        proven = browser.post(f"{booked.url.path}/confirm", data={"csrf_token": hidden(booked), "code": code})
        assert proven.status_code == 200
    assert world.callback().status is CallbackStatus.SCHEDULED
    keep(world)
    assert (world.case().source, world.rung(STRANGER)) == ("web", 2)


def test_owner_who_asked_for_nothing_says_so_and_is_left_alone(world: World) -> None:
    world.agent()
    owner = world.phone()
    with a_browser(world) as browser:
        asks_to_be_called(browser, ask(browser))
        world.rings(owner)
        owner.answer()
        owner.hears("or 2 if you did not ask", PATIENCE)
        owner.press("2")
        owner.hears("will not call this number", PATIENCE)
        owner.hung_up(PATIENCE)
        assert world.callback().status is CallbackStatus.CANCELED
        assert "asked us not to ring it today" in ask(browser, status=422).text
    world.tick()
    assert world.rung(STRANGER) == 1


def test_web_request_without_the_forms_token_is_refused(world: World) -> None:
    wish = {"number": STRANGER, "consent": "yes"}
    assert httpx.post(f"{world.url}/callbacks", data=wish, timeout=PATIENCE).status_code == 400
    assert world.callbacks() == []


def test_callback_asked_for_through_the_api_is_kept(world: World) -> None:
    wish = {"number": STRANGER, "kind": "delivered_not_received", "words": "my parcel is not here", "order": ORDER}
    key = {"Authorization": f"Bearer {API_KEY}"}
    assert httpx.post(f"{world.url}/api/v1/callbacks", json=wish, timeout=PATIENCE).status_code == 401
    asked = httpx.post(f"{world.url}/api/v1/callbacks", json=wish, headers=key, timeout=PATIENCE)
    assert asked.status_code == 201
    again = httpx.post(f"{world.url}/api/v1/callbacks", json=wish, headers=key, timeout=PATIENCE)
    assert again.status_code == 409
    keep(world)
    shown = httpx.get(f"{world.url}/api/v1/callbacks/{asked.json()['id']}", headers=key, timeout=PATIENCE)
    assert (shown.json()["status"], shown.json()["kept"]) == ("done", True)
