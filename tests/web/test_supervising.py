"""The supervisor's pages over HTTP: every callback found and changed with a reason, the day, shifts, audit, export."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ivr.domain.agents import Agent
from ivr.domain.callbacks import CallbackStatus
from ivr.domain.day_figures import day_figures
from ivr.domain.staff import StaffRole
from tests.web.site import NUMBER, Site, text_of
from tests.web.test_console import CASE, NASTY, agent, fill, promised
from tests.web.test_sign_in import SECRET, accounts, sign_in

ONE = f"{1:032x}"


@pytest.fixture
def board(site: Site) -> Site:
    """A supervisor is signed in; one customer waits."""
    fill(site)
    sign_in(site)
    return site


def send(site: Site, path: str, **form: str) -> Any:
    return site.post(f"/supervisor/{path}", form, page="/supervisor/shifts")


def add(site: Site, serial: int, **more: Any) -> None:
    with site.store.begin() as uow:
        uow.callbacks.add(promised(site, "theirs", serial, number=f"+1202555{serial:04d}", **more))
        uow.commit()


def told(site: Site) -> list[str]:
    with site.store.read() as uow:
        return [f"{e.kind}: {e.data.get('reason', '')}" for e in uow.events.of_case("mine")]


def status(site: Site) -> CallbackStatus:
    with site.store.read() as uow:
        found = uow.callbacks.get(ONE)
    assert found is not None
    return found.status


@pytest.mark.parametrize("path", ["callbacks", "callbacks.csv", f"callbacks/{ONE}", "day", "shifts", "audit"])
def test_agents_see_none_of_these_pages(site: Site, path: str) -> None:
    fill(site)
    accounts(site).add("Kim", StaffRole.AGENT, SECRET, "Kim")
    sign_in(site, "Kim", SECRET)
    assert site.get(f"/supervisor/{path}").status_code == 403


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", True),
        ("status=scheduled&skill=orders", True),
        ("status=done", False),
        (f"q={CASE}", True),
        ("q=43", True),
        ("q=44", False),
        ("late=1", False),
        ("q=%25&status=%00&skill=" + "x" * 5000 + "&before=x", False),
        ("q=%27%20OR%201=1&before=" + "f" * 32, False),
    ],
)
def test_a_callback_is_found_by_what_is_known_of_it(board: Site, asked: str, found: bool) -> None:
    answer = board.get(f"/supervisor/callbacks?{asked}")
    assert (answer.status_code, "…43" in answer.text) == (200, found)
    assert NUMBER not in answer.text


def test_late_ones_are_found_and_long_lists_have_pages(board: Site) -> None:
    for serial in range(2, 60):
        add(board, serial, status=CallbackStatus.DONE, created_at=board.clock.now() - timedelta(hours=serial))
    board.clock.advance(601)
    assert "…43" in board.get("/supervisor/callbacks?late=1").text
    first = board.get("/supervisor/callbacks")
    assert (first.text.count("<tr>"), "before=" in first.text) == (51, True)
    address = first.text.split('href="/supervisor/callbacks?before=')[1].split('"')[0].replace("&amp;", "&")
    second = board.get(f"/supervisor/callbacks?before={address}")
    assert (second.text.count("<tr>"), "…43" in second.text, "before=" in second.text) == (10, False, False)


def test_a_callback_is_moved_with_a_reason_that_lands_in_the_timeline(board: Site) -> None:
    form = {"when": "at", "date": "2026-03-11", "time": "10:30", "reason": "asked by e-mail"}
    assert send(board, f"callbacks/{ONE}/move", **form).status_code == 303
    with board.store.read() as uow:
        moved = uow.callbacks.get(ONE)
    assert moved is not None
    assert moved.due_at.isoformat() == "2026-03-11T14:30:00+00:00"
    assert told(board)[-2:] == ["callback_moved: ", "staff_decided: asked by e-mail"]
    assert "supervisor has moved it: “asked by e-mail”" in text_of(board.get(f"/supervisor/callbacks/{ONE}"))


def test_a_promise_is_shown_on_our_clock_and_on_the_customers(board: Site) -> None:
    with board.store.begin() as uow:
        found = uow.callbacks.get(ONE)
        assert found is not None
        found.zone, found.promised_by_at = "America/Los_Angeles", datetime(2026, 3, 10, 18, 5, tzinfo=UTC)
        uow.commit()
    shown = "10 Mar 18:05:00 · 10 Mar 11:05:00 (Los Angeles)"
    assert shown in board.get(f"/supervisor/callbacks/{ONE}").text
    assert shown in board.get(f"/supervisor/cases/{CASE}").text


def test_one_that_a_person_must_decide_about_is_promised_again(board: Site) -> None:
    with board.store.begin() as uow:
        callback = uow.callbacks.get(ONE)
        assert callback is not None
        callback.move(CallbackStatus.NEEDS_HUMAN)
        uow.commit()
    assert send(board, f"callbacks/{ONE}/move", when="asap", reason="try once more").status_code == 303
    assert status(board) is CallbackStatus.SCHEDULED


def test_a_callback_is_given_to_agents_with_another_skill(board: Site) -> None:
    assert send(board, f"callbacks/{ONE}/reassign", skill="returns", reason="wrong kind").status_code == 303
    with board.store.read() as uow:
        callback, case = uow.callbacks.get(ONE), uow.cases.get("mine")
    assert callback is not None
    assert case is not None
    assert (callback.skill, case.skill) == ("returns", "returns")


def test_a_callback_is_canceled_once_however_often_it_is_sent(board: Site) -> None:
    for _ in range(2):
        assert send(board, f"callbacks/{ONE}/cancel", reason="sold out").status_code == 303
    assert status(board) is CallbackStatus.CANCELED
    assert told(board).count("staff_decided: sold out") == 1
    assert send(board, f"callbacks/{ONE}/move", when="asap", reason="again").status_code == 409


@pytest.mark.parametrize(
    ("act", "form", "answer"),
    [
        ("cancel", {"reason": ""}, 422),
        ("cancel", {"reason": "x" * 201}, 422),
        ("cancel", {"reason": "\0\u202e"}, 422),
        ("reassign", {"skill": NASTY, "reason": "x"}, 422),
        ("move", {"when": "at", "date": NASTY, "time": "", "reason": NASTY}, 422),
        ("move", {"when": "at", "date": "2020-01-01", "time": "10:00", "reason": "x"}, 422),
        ("move", {"when": "at", "date": "2026-03-11", "time": "03:00", "reason": "x"}, 422),
    ],
)
def test_what_is_absurd_changes_nothing_and_is_told(board: Site, act: str, form: dict[str, str], answer: int) -> None:
    given = send(board, f"callbacks/{ONE}/{act}", **form)
    assert (given.status_code, "Not done" in text_of(given), NASTY in given.text) == (answer, True, False)
    assert (status(board), len(told(board))) == (CallbackStatus.SCHEDULED, 1)


@pytest.mark.parametrize("callback", ["x", "f" * 32, "%00", "../../etc"])
def test_a_callback_that_is_not_there_is_a_page_that_helps(board: Site, callback: str) -> None:
    assert board.get(f"/supervisor/callbacks/{callback}").status_code == 404
    assert send(board, f"callbacks/{callback}/cancel", reason="x").status_code == 404


def test_the_export_has_masked_numbers_and_no_cell_that_a_spreadsheet_would_run(board: Site) -> None:
    add(board, 2, status=CallbackStatus.DONE, reason="=cmd|' /C calc'!A0")
    answer = board.get("/supervisor/callbacks.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {row["number"] for row in rows} == {"…43", "…02"}
    assert [row["reason"] for row in rows if row["reason"]] == ["'=cmd|' /C calc'!A0"]
    assert NUMBER not in answer.text


def test_shifts_are_set_and_wrong_ones_are_told_with_what_was_typed(board: Site) -> None:
    form = {"agent": "Kim", "zone": "America/New_York"}
    assert send(board, "shifts", shifts="mon-fri 09:00-17:00", **form).status_code == 303
    assert "Mon-Fri 09:00-17:00 America/New_York" in text_of(board.get("/supervisor/shifts"))
    for wrong in ("mon 25:00-26:00", NASTY, "x" * 5000):
        answer = send(board, "shifts", shifts=wrong, **form)
        assert (answer.status_code, NASTY in answer.text) == (422, False)
    assert send(board, "shifts", shifts="mon 09:00-10:00", agent="Kim", zone="Mars/Base").status_code == 422
    assert send(board, "shifts", shifts="", agent="nobody").status_code == 404
    assert len(agent(board).shifts) == 5


def test_the_day_is_shown_in_pictures_with_their_tables(board: Site) -> None:
    with board.store.begin() as uow:
        callback = uow.callbacks.get(ONE)
        assert callback is not None
        callback.first_rung_at = board.clock.now() + timedelta(minutes=3)
        uow.commit()
    page = board.get("/supervisor/day")
    assert page.text.count('role="img"') == 2
    assert "style=" not in page.text
    assert "16:00 1 1 3.0 min 3.0 min" in text_of(page)
    assert "16:00 1 0" in text_of(page), "one promise was kept in that hour"
    assert "delivered not received 2" in text_of(page)


def test_an_empty_day_is_shown(site: Site) -> None:
    sign_in(site)
    assert "No cases yet." in text_of(site.get("/supervisor/day"))


def test_levels_count_what_is_decided_and_are_never_rounded_up(site: Site) -> None:
    now = site.clock.now()
    kept = [promised(site, "c", i, first_rung_at=now + timedelta(minutes=5)) for i in range(199)]
    late = promised(site, "c", 200, first_rung_at=now + timedelta(minutes=30))
    still = promised(site, "c", 201)
    day = day_figures([*kept, late, still], {}, ZoneInfo("UTC"), 600)
    assert (day.kept.percent, day.at_once.percent, day.kept.decided) == (99, 99, 200)
    assert (day.hours[0].asked, day.hours[0].rung, day.hours[0].most_seconds) == (201, 200, 1800)


def test_a_call_is_told_turn_by_turn_with_what_else_was_heard_and_why(board: Site) -> None:
    page = text_of(board.get(f"/supervisor/cases/{CASE}"))
    assert "heard by vosk, fit 0.9; taken for: track order (sure)" in page
    assert "or: “track a parcel”" in page


def test_the_audit_log_tells_who_saw_and_changed_what_and_can_be_searched(board: Site) -> None:
    board.get(f"/supervisor/cases/{CASE}")
    send(board, f"callbacks/{ONE}/cancel", reason=NASTY)
    board.get("/supervisor/callbacks.csv")
    page = board.get("/supervisor/audit")
    for what in ("signed in", "case seen", "callback changed", "callbacks exported"):
        assert what in text_of(page)
    assert NASTY not in page.text
    assert "signed in" not in text_of(board.get(f"/supervisor/audit?about={CASE}"))
    assert "Nothing fits." in text_of(board.get("/supervisor/audit?name=%00nobody"))
    assert "audit seen" in text_of(board.get("/supervisor/audit"))


def test_these_pages_speak_korean_too(board: Site) -> None:
    with board.store.begin() as uow:
        uow.agents.add(Agent(id="c", name="Cho", number="+12025550179", status_at=board.clock.now()))
        uow.commit()
    for path in ("callbacks", f"callbacks/{ONE}", "day", "shifts", "audit", f"cases/{CASE}"):
        assert board.get(f"/supervisor/{path}?lang=ko-KR").status_code == 200
