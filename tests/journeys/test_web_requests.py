"""Callbacks that are asked for outside a call, over HTTP, are kept like any other."""

import re

import httpx

from ivr.domain.callbacks import CallbackStatus
from ivr.domain.cases import CaseKind, CaseStatus
from tests.journeys.world import API_KEY, ORDER, PATIENCE, STRANGER, World

ORDER_ID = "11318101111815908"


def hidden(page: httpx.Response) -> str:
    """The token that the page's forms must carry."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


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
    with httpx.Client(base_url=world.url, follow_redirects=True, timeout=PATIENCE) as browser:
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
        assert booked.status_code == 200
        assert world.callback().status is CallbackStatus.UNVERIFIED
        assert world.tick() == 0
        code = re.search(r"\d{4,8}", customer.receives_text(r"code is \d+", PATIENCE).body)
        assert code is not None
        proven = browser.post(f"{booked.url.path}/confirm", data={"csrf_token": hidden(booked), "code": code[0]})
        assert proven.status_code == 200
    assert world.callback().status is CallbackStatus.SCHEDULED
    keep(world)
    assert world.case().source == "web"


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
