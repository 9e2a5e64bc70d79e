"""Another address for an order under way: by a texted link, handed to the shop once, refused when too late."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from ivr.domain.accounts import ChangeKind, ChangeStatus
from ivr.domain.hearing import Hypothesis
from ivr.service.account_sweep import AccountSweep
from ivr.service.timeline import new_id
from tests.web.site import Site, text_of
from tests.web.test_unfinished import BASE, FROM_US, OURS, keys_of

NewSite = Callable[..., Site]
ADA, LAMP = "+12025550143", "10716290726091390"
HOME = "12 Main Street\nSpringfield"


@pytest.fixture
def site(new_site: NewSite) -> Site:
    return new_site(IVR_TEXTS="on", IVR_HEARING="gather")


def asked(site: Site) -> str:
    """By telephone; the path of the link that is texted."""
    sid, calls = f"CA{new_id()}", site.ivr.calls
    turn = calls.arrive(sid, ADA, OURS)
    words = [Hypothesis("change the address of my order")]
    turn = calls.speech(sid, turn.number, words, engine="typed", audio_seconds=0.0)
    place = [one.id for one in site.ivr.shop.recent_orders(ADA, "en-US")].index(LAMP) + 1
    turn = calls.keys(sid, turn.number, str(place))
    assert keys_of(turn) == ["why_address_link", "anything_else"]
    calls.ended(sid)
    site.ivr.engine.outbox.sweep()
    ((to, text),) = site.messenger.sent
    assert to == ADA
    return re.search(r"https://voice\.example\.com(/d/[\w-]{43})", text)[1]


def send(site: Site, path: str, address: str) -> TestResponse:
    form = {"csrf_token": site.token(), "address": address}
    return site.browser.post(path, data=form, base_url=BASE, headers=FROM_US)


def test_it_is_given_on_the_page_and_the_shop_is_told_once(site: Site) -> None:
    path = asked(site)
    page = site.get(path)
    assert all(part in text_of(page) for part in ("Where shall it go?", "desk lamp", "New address"))
    assert send(site, path, " ").status_code == 422
    for _ in range(2):
        assert send(site, path, HOME).status_code == 303
    with site.store.read() as uow:
        (change,) = uow.account_changes.of_number(ADA)
        events = [event.kind for event in uow.events.of_case(change.case_id)]
    assert (change.kind, change.order_id) == (ChangeKind.ORDER_ADDRESS, LAMP)
    assert change.values == {"address": "12 Main Street Springfield", "way": "change"}
    assert events.count("order_address_given") == 1
    AccountSweep(site.ivr.engine.scenes, site.ivr.accounts).sweep()
    assert [one.kind for one in site.ivr.accounts.told.values()] == [ChangeKind.ORDER_ADDRESS]
    assert "The shop has been told" in text_of(site.get(path + "?told=done"))


def test_once_it_is_out_for_delivery_it_is_refused_with_why(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    path = asked(site)
    row = site.ivr.shop._rows[LAMP][1]
    monkeypatch.setitem(row, "status", "out_for_delivery")
    assert send(site, path, HOME).status_code == 409
    assert "cannot be changed any more" in text_of(site.get(path))
    monkeypatch.setitem(row, "status", "shipped")
    assert send(site, path, HOME).status_code == 303
    with site.store.read() as uow:
        (change,) = uow.account_changes.of_number(ADA)
    assert change.values["way"] == "redirect"
    monkeypatch.setitem(row, "status", "delivered")
    monkeypatch.setitem(row, "delivered", "1 hours ago")
    AccountSweep(site.ivr.engine.scenes, site.ivr.accounts).sweep()
    with site.store.read() as uow:
        (change,) = uow.account_changes.of_number(ADA)
    assert (change.status, change.reason) == (ChangeStatus.FAILED, "too_late")


def test_a_made_up_link_and_one_too_old_change_nothing(site: Site) -> None:
    links, now = site.ivr.engine.links, site.clock.now()
    assert site.get(f"/d/{'A' * 43}").status_code == 404
    assert site.get(f"/d/{links.address(new_id(), new_id(), now - timedelta(hours=2))}").status_code == 410
