"""The customer's pages over HTTP: asked for, proven, moved, taken back; every refusal explained, nothing typed lost."""

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from ivr.domain.agents import Agent
from ivr.domain.callbacks import CallbackStatus
from ivr.service.promises import WHY_NOT
from ivr.web.catalogue import Catalogue
from ivr.web.page_words import FIELDS
from tests.conftest import ROOT
from tests.web.site import FORM, NUMBER, ORDER, TYPED, Site, hidden, text_of, value_of

AT = {"when": "at", "date": "2026-03-11", "time": "15:30"}
API_ONLY = {
    "locale", "unknown_field", "type", "idempotency_key", "zone", "days", "role", "ring_first", "cursor", "status",
    "description", "too_many_webhooks", "events", "webhook_url", "claim_answer",
}  # fmt: skip

STAFF_ONLY = {
    "act", "skill", "staff_reason", "no_note", "outcome", "note", "ruling", "agent_unfit", "no_holidays",
    "rules_changed", "no_rules", "no_choice", "no_agent", "long", "empty",
}  # fmt: skip
"""Told on the pages of agents and supervisors, in the words of board.yaml or as they are."""


def test_the_form_tells_the_wait_and_asks_for_consent(site: Site) -> None:
    page = site.get("/")
    assert page.status_code == 200
    assert "Waiting time on the telephone now: between 30 and 120 minutes." in text_of(page)
    assert re.search(r'<input type="checkbox"[^>]*name="consent"[^>]*required', page.text)


def test_a_customer_asks_proves_the_number_and_reads_the_promise(site: Site) -> None:
    path = site.asked()
    assert site.messenger.sent[0][0] == NUMBER
    assert "number ending in 0143" in text_of(site.get(path))
    assert site.callback(path).status == CallbackStatus.UNVERIFIED
    answer = site.post(f"{path}/confirm", {"code": site.code()})
    assert answer.headers["Location"] == f"{path}?lang=en-US"
    page = text_of(site.get(path))
    assert "We ring you as soon as possible: today at" in page
    callback = site.callback(path)
    assert (callback.status, callback.source, callback.number) == (CallbackStatus.SCHEDULED, "web", NUMBER)
    with site.store.read() as uow:
        case = uow.cases.get(callback.case_id)
    assert case is not None
    assert (case.kind, case.order_id, case.summary) == ("track_order", "11318101111815908", "Where is it?")
    assert f"Case number {case.number}." in page


def test_nothing_is_dialed_before_the_number_is_proven(site: Site) -> None:
    with site.store.begin() as uow:
        uow.agents.add(Agent(id="a", name="Ada", number="+12025550171", status_at=site.clock.now()))
        uow.commit()
    path = site.asked()
    site.dispatch()
    assert site.phone.calls == []
    site.post(f"{path}/confirm", {"code": site.code()})
    site.dispatch()
    assert [call.to for call in site.phone.calls] == ["+12025550171"]


def test_a_named_time_is_kept_on_the_customers_own_clock(site: Site) -> None:
    path = site.proven(**AT)
    assert site.callback(path).due_at == datetime(2026, 3, 11, 19, 30, tzinfo=UTC)
    assert "We ring you tomorrow, Wednesday, at 3:30 PM (New York)." in text_of(site.get(path))


def test_window_is_promised_told_moved_and_in_the_calendar(site: Site) -> None:
    path = site.proven(**AT, until="17:00")
    assert site.callback(path).promised_by_at == datetime(2026, 3, 11, 21, tzinfo=UTC)
    page = site.get(path)
    assert "We ring you tomorrow, Wednesday, between 3:30 PM and 5 PM (New York)." in text_of(page)
    assert value_of(page, "until") == "17:00"
    entry = Calendar.from_ical(site.get(f"{path}/calendar.ics").text).walk("VEVENT")[0]
    assert [entry[end].dt.astimezone(UTC).hour for end in ("DTSTART", "DTEND")] == [19, 21]
    assert "between 3:30 PM and 5 PM" in entry["DESCRIPTION"]
    assert site.post(f"{path}/move", AT | {"until": "18:00"}, page=path).status_code == 303
    assert "between 3:30 PM and 6 PM" in text_of(site.get(path))
    assert site.post(f"{path}/move", AT | {"until": ""}, page=path).status_code == 303
    assert "at 3:30 PM (New York)" in text_of(site.get(path))


def test_a_browser_without_scripts_gives_no_zone_and_the_numbers_own_counts(site: Site) -> None:
    path = site.proven(**AT, zone="")
    assert site.callback(path).zone == "America/New_York"
    assert site.callback(path).due_at == datetime(2026, 3, 11, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["America", "../../etc/passwd", "Mars/Olympus", "a" * 500, "\x00", "UTC\n"])
def test_a_zone_that_is_none_is_as_good_as_no_zone(site: Site, zone: str) -> None:
    assert site.callback(site.asked(zone=zone)).zone == "America/New_York"


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"number": "hello"}, "number", "This is not a telephone number"),
        ({"number": "1" * 39}, "number", "This is not a telephone number"),
        ({"number": "+1 202 555 0143 ext. 5"}, "number", "We cannot ring extensions"),
        ({"number": "+1 876 922 1234"}, "number", "numbers of this country"),
        ({"number": "+1 900 253 0001"}, "number", "numbers of this kind"),
        ({"number": "+1 800 253 0001"}, "number", "numbers of this kind"),
        ({"kind": "refund_me"}, "kind", "Choose what it is about"),
        ({"words": "x" * 501}, "words", "at most 500 characters"),
        ({"order": "12345"}, "order", "An order number has seventeen digits"),
        ({"order": "none"}, "order", "An order number has seventeen digits"),
        ({"consent": ""}, "consent", "We ring only with your consent"),
        ({**AT, "date": ""}, "date", "Choose a day and a time"),
        ({**AT, "date": "0001-01-01"}, "date", "That moment is over"),
        ({**AT, "date": "9999-12-31", "time": "23:59"}, "date", "Choose a day and a time"),
        ({**AT, "time": "half past"}, "date", "Choose a day and a time"),
        ({**AT, "date": "2026-03-09"}, "date", "That moment is over"),
        ({**AT, "until": "15:00"}, "date", "half an hour to eight hours"),
        ({**AT, "date": "2026-05-09"}, "date", "up to 30 days ahead"),
        ({**AT, "time": "05:00"}, "date", "The next one when we may: tomorrow, Wednesday, at 9 AM"),
        ({**AT, "date": "2026-03-29", "time": "02:30", "zone": "Europe/Berlin"}, "date", "The clocks change then"),
    ],
)
def test_wrong_input_is_explained_at_its_field_and_everything_typed_is_kept(
    site: Site, changes: dict[str, str], field: str, text: str
) -> None:
    answer = site.ask(**changes)
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert text in text_of(answer)
    assert re.search(rf'id="{field}-error">[^<]*{re.escape(text)}', answer.text)
    given = FORM | changes
    assert [value_of(answer, name) for name in ("number", "words", "order")] == [
        given[name] for name in ("number", "words", "order")
    ]
    assert value_of(answer, "date") == given.get("date", "")
    assert f'value="{given["when"]}" checked' in answer.text
    assert ("checked" in re.search(r"<input[^>]*consent[^>]*>", answer.text)[0]) is bool(given["consent"])  # type: ignore[index]
    assert site.all_open() == []
    assert site.messenger.sent == []


def test_all_errors_of_a_form_are_told_at_once(site: Site) -> None:
    answer = site.ask(number="x", order="1", consent="", **(AT | {"time": ""}))
    assert re.findall(r'<li[^>]*><a href="#(\w+)"', answer.text) == ["number", "order", "date", "consent"]


@pytest.mark.parametrize("order", [ORDER, "181-5908", "113-1810111-1815908", "１８１５９０８", " 1815908 ", ""])
def test_an_order_number_is_read_in_every_form(site: Site, order: str) -> None:
    callback = site.callback(site.asked(order=order))
    with site.store.read() as uow:
        case = uow.cases.get(callback.case_id)
    assert case is not None
    assert case.order_id == ("11318101111815908" if order else None)


def test_an_order_that_is_not_ours_is_no_error_and_the_agent_reads_it(site: Site) -> None:
    callback = site.callback(site.asked(order="7654321"))
    with site.store.read() as uow:
        case, events = uow.cases.get(callback.case_id), uow.events.of_case(callback.case_id)
    assert case is not None
    assert case.order_id is None
    assert [event.data["order"] for event in events if event.kind == "callback_asked"] == ["7654321"]


@pytest.mark.parametrize("typed", ["+1 (202) 555-0143", "12025550143", "２０２ ５５５ ０１４３"])
def test_a_number_is_read_as_people_write_it(site: Site, typed: str) -> None:
    assert site.callback(site.asked(number=typed)).number == NUMBER


def test_a_form_without_a_token_changes_nothing_and_loses_nothing(site: Site) -> None:
    answer = site.browser.post("/callbacks", data=FORM)
    assert answer.status_code == 400
    assert "nothing was sent" in text_of(answer)
    assert value_of(answer, "words") == FORM["words"]
    assert site.all_open() == []


@pytest.mark.parametrize("act", ["confirm", "move", "cancel", "resend"])
def test_no_act_is_taken_without_a_token(site: Site, act: str) -> None:
    path = site.asked()
    before = site.callback(path)
    answer = site.browser.post(f"{path}/{act}", data={"code": site.code()})
    assert answer.status_code == 400
    assert "nothing was changed" in text_of(answer)
    assert site.callback(path).version == before.version
    assert len(site.messenger.sent) == 1


def test_five_wrong_codes_lock_and_a_new_code_opens_again(site: Site) -> None:
    path = site.asked()
    right = site.code()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        answer = site.post(f"{path}/confirm", {"code": wrong})
        assert (answer.status_code, "This code is not right" in text_of(answer)) == (422, True)
    answer = site.post(f"{path}/confirm", {"code": right})
    assert (answer.status_code, "Too many wrong codes" in text_of(answer)) == (422, True)
    assert site.callback(path).status == CallbackStatus.UNVERIFIED
    site.clock.advance(1)
    assert "told=code_sent" in site.post(f"{path}/resend").headers["Location"]
    assert "A new code is on its way" in text_of(site.get(f"{path}?told=code_sent"))
    assert site.post(f"{path}/confirm", {"code": site.code()}).status_code == 303
    assert site.callback(path).status == CallbackStatus.SCHEDULED


def test_a_code_may_be_typed_with_blanks_and_only_within_its_time(site: Site) -> None:
    path = site.asked()
    site.clock.advance(601)
    code = f" {site.code()[:3]}-{site.code()[3:]} "
    assert "too old" in text_of(site.post(f"{path}/confirm", {"code": code}))
    site.post(f"{path}/resend")
    code = f" {site.code()[:3]}-{site.code()[3:]} "
    assert site.post(f"{path}/confirm", {"code": code}).status_code == 303


def test_codes_to_one_number_are_limited(site: Site) -> None:
    path = site.asked()
    answers = [site.post(f"{path}/resend").status_code for _ in range(3)]
    assert answers == [303, 303, 422]
    assert len(site.messenger.sent) == 3


def test_a_code_sent_twice_by_an_impatient_finger_is_no_error(site: Site) -> None:
    path = site.proven()
    assert site.post(f"{path}/confirm", {"code": "1"}).status_code == 303


def test_a_form_sent_twice_is_one_callback(site: Site) -> None:
    form = FORM | {"form_id": hidden(site.get("/"), "form_id")}
    first, second = site.post("/callbacks", form), site.post("/callbacks", form)
    assert (first.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    assert len(site.messenger.sent) == 1


def test_a_corrected_form_replaces_what_it_sent_before(site: Site) -> None:
    form = FORM | {"form_id": hidden(site.get("/"), "form_id")}
    first = site.post("/callbacks", form)
    second = site.post("/callbacks", form | {"number": "202 555 0144"})
    assert second.status_code == 303
    assert site.callback(first.headers["Location"].partition("?")[0]).status == CallbackStatus.CANCELED
    assert [callback.number for callback in site.all_open()] == ["+12025550144"]


def test_a_lost_page_or_a_stranger_does_not_block_a_number(site: Site) -> None:
    lost = site.asked()
    assert site.callback(site.asked()).is_open
    assert site.callback(lost).status == CallbackStatus.CANCELED


def test_an_open_callback_is_told_and_nothing_about_it(site: Site) -> None:
    path = site.proven(**AT)
    callback = site.callback(path)
    answer = site.ask(words="somebody else")
    assert answer.status_code == 422
    page = text_of(answer)
    assert "There is an open callback for this number already." in page
    with site.store.read() as uow:
        case = uow.cases.get(callback.case_id)
    assert case is not None
    for secret in (callback.id, case.number, "Wednesday", "3:30", "Ada", FORM["words"]):
        assert secret not in answer.text
    assert site.callback(path).due_at == callback.due_at
    assert len(site.messenger.sent) == 1


def test_a_callback_is_moved_and_the_page_says_so(site: Site) -> None:
    path = site.proven()
    answer = site.post(f"{path}/move", AT, page=path)
    assert answer.status_code == 303
    page = text_of(site.get(answer.headers["Location"]))
    assert "Moved." in page
    assert "We ring you tomorrow, Wednesday, at 3:30 PM (New York)." in page
    assert site.post(f"{path}/move", {"when": "asap"}, page=path).status_code == 303
    assert site.callback(path).asap


def test_the_form_to_move_a_callback_starts_from_its_present_moment(site: Site) -> None:
    page = site.get(site.proven(**AT))
    assert (value_of(page, "date"), value_of(page, "time")) == ("2026-03-11", "15:30")


def test_a_move_outside_the_hours_is_explained_with_what_was_typed(site: Site) -> None:
    path = site.proven()
    answer = site.post(f"{path}/move", AT | {"time": "21:00"}, page=path)
    assert answer.status_code == 422
    assert "The next one when we may: Thursday, March 12, at 9 AM" in text_of(answer)
    assert value_of(answer, "time") == "21:00"
    assert "<details open>" in answer.text
    assert site.callback(path).asap


def test_canceling_twice_is_no_error_and_nothing_moves_what_has_ended(site: Site) -> None:
    path = site.proven()
    assert [site.post(f"{path}/cancel").status_code for _ in range(2)] == [303, 303]
    assert site.callback(path).status == CallbackStatus.CANCELED
    assert "This callback is canceled." in text_of(site.get(path))
    answer = site.post(f"{path}/move", AT)
    assert (answer.status_code, "This callback has ended." in text_of(answer)) == (409, True)


def test_a_number_that_must_not_be_called_is_not_and_gets_no_text(site: Site) -> None:
    with site.store.begin() as uow:
        uow.guards.add_do_not_call(NUMBER, site.clock.now(), "asked")
        uow.commit()
    assert "asked not to be called" in text_of(site.ask())
    assert site.messenger.sent == []


def test_one_number_books_three_times_a_day(site: Site) -> None:
    for _ in range(3):
        site.post(f"{site.proven()}/cancel")
    answer = site.ask()
    assert (answer.status_code, "several callbacks today" in text_of(answer)) == (422, True)
    site.clock.advance(86_401)
    assert site.ask().status_code == 303


@pytest.mark.parametrize("act", ["", "/confirm", "/move", "/cancel", "/resend"])
def test_reloading_the_answer_to_a_form_leads_back_to_its_page(site: Site, act: str) -> None:
    path = site.asked()
    if act:
        assert site.get(f"{path}{act}?lang=ko-KR").headers["Location"] == f"{path}?lang=ko-KR"
    assert site.get("/callbacks?lang=ko-KR").headers["Location"] == "/?lang=ko-KR"


@pytest.mark.parametrize(
    ("accepted", "asked", "language"),
    [
        ("ko-KR,ko;q=0.9,en-US;q=0.8", "", "ko-KR"),
        ("ko,en-US;q=0.5", "", "ko-KR"),
        ("en-GB,en;q=0.9,ko-KR;q=0.5", "", "en-GB"),
        ("is-IS,is", "", "en-US"),
        ("de-AT,de", "", "de-DE"),
        ("", "", "en-US"),
        ("en-US", "ko-KR", "ko-KR"),
        ("ko-KR", "en", "en-US"),
        ("ko-KR", "<script>", "ko-KR"),
    ],
)
def test_pages_speak_the_language_asked_for_or_accepted(site: Site, accepted: str, asked: str, language: str) -> None:
    page = site.browser.get("/", query_string={"lang": asked}, headers={"Accept-Language": accepted})
    assert f'<html lang="{language}"' in page.text


def test_a_korean_customer_reads_korean_everywhere(site: Site) -> None:
    answer = site.post("/callbacks?lang=ko-KR", FORM | {"number": "010-2345-6789", "consent": ""})
    assert "읽을 수 없는 전화번호입니다" in text_of(answer)
    answer = site.post("/callbacks?lang=ko-KR", FORM | {"number": "+82 10-2345-6789", "zone": ""} | AT)
    path = answer.headers["Location"].partition("?")[0]
    callback = site.callback(path)
    assert (callback.locale, callback.zone) == ("ko-KR", "Asia/Seoul")
    assert "인증" in text_of(site.get(f"{path}?lang=ko-KR")) or "코드" in text_of(site.get(f"{path}?lang=ko-KR"))
    site.post(f"{path}/confirm?lang=ko-KR", {"code": site.code()})
    assert "오후 3시 30분 (서울)에 전화드리겠습니다" in text_of(site.get(f"{path}?lang=ko-KR"))
    assert "없는 페이지입니다" in text_of(site.get("/nowhere?lang=ko-KR"))


def test_what_customers_type_is_shown_as_text(site: Site) -> None:
    nasty = '"><script>alert(1)</script>'
    answer = site.ask(number=nasty, words=nasty, order=nasty, zone=nasty, date=nasty, time=nasty, kind=nasty)
    assert "<script>alert" not in answer.text
    assert value_of(answer, "words") == nasty


def test_every_reason_has_a_text_in_every_language(site: Site) -> None:
    catalogue: Catalogue = site.ivr.desk.catalogue
    found = reasons(ROOT / "ivr" / "service") | reasons(ROOT / "ivr" / "web") | reasons(ROOT / "ivr" / "understanding")
    found |= reasons(ROOT / "ivr", "pictures.py")
    assert {"number", "hours", "code", "exists", "consent", "gap", "busy", "stale"} <= found
    for locale in catalogue.locales:
        missing = [key for key in found - API_ONLY - STAFF_ONLY if not catalogue.has(locale, f"error_{key}")]
        assert not missing
        assert all(catalogue.has(locale, f"error_{key}_nearest") for key in WHY_NOT)
    assert set(FIELDS) <= found | set(WHY_NOT)


def reasons(folder: Path, files: str = "*.py") -> set[str]:
    """Every word that the code below a folder refuses with."""
    found = set()
    for file in folder.rglob(files):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("CallbackRefused", "NumberRefused"):
                words = [leaf.value for leaf in ast.walk(node.args[0]) if isinstance(leaf, ast.Constant)]
                found |= {word for word in words if isinstance(word, str)}
    return found


def test_before_proof_neither_the_number_nor_the_case_is_told(site: Site) -> None:
    path = site.asked()
    page = text_of(site.get(path))
    with site.store.read() as uow:
        case = uow.cases.get(site.callback(path).case_id)
    assert case is not None
    assert case.number not in page
    assert TYPED not in page
    assert timedelta(0) < site.callback(path).closes_at - site.clock.now() <= timedelta(seconds=600)
