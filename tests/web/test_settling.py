"""A refund or return from the case's page: the rules are asked, the agent confirms, and nothing is paid twice."""

import re
from datetime import timedelta
from typing import Any

import pytest

from ivr.domain.cases import CaseKind
from ivr.domain.orders import Order, OrderStatus
from ivr.domain.settlements import SettlementKind
from ivr.domain.staff import StaffRole
from ivr.service.timeline import record
from tests.web.site import NUMBER, Site, text_of
from tests.web.test_console import CASE, OTHERS, fill
from tests.web.test_sign_in import SECRET, accounts, sign_in

ORDER = "1" * 17


@pytest.fixture
def desk(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Kim is signed in; Ada wants to send back a lamp that came two days ago."""
    fill(site)
    now = site.clock.now()
    order = Order(
        id=ORDER, number=NUMBER, item="desk lamp", status=OrderStatus.DELIVERED, ordered_at=now - timedelta(days=9),
        delivered_at=now - timedelta(days=2), amount="34.50", currency="USD",
    )  # fmt: skip
    monkeypatch.setattr(type(site.ivr.commerce), "order", lambda self, order_id, locale: order)
    with site.store.begin() as uow:
        case = uow.cases.by_number(CASE)
        assert case is not None
        case.kind, case.order_id = CaseKind.RETURN_REFUND, ORDER
        uow.commit()
    accounts(site).add("Kim", StaffRole.AGENT, SECRET, "Kim")
    sign_in(site, "Kim", SECRET)
    return site


def send(site: Site, number: str = CASE, **form: str) -> Any:
    return site.post(f"/agent/cases/{number}/settle", form, page="/agent/")


def shown(page: Any) -> str:
    found = re.search(r'name="shown" value="([^"]+)"', page.text)
    assert found, text_of(page)
    return found[1]


def settled(site: Site) -> list[SettlementKind]:
    with site.store.read() as uow:
        return [one.kind for one in uow.settlements.of_order(ORDER)]


def kinds(site: Site) -> list[str]:
    with site.store.read() as uow:
        return [event.kind for event in uow.events.of_case("mine")]


def test_the_rules_are_asked_without_a_trace_then_confirmed_once(desk: Site) -> None:
    page = send(desk, reason="unwanted")
    assert (page.status_code, "The rules say: send back" in text_of(page)) == (200, True)
    assert (settled(desk), "decided" in kinds(desk)) == ([], False)
    form = {"reason": "unwanted", "shown": shown(page), "choice": "label", "confirm": "yes"}
    answers = [send(desk, **form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert settled(desk) == [SettlementKind.RETURN]
    assert (kinds(desk).count("settled"), kinds(desk).count("decided")) == (1, 1)
    assert "It is settled" in text_of(desk.get(answers[0].headers["Location"]))
    with desk.store.read() as uow:
        case = uow.cases.by_number(CASE)
        assert [line.what for line in uow.staff.log_lines(3, about=CASE)][-1] in ("case_settled", "case_seen")
    assert case is not None
    assert case.outcome == "return_started"


def test_the_form_holds_the_reason_that_the_customer_has_told_already(desk: Site) -> None:
    assert "selected" not in desk.get(f"/agent/cases/{CASE}").text.partition('id="reason"')[2].partition("</select>")[0]
    with desk.store.begin() as uow:
        case = uow.cases.by_number(CASE)
        assert case is not None
        record(uow, desk.clock.now(), "decided", subject=case, data={"facts": {"reason": "damaged"}})
        uow.commit()
    assert '<option value="damaged" selected>' in desk.get(f"/agent/cases/{CASE}").text


def test_what_was_not_shown_is_not_done(desk: Site) -> None:
    for form, code in (
        ({"reason": "unwanted", "shown": "another_rule", "choice": "label", "confirm": "yes"}, "rules_changed"),
        ({"reason": "unwanted", "shown": "x", "choice": "refund", "confirm": "yes"}, "rules_changed"),
        ({"reason": "unwanted", "shown": shown(send(desk, reason="unwanted")), "confirm": "yes"}, "no_choice"),
    ):
        answer = send(desk, **form)
        assert (answer.status_code, f"<code>{code}</code>" in answer.text) == (422, True)
    assert (settled(desk), "decided" in kinds(desk)) == ([], False)


def test_other_peoples_cases_and_questions_are_not_settled(desk: Site) -> None:
    assert send(desk, OTHERS, reason="unwanted").status_code == 404
    with desk.store.begin() as uow:
        case = uow.cases.by_number(CASE)
        assert case is not None
        case.kind = CaseKind.QUESTION
        uow.commit()
    answer = send(desk, reason="unwanted")
    assert (answer.status_code, "<code>no_rules</code>" in answer.text) == (422, True)
