"""The agent's console and case page over HTTP: what is shown, what is changed, and nothing of other people's cases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ivr.domain.agents import Agent, AgentStatus
from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import Case, CaseKind, CaseStatus, Customer, Event, case_number
from ivr.domain.staff import StaffRole
from tests.web.site import NUMBER, Site, hidden, text_of
from tests.web.test_sign_in import SECRET, accounts, sign_in

CASE, OTHERS = case_number(7), case_number(8)
SURE = {"certainty": "sure", "engine": "vosk", "fit": 0.9, "intents": [{"name": "track_order"}]}
NASTY = "<script>alert('x')</script>"
KIM, LEE = "+12025550171", "+12025550172"


@pytest.fixture
def console(site: Site) -> Site:
    """Kim, an agent for orders, is signed in; one customer waits."""
    fill(site)
    accounts(site).add("Kim", StaffRole.AGENT, SECRET, "Kim")
    sign_in(site, "Kim", SECRET)
    return site


def fill(site: Site) -> None:
    now = site.clock.now()
    with site.store.begin() as uow:
        for name, number in (("Kim", KIM), ("Lee", LEE)):
            uow.agents.add(Agent(id=name, name=name, number=number, skills=("orders",), status_at=now))
        for ident, number, skill in (("mine", CASE, "orders"), ("theirs", OTHERS, "returns")):
            case = Case(id=ident, number=number, kind=CaseKind.DELIVERED_NOT_RECEIVED, opened_at=now, skill=skill)
            case.status, case.customer_id, case.summary = CaseStatus.WAITING_AGENT, ident, NASTY
            uow.cases.add(case)
        uow.customers.add(Customer(id="mine", number=NUMBER, name="Ada " + NASTY, zone="America/New_York"))
        uow.customers.add(Customer(id="theirs", number="+12025550145", name="Grace Hopper"))
        heard = {"text": "track my parcel", "readings": [{"text": "track my parcel"}, {"text": "track a parcel"}]}
        uow.events.add(Event(id="e1", at=now, kind="heard", case_id="mine", data=heard | SURE))
        uow.callbacks.add(promised(site, "mine"))
        uow.commit()


def promised(site: Site, case: str, serial: int = 1, **more: Any) -> Callback:
    now = site.clock.now()
    given = {
        "id": f"{serial:032x}", "case_id": case, "number": NUMBER, "asap": True, "ticket_at": now, "due_at": now,
        "promised_by_at": now + timedelta(minutes=10), "closes_at": now + timedelta(hours=2), "created_at": now,
        "skill": "orders", "customer_id": case, "zone": "America/New_York",
    }  # fmt: skip
    return Callback(**(given | more))


def agent(site: Site, name: str = "Kim") -> Agent:
    with site.store.read() as uow:
        found = uow.agents.by_name(name)
    assert found is not None
    return found


def case(site: Site) -> Case:
    with site.store.read() as uow:
        found = uow.cases.by_number(CASE)
    assert found is not None
    return found


def kinds(site: Site) -> list[str]:
    with site.store.read() as uow:
        return [event.kind for event in uow.events.of_case("mine")]


def send(site: Site, path: str, **form: str) -> Any:
    return site.post(f"/agent/{path}", form, page="/agent/")


def sign_out(site: Site) -> None:
    assert site.post("/sign-out", page="/agent/").status_code == 303


def served_by(site: Site, name: str) -> None:
    """The case was given to this agent once, and its callback is canceled since."""
    with site.store.begin() as uow:
        site.ivr.engine.bookings.cancel(uow, f"{1:032x}", by="agent")
        given = {"number": 1, "agent": name, "first": "agent"}
        uow.events.add(Event(id="e9", at=site.clock.now(), kind="attempt_started", case_id="mine", data=given))
        uow.commit()


def as_other(site: Site, name: str) -> None:
    """Somebody else signs in at the same browser."""
    sign_out(site)
    accounts(site).add(name, StaffRole.AGENT, SECRET, name)
    assert sign_in(site, name, SECRET) == 303


@pytest.mark.parametrize("path", ["", f"cases/{CASE}"])
def test_nobody_sees_the_console_without_signing_in(site: Site, path: str) -> None:
    answer = site.get(f"/agent/{path}")
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in")


def test_the_console_shows_status_line_and_who_is_next_with_its_age(console: Site) -> None:
    console.clock.advance(180)
    page = text_of(console.get("/agent/"))
    for text in ("You are: available for 3 min", "Callbacks due 1", "Longest wait 3 min", "Agents free 2 of 2"):
        assert text in page
    assert f"{CASE} …43 now" in page
    assert "As of 16:03:00" in page
    part = console.get("/agent/?part=1")
    assert "<html" not in part.text
    assert part.headers["Cache-Control"] == "no-store"


def test_an_agent_takes_a_break_and_comes_back(console: Site) -> None:
    assert send(console, "status", status="away").status_code == 303
    assert agent(console).status is AgentStatus.AWAY
    assert send(console, "status", status="available").status_code == 303
    assert agent(console).status is AgentStatus.AVAILABLE


def test_after_call_work_lasts_until_the_agent_says_so_or_a_quarter_of_an_hour(console: Site) -> None:
    send(console, "status", status="wrap_up")
    console.clock.advance(800)
    console.ivr.engine.housekeeper.sweep()
    assert agent(console).status is AgentStatus.WRAP_UP
    console.clock.advance(101)
    console.ivr.engine.housekeeper.sweep()
    assert agent(console).status is AgentStatus.AVAILABLE


@pytest.mark.parametrize("status", ["", "busy", "reserved", "x" * 10_000, "\0", NASTY])
def test_an_absurd_status_changes_nothing_and_says_why(console: Site, status: str) -> None:
    answer = send(console, "status", status=status)
    assert (answer.status_code, "Not done" in text_of(answer), NASTY in answer.text) == (409, True, False)
    assert agent(console).status is AgentStatus.AVAILABLE


def test_an_agent_takes_a_callback_and_a_second_press_is_no_second_call(console: Site) -> None:
    for _ in range(2):
        assert send(console, "take", callback=f"{1:032x}").status_code == 303
    with console.store.read() as uow:
        (attempt,) = uow.attempts.of_callback(f"{1:032x}")
    assert (attempt.agent_id, agent(console).status) == ("Kim", AgentStatus.RESERVED)
    page = text_of(console.get("/agent/"))
    assert f"Your telephone rings Answer and press 1: case {CASE}" in page
    assert send(console, "status", status="away").status_code == 409
    assert "callback_taken" in kinds(console)


def test_of_two_agents_the_second_is_told_who_was_faster(console: Site) -> None:
    send(console, "take", callback=f"{1:032x}")
    as_other(console, "Lee")
    answer = send(console, "take", callback=f"{1:032x}")
    assert (answer.status_code, "Kim was faster" in text_of(answer)) == (409, True)
    assert agent(console, "Lee").status is AgentStatus.AVAILABLE


def test_nobody_is_rung_before_the_time_or_against_the_rules(console: Site) -> None:
    with console.store.begin() as uow:
        callback = uow.callbacks.get(f"{1:032x}")
        assert callback is not None
        callback.due_at = console.clock.now() + timedelta(minutes=5)
        uow.commit()
    assert "never rung before" in text_of(send(console, "take", callback=f"{1:032x}"))
    console.clock.advance(301)
    with console.store.begin() as uow:
        uow.guards.add_do_not_call(NUMBER, console.clock.now(), "said so")
        uow.commit()
    assert "do_not_call" in text_of(send(console, "take", callback=f"{1:032x}"))
    assert agent(console).status is AgentStatus.AVAILABLE


@pytest.mark.parametrize("callback", ["", "x", f"{9:032x}", "\0", "x" * 10_000])
def test_a_callback_that_is_not_there_is_told(console: Site, callback: str) -> None:
    assert send(console, "take", callback=callback).status_code == 404


@pytest.mark.parametrize("act", [{}, {"do": "hold"}, {"do": "nonsense"}, {"do": "add", "number": "x" * 9999}])
def test_without_a_conversation_there_is_nothing_to_hold(console: Site, act: dict[str, str]) -> None:
    assert send(console, "talk", **act).status_code == 404


def test_an_account_without_agent_sees_the_line_and_is_told_why_it_takes_no_calls(console: Site) -> None:
    sign_out(console)
    accounts(console).add("Eve", StaffRole.AGENT, SECRET)
    sign_in(console, "Eve", SECRET)
    assert "tied to no agent" in text_of(console.get("/agent/"))
    assert send(console, "status", status="away").status_code == 404
    assert console.get(f"/agent/cases/{CASE}").status_code == 404


def test_a_case_is_on_one_page_with_advice_and_doubtful_words_marked(console: Site) -> None:
    page = console.get(f"/agent/cases/{CASE}")
    text = text_of(page)
    assert "Ask for the order number. No order belongs to this case yet." in text
    assert "track <mark" in page.text
    assert "or: “track a parcel”" in text
    assert "…43" in text
    for hidden_part in (NUMBER, "5550143", NASTY):
        assert hidden_part not in page.text


@pytest.mark.parametrize("number", [OTHERS, case_number(999), "0000000", "x", "%00", "9" * 300])
def test_other_peoples_case_is_not_shown_nor_changed(console: Site, number: str) -> None:
    answers = [console.get(f"/agent/cases/{number}")]
    for act in ("note", "draft", "outcome", "follow-up"):
        form = {"note": "x", "outcome": "informed", "when": "asap"}
        answers.append(send(console, f"cases/{number}/{act}", **form))
    assert {answer.status_code for answer in answers} == {404}
    assert not any("Hopper" in answer.text for answer in answers)


def test_a_supervisor_sees_every_case(console: Site) -> None:
    sign_out(console)
    sign_in(console)
    assert console.get(f"/agent/cases/{OTHERS}").status_code == 200


def test_a_note_is_a_draft_until_it_is_added_once(console: Site) -> None:
    assert send(console, f"cases/{CASE}/draft", note="half a\nsentence").status_code == 204
    page = console.get(f"/agent/cases/{CASE}")
    assert ">half a\nsentence</textarea>" in page.text
    form = {"note": "a whole\nsentence", "form_id": hidden(page, "form_id")}
    for _ in range(2):
        assert send(console, f"cases/{CASE}/note", **form).status_code == 303
    page = console.get(f"/agent/cases/{CASE}?done=note")
    assert kinds(console).count("note_added") == 1
    assert "The note is added." in text_of(page)
    assert "note by Kim: “a whole sentence”" in text_of(page)
    assert "></textarea>" in page.text


def test_a_draft_is_its_writers_alone(console: Site) -> None:
    send(console, f"cases/{CASE}/draft", note="between us")
    as_other(console, "Lee")
    assert "between us" not in console.get(f"/agent/cases/{CASE}").text


@pytest.mark.parametrize(
    ("act", "form", "status"),
    [
        ("note", {"note": " \n "}, 422),
        ("note", {"note": "x" * 4001}, 422),
        ("draft", {"note": "x" * 4001}, 422),
        ("outcome", {"outcome": NASTY}, 422),
        ("outcome", {"outcome": "informed", "resolved": "yes"}, 409),
        ("follow-up", {"when": "at", "date": "tomorrow", "time": "25:99"}, 422),
        ("follow-up", {"when": "at", "date": "0001-01-01", "time": "00:00"}, 422),
        ("follow-up", {"when": "at", "date": "9999-12-31", "time": "23:59"}, 422),
        ("follow-up", {"when": "asap"}, 422),
    ],
)
def test_what_is_absurd_is_told_and_what_was_typed_stays(
    console: Site, act: str, form: dict[str, str], status: int
) -> None:
    before = kinds(console)
    answer = send(console, f"cases/{CASE}/{act}", **form)
    assert answer.status_code == status, text_of(answer)
    assert NASTY not in answer.text
    if act != "draft":
        assert "Not done" in text_of(answer)
        assert form.get("note", "").strip() in answer.text
    assert kinds(console) == before


def test_a_hostile_note_is_shown_as_it_was_written(console: Site) -> None:
    send(console, f"cases/{CASE}/note", note=f"{NASTY}\u202e\0", form_id="1")
    page = console.get(f"/agent/cases/{CASE}")
    assert "&lt;script&gt;alert" in page.text
    assert NASTY not in page.text
    assert "\u202e" not in page.text


def test_an_outcome_is_saved_once_and_resolves_the_case(console: Site) -> None:
    served_by(console, "Kim")
    for _ in range(2):
        assert send(console, f"cases/{CASE}/outcome", outcome="replaced", resolved="yes").status_code == 303
    assert (case(console).outcome, case(console).status) == ("replaced", CaseStatus.RESOLVED)
    assert kinds(console).count("case_finished") == 1


def test_a_follow_up_is_promised_on_the_customers_clock(console: Site) -> None:
    served_by(console, "Kim")
    answer = send(console, f"cases/{CASE}/follow-up", when="at", date="2026-03-11", time="10:30")
    assert answer.status_code == 303, text_of(answer)
    with console.store.read() as uow:
        callback = uow.callbacks.open_for_case("mine")
    assert callback is not None
    assert (callback.due_at.isoformat(), callback.source) == ("2026-03-11T14:30:00+00:00", "agent")
    assert callback.status is CallbackStatus.SCHEDULED


def test_an_expired_session_changes_nothing_and_leads_back_to_the_page(console: Site) -> None:
    page = console.get(f"/agent/cases/{CASE}")
    console.clock.advance(3601)
    form = {"csrf_token": hidden(page, "csrf_token"), "note": "lost?"}
    headers = {"Referer": "https://voice.example.com/agent/"}
    options = {"data": form, "base_url": "https://voice.example.com", "headers": headers}
    answer = console.browser.post(f"/agent/cases/{CASE}/note", **options)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/sign-in")
    assert "note_added" not in kinds(console)


@pytest.mark.parametrize("path", ["status", f"cases/{CASE}/note"])
def test_an_answer_to_a_form_that_is_reloaded_leads_back(console: Site, path: str) -> None:
    answer = console.get(f"/agent/{path}?lang=ko-KR")
    back = "/agent/" if path == "status" else f"/agent/cases/{CASE}"
    assert (answer.status_code, answer.headers["Location"]) == (303, back)


def test_forms_need_the_pages_own_token(console: Site) -> None:
    for path in ("status", "take", "talk", f"cases/{CASE}/note", f"cases/{CASE}/draft"):
        assert console.browser.post(f"/agent/{path}", base_url="https://voice.example.com").status_code == 400


def test_what_an_agent_saw_and_changed_is_in_the_audit_log(console: Site) -> None:
    console.get(f"/agent/cases/{CASE}")
    send(console, "status", status="away")
    with console.store.read() as uow:
        lines = [(line.name, line.what, line.about) for line in uow.staff.log_lines(2)]
    assert lines == [("Kim", "status_set", "Kim"), ("Kim", "case_seen", CASE)]


def test_the_console_speaks_korean_too(console: Site) -> None:
    for path in ("/agent/", f"/agent/cases/{CASE}"):
        assert "단축키" in text_of(console.get(f"{path}?lang=ko-KR"))


def test_pages_run_no_script_of_others(console: Site, new_site: Callable[..., Site]) -> None:
    policy = console.get(f"/agent/cases/{CASE}").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
