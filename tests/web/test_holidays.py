"""The company's own days off: supervisors change them with a trace, and no telephone rings on them."""

from datetime import UTC, date, datetime

import pytest

from ivr.domain.callbacks import CallbackStatus
from ivr.domain.holidays import OFFICE
from tests.web.site import Site, text_of
from tests.web.test_console import fill
from tests.web.test_giving import rung
from tests.web.test_sign_in import sign_in
from tests.web.test_supervising import ONE, send


@pytest.fixture
def board(site: Site) -> Site:
    """A supervisor is signed in; a customer in New York waits, on 10 March."""
    fill(site)
    sign_in(site)
    return site


def add(site: Site, region: str, day: str, name: str = "Founding day") -> int:
    return int(send(site, "holidays/add", region=region, day=day, name=name).status_code)


def today(site: Site) -> str:
    return site.clock.now().date().isoformat()


@pytest.mark.parametrize("region", [OFFICE, "US", "US-DC"])
def test_nobody_is_rung_on_a_day_off_and_the_promise_moves_to_the_next_day(board: Site, region: str) -> None:
    assert add(board, region, today(board)) == 303
    board.dispatch()
    assert rung(board) == []
    with board.store.read() as uow:
        callback = uow.callbacks.get(ONE)
    assert callback is not None
    assert callback.status is CallbackStatus.SCHEDULED
    assert callback.due_at.date() > board.clock.now().date()


def test_days_of_other_countries_and_states_stop_nobody_and_a_day_that_is_taken_back_neither(board: Site) -> None:
    add(board, "KR", today(board))
    add(board, "US-LA", today(board))
    add(board, OFFICE, today(board))
    assert send(board, "holidays/remove", region=OFFICE, day=today(board)).status_code == 303
    board.dispatch()
    assert rung(board) == ["Kim"]


def test_no_time_can_be_promised_on_a_day_off(board: Site) -> None:
    add(board, OFFICE, "2026-03-11")
    form = {"when": "at", "date": "2026-03-11", "time": "10:30", "reason": "asked"}
    refused = send(board, f"callbacks/{ONE}/move", **form)
    assert (refused.status_code, "<code>hours</code>" in refused.text) == (422, True)


def test_each_change_is_told_in_timeline_and_audit_log(board: Site) -> None:
    add(board, "US", "2027-07-05", "Independence <day>")
    send(board, "holidays/remove", region="US", day="2027-07-05")
    log = text_of(board.get("/supervisor/audit?about=2027-07-05"))
    assert "holiday removed" in log
    assert "name: Independence <day>" in log
    with board.store.read() as uow:
        assert {"holiday_added", "holiday_removed"} <= {event.kind for event in uow.events.recent(10)}
    assert "Independence" not in text_of(board.get("/supervisor/holidays"))


def test_public_holidays_of_a_country_are_taken_over_at_once(board: Site) -> None:
    assert send(board, "holidays/public", region="KR", country="KR", year="2026").status_code == 303
    page = text_of(board.get("/supervisor/holidays"))
    assert "2026-12-25 Customers in KR Christmas Day" in page
    with board.store.read() as uow:
        assert date(2026, 3, 1) in {day.day for day in uow.staff.holidays()}


def test_public_holidays_of_a_region_are_taken_for_the_customers_in_it(board: Site) -> None:
    assert send(board, "holidays/public", region="US-LA", country="US-LA", year="2027").status_code == 303
    assert "2027-02-09 Customers in US-LA, Louisiana Mardi Gras" in text_of(board.get("/supervisor/holidays"))


@pytest.mark.parametrize(
    ("path", "form", "code"),
    [
        ("add", {"region": "xx1", "day": "2026-12-25", "name": "x"}, "region"),
        ("add", {"region": "US-XX", "day": "2026-12-25", "name": "x"}, "region"),
        ("add", {"region": OFFICE, "day": "25.12.2026", "name": "x"}, "day"),
        ("add", {"region": OFFICE, "day": "9999-12-25", "name": "x"}, "day"),
        ("add", {"region": OFFICE, "day": "2026-12-25", "name": " \x00 "}, "holiday_name"),
        ("add", {"region": OFFICE, "day": "2026-12-25", "name": "x" * 81}, "holiday_name"),
        ("public", {"region": OFFICE, "country": "ZZ", "year": "2026"}, "no_holidays"),
        ("public", {"region": OFFICE, "country": "US", "year": "1500"}, "no_holidays"),
        ("remove", {"region": OFFICE, "day": ""}, "day"),
    ],
)
def test_what_is_no_day_off_is_refused_with_what_was_typed(
    board: Site, path: str, form: dict[str, str], code: str
) -> None:
    answer = send(board, f"holidays/{path}", **form)
    assert (answer.status_code, f"<code>{code}</code>" in answer.text) == (422, True)


def test_agents_are_told_free_again_the_day_after(board: Site) -> None:
    add(board, OFFICE, today(board))
    board.dispatch()
    with board.store.read() as uow:
        callback = uow.callbacks.get(ONE)
    assert callback is not None
    opens = board.ivr.engine.rules.agents_hours.next_allowed(board.clock.now())
    assert opens == datetime.combine(callback.due_at.date(), datetime.min.time(), UTC)
