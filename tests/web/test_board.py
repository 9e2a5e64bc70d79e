"""The supervisor's pages over HTTP: who gets in, what is shown; nothing a caller says becomes part of a page."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from ivr.domain.agents import Agent, AgentStatus
from ivr.domain.callbacks import Callback, CallbackStatus, Hold
from ivr.domain.cases import Case, CaseKind, Customer, Event, case_number
from ivr.domain.handovers import HandoverStatus
from ivr.domain.settlements import Settlement, SettlementKind
from ivr.domain.shifts import read_shifts
from ivr.service.handovers import settle
from ivr.web.board import Board
from ivr.web.staff_words import age
from tests.fakes.clock import NOON_IN_NEW_YORK
from tests.web.site import NUMBER, PASSWORD, Site, text_of

NASTY = "<script>alert('x')</script>"
CASE = case_number(7)


def sign_in(site: Site, password: str = PASSWORD) -> int:
    given = {"name": "supervisor", "password": password}
    return site.post("/sign-in", given, page="/sign-in").status_code


def a_callback(site: Site, serial: int = 0, **fields: object) -> Callback:
    now = site.clock.now()
    given: dict[str, object] = {
        "id": f"{serial:032x}", "case_id": "case", "number": NUMBER, "asap": True, "ticket_at": now, "due_at": now,
        "promised_by_at": now + timedelta(minutes=10), "closes_at": now + timedelta(hours=2), "created_at": now,
    }  # fmt: skip
    return Callback(**(given | fields))  # type: ignore[arg-type]


def fill(site: Site, *callbacks: Callback, name: str = "Ada", words: str = "It never came") -> None:
    """A case with a customer, a timeline and callbacks."""
    now = site.clock.now()
    with site.store.begin() as uow:
        uow.customers.add(Customer(id="customer", number=NUMBER, name=name))
        case = Case(id="case", number=CASE, kind=CaseKind.DELIVERED_NOT_RECEIVED, opened_at=now)
        case.customer_id, case.summary = "customer", words
        uow.cases.add(case)
        for callback in callbacks:
            uow.callbacks.add(callback)
        said = {"text": words, "engine": words, "certainty": "sure", "intents": [{"name": words}], "locale": "en-US"}
        uow.events.add(Event(id="e1", at=now, kind="heard", case_id="case", data=said))
        uow.events.add(Event(id="e2", at=now, kind=words, case_id="case", data={words: words, "locale": words}))
        uow.agents.add(Agent(id="a", name=name, number="+12025550171", status_at=now))
        uow.commit()


@pytest.mark.parametrize("path", ["/supervisor/", f"/supervisor/cases/{CASE}", "/supervisor/cases/x"])
def test_nobody_sees_the_board_without_signing_in(site: Site, path: str) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in")


def test_the_live_part_of_somebody_signed_out_is_refused_and_not_redirected(site: Site) -> None:
    assert site.get("/supervisor/?part=1").status_code == 401


def test_the_password_opens_the_board_and_signing_out_closes_it(site: Site) -> None:
    assert sign_in(site) == 303
    assert "Callbacks open" in text_of(site.get("/supervisor/"))
    assert site.post("/sign-out", page="/supervisor/").status_code == 303
    assert site.get("/supervisor/").status_code == 303


def test_what_the_shop_has_not_done_is_shown_with_its_reason_and_tried_again(site: Site) -> None:
    fill(site)
    now, key = site.clock.now(), "1/1/final"
    with site.store.begin() as uow:
        uow.cases.get("case").order_id = "1" * 17
        row = Settlement(
            key=key, kind=SettlementKind.REFUND, order_id="1" * 17, number=NUMBER, case_id="case", rule_id="r",
            amount_minor=1234, currency="USD", at=now,
        )  # fmt: skip
        settle(uow, row, now)
        uow.handovers.get(key).end(HandoverStatus.REFUSED, now, reason=NASTY)
        uow.commit()
    sign_in(site)
    board, page = site.get("/supervisor/"), f"/supervisor/cases/{CASE}"
    assert "Need a person 1" in text_of(board)
    assert "Promised, and not done by the shop" in text_of(board)
    assert "$12.34" in board.text
    assert NASTY not in board.text + site.get(page).text
    done = site.post(f"{page}/again", {"key": key}, page=page)
    assert "The shop is asked again." in text_of(site.get(done.headers["Location"]))
    with site.store.read() as uow:
        assert uow.handovers.get(key).status is HandoverStatus.WAITING
        assert "handover_again" in [event.kind for event in uow.events.of_case("case")]
    assert site.post(f"{page}/again", {"key": key}, page=page).status_code == 303
    assert site.post(f"{page}/again", {"key": "other"}, page=page).status_code == 404


def test_the_live_part_comes_alone(site: Site) -> None:
    sign_in(site)
    part = site.get("/supervisor/?part=1")
    assert "<html" not in part.text
    assert "As of 16:00:00 (all times: UTC)" in text_of(part)
    assert part.headers["Cache-Control"] == "no-store"


def test_times_are_told_in_the_shops_zone(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_HOURS_ZONE="America/New_York")
    sign_in(site)
    assert "As of 12:00:00 (all times: America/New_York)" in text_of(site.get("/supervisor/"))


def test_an_empty_board_says_what_to_do(site: Site) -> None:
    sign_in(site)
    page = text_of(site.get("/supervisor/"))
    for text in ("Nobody waits.", "No agents yet: python -m ivr agents add", "No cases yet.", "None yet."):
        assert text in page


def test_the_board_shows_the_line_with_late_promises_and_who_needs_a_person(site: Site) -> None:
    now = site.clock.now()
    late = a_callback(site, 1, promised_by_at=now - timedelta(minutes=1), reason="agent_no_answer", tries=2)
    human = a_callback(site, 2, number="+12025550144", status=CallbackStatus.NEEDS_HUMAN)
    fill(site, late, human)
    with site.store.begin() as uow:
        uow.holds.add(Hold(call_sid="CA1", case_id="case", ticket_at=now - timedelta(minutes=3)))
        uow.commit()
    sign_in(site)
    page = text_of(site.get("/supervisor/"))
    for text in ("On hold 1", "Callbacks open 1", "Promises late 1", "Need a person 1", "Agents free 1 of 1"):
        assert text in page
    assert "Longest wait 3 min" in page
    assert "Line now Skill Waiting general 2" in page
    assert f"on the phone {CASE} waiting now – general – in line for 3 min" in page
    assert f"…43 {CASE} scheduled 10 Mar 16:00:00 10 Mar 15:59:00 late general 2 agent no answer" in page
    assert f"…44 {CASE} needs human" in page


def test_prometheus_is_told_of_promises_agents_and_the_dispatcher(site: Site) -> None:
    now = site.clock.now()
    late = a_callback(site, 1, promised_by_at=now - timedelta(minutes=1))
    fill(site, late, a_callback(site, 2, number="+12025550144", status=CallbackStatus.NEEDS_HUMAN))
    assert "ringback_dispatcher_age_seconds NaN" in site.get("/metrics").text
    with site.store.begin() as uow:
        uow.guards.beat("node", "dispatch", now - timedelta(seconds=3))
        uow.commit()
    told = site.get("/metrics").text.splitlines()
    assert 'ringback_callbacks{status="overdue"} 1.0' in told
    assert 'ringback_callbacks{status="needs_human"} 1.0' in told
    assert 'ringback_callbacks{status="dialing"} 0.0' in told
    assert 'ringback_agents{status="available"} 1.0' in told
    assert "ringback_dispatcher_age_seconds 3.0" in told


def test_numbers_are_masked_everywhere(site: Site) -> None:
    fill(site, a_callback(site))
    sign_in(site)
    for path in ("/supervisor/", f"/supervisor/cases/{CASE}"):
        page = site.get(path).text
        assert "…43" in page
        assert NUMBER[1:] not in page
        assert "5550143" not in page


def test_nothing_a_caller_says_becomes_part_of_the_page(site: Site) -> None:
    reasoned = a_callback(site, reason=NASTY, outcome=NASTY)
    fill(site, reasoned, name=NASTY, words=NASTY + '" onload="x')
    sign_in(site)
    for path in ("/supervisor/", f"/supervisor/cases/{CASE}"):
        page = site.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        assert 'onload="x' not in page


def test_a_case_tells_its_story(site: Site) -> None:
    made = site.api("POST", "/callbacks", {"number": NUMBER, "kind": "track_order", "words": "Where is it?"}).json
    assert made is not None
    site.api("DELETE", f"/callbacks/{made['id']}")
    sign_in(site)
    page = text_of(site.get(f"/supervisor/cases/{made['case']}"))
    assert f"Case {made['case']} track order" in page
    assert "10 Mar 16:00:00 a case is opened: track order" in page
    assert "10 Mar 16:00:00 a callback to …43 is promised as soon as possible" in page
    assert "10 Mar 16:00:00 the callback is canceled by: api" in page
    assert "Ada Miller, …43, en-US" in page
    assert "Where is it?" in page


@pytest.mark.parametrize("number", ["0000000", "1", "x" * 300, "%00", "12345678"])
def test_a_case_that_is_not_there_is_a_page_that_helps(site: Site, number: str) -> None:
    sign_in(site)
    answer = site.get(f"/supervisor/cases/{number}")
    assert (answer.status_code, "A case number has seven digits" in text_of(answer)) == (404, True)
    assert "ask for a new callback" not in text_of(answer)
    assert 'href="/supervisor/"' in answer.text


def a_board(*, waiting: list[Callback] | None = None, ended: list[Callback] | None = None) -> Board:
    now = NOON_IN_NEW_YORK
    return Board(now=now, holds=[], waiting=waiting or [], human=[], ended=ended or [], agents=[], cases=[])


def test_kept_counts_neither_what_was_released_nor_what_is_open(site: Site) -> None:
    now = site.clock.now()
    kept = a_callback(site, 1, status=CallbackStatus.DONE, first_rung_at=now)
    broken = a_callback(site, 2, status=CallbackStatus.EXPIRED)
    released = a_callback(site, 3, status=CallbackStatus.CANCELED, reason="canceled_by_customer", ended_at=now)
    assert a_board(ended=[kept, broken, released]).kept_percent == 50
    assert a_board(ended=[released]).kept_percent is None


def test_the_line_is_shown_in_its_order(site: Site) -> None:
    now = site.clock.now()
    later = a_callback(site, 1, due_at=now + timedelta(hours=1))
    second = a_callback(site, 2, ticket_at=now - timedelta(minutes=1))
    first = a_callback(site, 3, ticket_at=now - timedelta(minutes=2))
    urgent = a_callback(site, 4, priority=1)
    assert a_board(waiting=[later, second, first, urgent]).line == [urgent, first, second, later]


def test_a_promise_is_at_risk_in_its_last_five_minutes_until_the_first_ring(site: Site) -> None:
    now = site.clock.now()
    soon = a_callback(site, 1, promised_by_at=now + timedelta(minutes=5))
    rung = a_callback(site, 2, promised_by_at=now, first_rung_at=now)
    others = (a_callback(site, 3 + i, promised_by_at=now + timedelta(minutes=m)) for i, m in enumerate((-1, 6)))
    assert a_board(waiting=[soon, rung, *others]).at_risk == 1


def test_an_available_agent_is_free_and_an_away_one_is_not(site: Site) -> None:
    agents = [Agent(id=s, name=s, number=f"+1202555017{i}", status_at=site.clock.now(), status=AgentStatus(s))
              for i, s in enumerate(["available", "away", "busy"])]  # fmt: skip
    board = Board(now=site.clock.now(), holds=[], waiting=[], human=[], ended=[], agents=agents, cases=[])
    assert board.free == 1


def test_an_agents_shifts_are_shown_and_who_is_off_shift_is_not_free(site: Site) -> None:
    sign_in(site)
    shifts = read_shifts("mon-fri 08:00-09:00", "America/New_York")
    with site.store.begin() as uow:
        uow.agents.add(Agent(id="a", name="Ada", number=NUMBER, status_at=site.clock.now(), shifts=shifts))
        uow.commit()
    page = text_of(site.get("/supervisor/"))
    assert "off shift" in page
    assert "Mon-Fri 08:00-09:00 America/New_York" in page
    assert "0 of 1" in page


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-5, (0, "s")), (0, (0, "s")), (119, (119, "s")), (120, (2, "min")), (7200, (2, "h")), (172800, (2, "d"))],
)
def test_an_age_is_short(seconds: int, told: tuple[int, str]) -> None:
    assert age(NOON_IN_NEW_YORK - timedelta(seconds=seconds), NOON_IN_NEW_YORK) == told


def test_the_board_speaks_the_language_chosen_until_another_is_chosen(site: Site) -> None:
    fill(site, a_callback(site, status=CallbackStatus.NEEDS_HUMAN))
    sign_in(site)
    assert "담당자 확인 필요 1" in text_of(site.get("/supervisor/?lang=ko-KR"))
    page = text_of(site.get(f"/supervisor/cases/{CASE}"))
    assert f"접수 {CASE} 배송 완료, 미수령" in page
    assert "3월 10일 16:00:00" in page
    site.post("/sign-out", page="/supervisor/")
    assert "비밀번호" in text_of(site.get("/sign-in"))
    assert "Password" in text_of(site.get("/sign-in?lang=en-US"))


def test_the_live_part_stays_in_the_language_of_its_page(site: Site) -> None:
    sign_in(site)
    page = site.get("/supervisor/?lang=ko-KR")
    address = re.search(r'data-refresh="([^"]+)"', page.text)
    assert address
    site.get("/supervisor/?lang=en-US")
    assert "통화 대기" in text_of(site.get(address[1].replace("&amp;", "&")))


def test_a_status_or_reason_without_a_translation_is_shown_plain(site: Site) -> None:
    fill(site, a_callback(site, reason="some-new_reason"))
    sign_in(site)
    assert "some new reason" in text_of(site.get("/supervisor/?lang=ko-KR"))
