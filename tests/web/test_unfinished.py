"""A return that a call left half done: one text, a page at the step where the call ended, nothing done twice."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.test import TestResponse

from ivr.domain.cases import CaseStatus
from ivr.domain.orders import Order
from ivr.domain.policy.facts import FORM_REASONS
from ivr.domain.policy.rules import MAY, Topic
from ivr.domain.settlements import SettlementKind
from ivr.service.care import CHOSEN
from ivr.service.opting import opt_out
from ivr.service.timeline import new_id
from tests.web.site import Site, text_of
from tests.web.test_returns import keys_of, returnable

NewSite = Callable[..., Site]
OURS = "+12025550100"
BASE = "https://voice.example.com"
FROM_US = {"Referer": BASE + "/"}


@pytest.fixture
def site(new_site: NewSite) -> Site:
    return new_site(IVR_TEXTS="on")


def cut_off(site: Site, order: Order, *said: str) -> None:
    """The call ends after these keys of the return of this order."""
    sid, calls = f"CA{new_id()}", site.ivr.calls
    place = [one.id for one in site.ivr.shop.recent_orders(order.number, "en-US")].index(order.id) + 1
    turn = calls.arrive(sid, order.number, OURS)
    for key in ("3", str(place), *said):
        turn = calls.keys(sid, turn.number, key)
    calls.ended(sid)
    calls.ended(sid)  # told twice by the carrier


def texted(site: Site) -> list[str]:
    """The paths of the links in what was texted."""
    site.ivr.engine.outbox.sweep()
    links = [re.search(r"https://voice\.example\.com(/\w/[\w-]{43})", text) for _, text in site.messenger.sent]
    return [link[1] for link in links if link]


def send(site: Site, path: str, **form: str) -> TestResponse:
    """As a browser does that had the page open for a while."""
    return site.browser.post(path, data={"csrf_token": site.token()} | form, base_url=BASE, headers=FROM_US)


def settled(site: Site, order: Order) -> list[tuple[SettlementKind, str]]:
    with site.store.read() as uow:
        return [(one.kind, one.way) for one in uow.settlements.of_order(order.id)]


def greeting(site: Site, order: Order) -> list[str]:
    return keys_of(site.ivr.calls.arrive(f"CA{new_id()}", order.number, OURS))


def test_a_return_that_was_cut_off_is_finished_on_its_page_once_and_the_next_call_knows(site: Site) -> None:
    order = returnable(site)
    cut_off(site, order, "3")
    (path,) = texted(site)
    page = site.get(path)
    assert page.status_code == 200
    assert all(part in text_of(page) for part in (order.item, "How do you send it back?", "until"))
    assert re.findall(r'value="(\w+)" required checked', page.text) == ["unwanted"]
    assert send(site, path).status_code == 422
    assert "ask_unfinished" in greeting(site, order)
    for _ in range(2):
        assert send(site, path, reason="unwanted", choice="drop_off").status_code == 303
    assert settled(site, order) == [(SettlementKind.RETURN, "drop_off")]
    done = site.get(path)
    assert "was set up" in text_of(done)
    assert "<form" not in done.text.partition("<main")[2].partition("</main>")[0]
    assert site.get(re.search(r'href="https://voice\.example\.com(/r/[^"]+)"', done.text)[1]).status_code == 200
    assert greeting(site, order)[:2] == ["greeting", "why_return_open"]
    assert [path[:3] for path in texted(site)] == ["/f/", "/r/"]


def test_one_that_was_cut_off_before_its_reason_asks_for_it_and_goes_step_by_step(site: Site) -> None:
    order = returnable(site)
    cut_off(site, order)
    (path,) = texted(site)
    assert 'name="choice"' not in site.get(path).text
    assert send(site, path, reason="wrong").status_code == 303
    assert re.findall(r'value="(\w+)" required checked', site.get(path).text) == ["wrong"]
    assert settled(site, order) == []
    assert "Wie geben Sie es zurück?" in text_of(site.get(path + "?lang=de-DE"))
    assert send(site, path, choice="label").status_code == 303
    assert settled(site, order) == [(SettlementKind.RETURN, "label")]


def test_every_reason_and_choice_of_the_rules_has_its_words_on_the_page(site: Site) -> None:
    words = {*FORM_REASONS, *(choice for decision, choice in CHOSEN if decision in MAY[Topic.RETURN_REFUND])}
    missing = [word for word in words if not site.ivr.catalogue.has("en-US", f"finish_{word}")]
    assert missing == []


def test_what_the_rules_give_to_a_person_waits_for_one_and_a_call_can_be_asked_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = returnable(site)
    cut_off(site, order, "3")
    (path,) = texted(site)
    row = site.ivr.shop._rows[order.id][1]
    monkeypatch.setitem(row, "ordered", "70 days ago at 12:00")
    monkeypatch.setitem(row, "delivered", "60 days ago at 12:00")  # the window has closed
    send(site, path, reason="wrong")
    page = site.get(path)
    assert settled(site, order) == []
    assert all(part in text_of(page) for part in ("thirty days", "A person looks at it"))
    assert site.get(re.search(r'href="https://voice\.example\.com(/\?case=[^"]+)"', page.text)[1]).status_code == 200
    with site.store.read() as uow:
        assert uow.cases.recent(1)[0].status is CaseStatus.WAITING_AGENT


def by_phone(site: Site, order: Order, way: str) -> None:
    """The next call goes on where the last one ended."""
    sid, calls = f"CA{new_id()}", site.ivr.calls
    turn = calls.arrive(sid, order.number, OURS)
    for key in ("1", way):
        turn = calls.keys(sid, turn.number, key)
    calls.ended(sid)


def test_what_was_finished_by_phone_meanwhile_is_told_on_the_page_and_not_done_again(site: Site) -> None:
    order = returnable(site)
    cut_off(site, order, "3")
    (path,) = texted(site)
    by_phone(site, order, "1")
    assert send(site, path, reason="unwanted", choice="label").status_code == 303
    assert settled(site, order) == [(SettlementKind.RETURN, "drop_off")]
    assert "was set up" in text_of(site.get(path))


def test_at_night_it_waits_and_what_is_finished_meanwhile_is_not_texted(site: Site) -> None:
    site.clock.set(datetime(2026, 3, 11, 4, 0, tzinfo=UTC))
    order = returnable(site)
    cut_off(site, order, "3")
    assert texted(site) == []
    by_phone(site, order, "2")
    site.clock.advance(10 * 3600)
    assert [path[:3] for path in texted(site)] == ["/r/"]


def test_whoever_declined_texts_gets_none(site: Site) -> None:
    order = returnable(site)
    with site.store.begin() as uow:
        opt_out(uow, order.number, site.clock.now(), "text")
        uow.commit()
    cut_off(site, order, "3")
    assert texted(site) == []


@pytest.mark.parametrize("token", ["x", "A" * 43])
def test_a_made_up_link_opens_nothing(site: Site, token: str) -> None:
    assert site.get(f"/f/{token}").status_code == 404


def test_a_link_of_a_return_finishes_none_nor_one_that_is_too_old(site: Site) -> None:
    links, now = site.ivr.engine.links, site.clock.now()
    assert site.get(f"/f/{links.send_back(new_id(), new_id(), now + timedelta(days=1))}").status_code == 404
    assert site.get(f"/f/{links.finish(new_id(), new_id(), now - timedelta(hours=2))}").status_code == 410
