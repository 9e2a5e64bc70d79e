"""Care over the whole site: levels on the board, raised cases, complaints step by step, data erased by telephone."""

import csv
import io
from datetime import timedelta

import pytest

from ivr.content.privacy_law import privacy_rules
from ivr.domain.cases import DANGER, ESCALATED, SENIOR, Case, CaseKind, CaseStatus, Customer, Tier
from ivr.domain.hearing import Hypothesis
from ivr.domain.turn import Turn
from ivr.errors import ContentError
from ivr.service.timeline import new_id
from ivr.understanding.public_holidays import PublicDays
from tests.conftest import ROOT
from tests.web.site import NUMBER, Site, text_of
from tests.web.test_console import CASE, KIM, case, kinds, send, served_by
from tests.web.test_console import console as console
from tests.web.test_sign_in import sign_in

BERLIN = "+4915112345678"


def rings(site: Site, number: str = NUMBER) -> tuple[str, Turn]:
    sid = f"CA{new_id()}"
    return sid, site.ivr.calls.arrive(sid, number, "+12025550100")


def says(site: Site, sid: str, turn: Turn, text: str) -> Turn:
    return site.ivr.calls.speech(sid, turn.number, [Hypothesis(text)], engine="carrier", audio_seconds=1.0)


def case_of(site: Site, sid: str) -> Case:
    with site.store.read() as uow:
        call = uow.calls.get(sid)
        found = uow.cases.get(call.case_id or "") if call is not None else None
    assert found is not None
    return found


def test_words_of_danger_and_of_upset_raise_the_case_and_are_timed_on_the_board(new_site) -> None:
    site = new_site(IVR_HEARING="gather")
    for text, priority in (("my charger caught fire", DANGER), ("this is ridiculous i am so angry", ESCALATED)):
        sid, turn = rings(site)
        says(site, sid, turn, text)
        raised = case_of(site, sid)
        assert (raised.priority, raised.escalated_at) == (priority, site.clock.now())
        site.ivr.calls.ended(sid)
        with site.store.begin() as uow:
            uow.cases.get(raised.id).move(CaseStatus.CLOSED)
            uow.commit()
    sid, turn = rings(site)
    says(site, sid, turn, "where is my fire stick, i am not angry")
    sid, turn = rings(site, "+12025550144")
    says(site, sid, turn, "there is a fire")
    sign_in(site)
    seen = []
    for minutes in (8, 2, 3):
        site.clock.advance(minutes * 60)
        row = text_of(site.get("/supervisor/")).partition("Escalations taken in hand")[2][:60]
        seen.append(("soon late: 1" in row, "late: 1" in row.replace("soon late: 1", "")))
    assert seen == [(False, False), (True, False), (False, True)]
    assert "상위 이관 건 처리 시작" in text_of(site.get("/supervisor/?lang=ko-KR"))
    rows = list(csv.DictReader(io.StringIO(site.get("/supervisor/levels.csv").text.removeprefix("\ufeff"))))
    assert [row["level"] for row in rows][-2:] == ["self_service", "automation"]
    assert next(row for row in rows if row["level"] == "escalation")["late"] == "1"
    assert "Service levels" in text_of(site.get("/supervisor/day?lang=en-US"))


def test_a_caller_who_grows_loud_gets_a_person_where_the_same_words_said_calmly_do_not(new_site) -> None:
    site = new_site(IVR_HEARING="gather")
    found = {}
    for level in (500.0, 1200.0, 0.0):
        sid, turn = rings(site)
        for words, loudness in (("track my order", 500.0), ("this is ridiculous", level)):
            said = [Hypothesis(words)]
            turn = site.ivr.calls.speech(sid, turn.number, said, engine="vosk", audio_seconds=1.0, level=loudness)
        found[level] = turn.say[0].key
        site.ivr.calls.ended(sid)
    assert [found[level] == "upset_to_person" for level in (500.0, 1200.0, 0.0)] == [False, True, False]


def test_a_case_that_comes_back_or_is_handed_up_goes_to_the_next_tier(console: Site) -> None:
    served_by(console, "Kim")
    with console.store.begin() as uow:
        uow.agents.by_number(KIM).skills = ("orders", SENIOR)
        mine = uow.cases.by_number(CASE)
        mine.tier = Tier.SPECIALIST
        uow.commit()
    assert "specialist" in text_of(console.get(f"/agent/cases/{CASE}"))
    assert send(console, f"cases/{CASE}/hand-up").status_code == 303
    raised = case(console)
    assert (raised.tier, raised.skill, raised.priority) == (Tier.HIGHER, SENIOR, ESCALATED)
    with console.store.read() as uow:
        promised = uow.callbacks.open_for_case("mine")
        assert (promised.skill, promised.priority) == (SENIOR, ESCALATED)
    assert send(console, f"cases/{CASE}/hand-up").status_code == 409
    page = text_of(console.get(f"/agent/cases/{CASE}"))
    assert "higher level raised 0 s ago, nobody has it yet" in page


def test_a_customer_who_calls_again_about_what_an_agent_had_is_one_tier_higher_once(console: Site) -> None:
    with console.store.begin() as uow:
        mine = uow.cases.by_number(CASE)
        mine.kind, mine.order_id, mine.tier = CaseKind.QUESTION, None, Tier.SPECIALIST
        console.ivr.engine.bookings.cancel(uow, f"{1:032x}", by="agent")
        uow.commit()
    seen = []
    for attended_at in (None, console.clock.now()):
        with console.store.begin() as uow:
            uow.cases.by_number(CASE).attended_at = attended_at
            uow.commit()
        console.clock.advance(60)
        sid, turn = rings(console)
        console.ivr.calls.keys(sid, turn.number, "0")
        console.ivr.calls.ended(sid)
        seen.append((case(console).tier, case(console).priority, kinds(console).count("case_raised")))
    assert seen == [(Tier.SPECIALIST, 2, 0), (Tier.HIGHER, ESCALATED, 1)]


def test_a_complaint_by_keys_is_taken_step_by_step_to_a_follow_up_call(console: Site) -> None:
    sid, turn = rings(console, "+12025550188")
    for key in ("7", "4", "3"):
        turn = console.ivr.calls.keys(sid, turn.number, key)
    opened = case_of(console, sid)
    assert (opened.kind, opened.step) == (CaseKind.COMPLAINT, "listen")
    console.ivr.calls.ended(sid)
    with console.store.begin() as uow:
        uow.agents.by_number(KIM).skills = ("general",)
        uow.commit()
    path = f"cases/{opened.number}/step"
    assert send(console, path, to="resolve").status_code == 409
    for to in ("investigate", "resolve"):
        console.clock.advance(60)
        assert send(console, path, to=to).status_code == 303
    answer = send(console, path, to="follow_up", when="at", date="2026-03-12", time="10:30")
    assert answer.status_code == 303, text_of(answer)
    with console.store.read() as uow:
        callback = uow.callbacks.open_for_case(opened.id)
        steps = [e.data["step"] for e in uow.events.of_case(opened.id) if e.kind == "complaint_step"]
    assert callback.due_at.isoformat() == "2026-03-12T14:30:00+00:00"
    assert steps == ["listen", "investigate", "resolve", "follow_up"]
    page = text_of(console.get(f"/agent/cases/{opened.number}"))
    assert "Follow-up call promised, 10 Mar" in page


def test_a_caller_from_germany_is_forgotten_but_for_what_was_paid(new_site) -> None:
    site = new_site(IVR_COUNTRIES="US,DE", IVR_HEARING="gather")
    with site.store.begin() as uow:
        uow.customers.add(Customer(id="c", number=BERLIN, name="Ada", locale="en-US"))
        uow.commit()
    before, turn = rings(site, BERLIN)
    says(site, before, turn, "where is my parcel")
    site.ivr.calls.ended(before)
    sid, turn = rings(site, BERLIN)
    turn = says(site, sid, turn, "erase my data")
    assert turn.state == "erase_confirm"
    turn = site.ivr.calls.keys(sid, turn.number, "1")
    assert turn.state == "account_code"
    assert site.ivr.calls.keys(sid, turn.number, site.code()).state == "ended"
    site.ivr.calls.ended(sid)
    with site.store.read() as uow:
        assert uow.customers.by_number(BERLIN) is None
        for call in (uow.calls.get(before), uow.calls.get(sid)):
            assert (call.from_number, call.customer_id, call.dialogue) == (None, None, None)
            words = [e.data for e in uow.overview.call_events(call.sid) if e.kind in ("heard", "said", "keyed")]
            assert words
            assert not any(words)
        line = uow.staff.log_lines(1)[0]
    assert (line.what, line.name, line.about) == ("data_erased", "customer", "…78")


def test_a_caller_from_elsewhere_is_not_forgotten_by_telephone(new_site) -> None:
    site = new_site(IVR_HEARING="gather")
    sid, turn = rings(site)
    says(site, sid, turn, "delete my data")
    assert case_of(site, sid).kind is CaseKind.DELETE_DATA
    with site.store.read() as uow:
        assert uow.customers.by_number(NUMBER) is not None


def test_german_call_logs_go_after_fourteen_days_and_others_stay(new_site) -> None:
    site = new_site(IVR_COUNTRIES="US,DE")
    german, american = (rings(site, number)[0] for number in (BERLIN, NUMBER))
    for sid in (german, american):
        site.ivr.calls.ended(sid)
    for days, kept in ((13, BERLIN), (2, None)):
        site.clock.advance(timedelta(days=days).total_seconds())
        site.ivr.engine.retention.sweep()
        with site.store.read() as uow:
            assert uow.calls.get(german).from_number == kept
            assert uow.calls.get(american).from_number == NUMBER


def test_the_law_is_read_with_its_mistakes_named(tmp_path) -> None:
    rules = privacy_rules(ROOT / "grammars", PublicDays)
    assert (rules.may_erase(BERLIN), rules.may_erase("+33123456789"), rules.call_log_days) == (True, False, {"+49": 14})
    assert not privacy_rules(tmp_path, PublicDays).may_erase(BERLIN)
    row = "call_logs: [{name: X, source: s, "
    for text in (
        "x: []",
        'unasked_calls: [{name: X, source: s, numbers: ["+1"], hours: "Mon 09:00-10:00"}]',
        "unasked_calls: [{name: X, source: s, regions: [US-XX], hours: Mon 09:00-10:00}]",
        row + "days: 14}]",
        row + 'numbers: ["49"], days: 14}]',
        row + 'numbers: ["+49"], days: 0}]',
    ):
        (tmp_path / "privacy.yaml").write_text(text)
        with pytest.raises(ContentError, match=r"privacy\.yaml:1"):
            privacy_rules(tmp_path, PublicDays)
