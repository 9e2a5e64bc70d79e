"""What supervisors read and cannot change there: menus and prompts, who hears what, the log of a call turn by turn."""

from datetime import timedelta

import pytest

from ivr.content.model import LocaleGrammar, Once
from ivr.domain.calls import Call
from ivr.domain.cases import Event
from ivr.domain.staff import StaffRole
from ivr.errors import ContentError
from tests.web.site import NUMBER, Site, text_of
from tests.web.test_console import CASE, fill
from tests.web.test_sign_in import SECRET, accounts, sign_in

SID = "CA" + "7" * 32
HEARD = {
    "turn": 1, "text": "where is my order", "engine": "vosk", "fit": 0.91, "audio_seconds": 1.64, "certainty": "sure",
    "readings": [{"text": "where is my order", "score": -0.4}, {"text": "where is the order", "score": -1.7}],
    "intents": [{"name": "track_order"}],
}  # fmt: skip
SAID = {"text": "Tell me <b>now</b>.", "turn": 0, "state": "menu", "locale": "en-US", "prompts": ["menu", "gone"]}
DECIDED = {
    "topic": "return", "country": "US", "decision": "allow", "rule": "in_time", "facts": {"days": 3}, "amount_minor": 0,
    "currency": "", "chain": [
        {"fate": "decided", "rule": "in_time", "region": "", "says": "thirty days", "source": "returns.yaml:12",
         "tested": [["days", "at_most", 30, 3, True]]},
    ],
}  # fmt: skip


@pytest.fixture
def board(site: Site) -> Site:
    """A supervisor is signed in; a call was answered."""
    fill(site)
    now = site.clock.now()
    with site.store.begin() as uow:
        call = Call(sid=SID, from_number=NUMBER, case_id="mine", started_at=now, turn=2)
        call.ended_at = now + timedelta(seconds=75)
        uow.calls.add(call)
        told = (("said", SAID), ("keyed", {"keys": "12", "turn": 1}), ("heard", HEARD), ("decided", DECIDED))
        for serial, (kind, data) in enumerate(told):
            uow.events.add(Event(id=f"t{serial}", at=now, kind=kind, call_sid=SID, data=data))
        uow.commit()
    sign_in(site)
    return site


@pytest.mark.parametrize("path", ["content", "hearing", "calls", f"calls/{SID}"])
def test_agents_read_none_of_it(site: Site, path: str) -> None:
    fill(site)
    accounts(site).add("Kim", StaffRole.AGENT, SECRET, "Kim")
    sign_in(site, "Kim", SECRET)
    assert site.get(f"/supervisor/{path}").status_code == 403


def test_prompts_are_found_by_their_words_with_file_and_line(board: Site) -> None:
    page = text_of(board.get("/supervisor/content?of=ko-KR&kind=prompts&q=%EC%A3%BC%EB%AC%B8%EB%B2%88%ED%98%B8"))
    assert "Nothing fits." not in (found := text_of(board.get("/supervisor/content?kind=prompts&q=last SEVEN digits")))
    assert "ask_order_number" in found
    assert "grammars/en-US/prompts.yaml:" in found
    assert "ko-KR" in page


def test_the_menu_is_shown_with_its_keys(board: Site) -> None:
    page = text_of(board.get("/supervisor/content"))
    for text in ("1 track order", "0 agent", "* go back", "menu_rephrase", "2 if it says delivered"):
        assert text in page


def test_what_callers_may_say_is_shown_with_file_and_line(board: Site) -> None:
    page = text_of(board.get("/supervisor/content?kind=sentences&q=track_order"))
    assert "grammars/en-US/sentences/track_order.yaml:" in page
    assert "cancel_order.yaml" not in page


@pytest.mark.parametrize("asked", ["of=xx-XX", "kind=%00", "q=" + "x" * 5000, "q=%3Cscript%3E", "of=../../etc"])
def test_absurd_questions_find_nothing_and_break_nothing(board: Site, asked: str) -> None:
    answer = board.get(f"/supervisor/content?{asked}")
    assert (answer.status_code, "<script>" in answer.text) == (200, False)


def test_hearing_and_health_are_told_as_the_doctor_does(board: Site) -> None:
    page = text_of(board.get("/supervisor/hearing"))
    for text in ("keys alone (IVR_HEARING=keypad)", "dispatcher note none is running python -m ivr serve", "en-US"):
        assert text in page
    assert "needs a hand" not in page


def test_grammars_that_no_call_has_needed_are_read_when_somebody_asks(
    board: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(board.ivr.content.locales["en-US"]), "grammar", Once(LocaleGrammar))
    assert "not read yet" in text_of(board.get("/supervisor/hearing"))
    assert "not read yet" not in text_of(board.get("/supervisor/hearing?all=1"))


def test_a_broken_grammar_is_named_with_its_file_and_line(board: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ContentError("en-US/sentences/yes.yaml:3: broken YAML")

    locale = board.ivr.content.locales["en-US"]
    monkeypatch.setitem(vars(locale), "grammar", Once(broken))
    assert "yes.yaml:3: broken YAML" in text_of(board.get("/supervisor/hearing?all=1"))
    assert "yes.yaml:3: broken YAML" in text_of(board.get("/supervisor/content?kind=sentences"))


def test_a_call_is_found_from_the_list_and_from_its_case(board: Site) -> None:
    assert f'href="/supervisor/calls/{SID}"' in board.get("/supervisor/calls").text
    assert f'href="/supervisor/calls/{SID}"' in board.get(f"/supervisor/cases/{CASE}").text
    listed = text_of(board.get("/supervisor/calls"))
    assert f"…43 en-US {CASE} 2 75 s" in listed
    assert NUMBER not in listed


def test_each_turn_tells_what_was_heard_how_surely_and_why_it_was_answered_so(board: Site) -> None:
    page = board.get(f"/supervisor/calls/{SID}")
    told = text_of(page)
    for text in (
        "heard by vosk; fit 0.91; 1.64 s of sound; taken for: track_order() (sure)",
        "where is the order -1.7",
        "en-US/sentences/track_order.yaml:",
        "state: menu",
        " menu",
        "return in US: allow by in_time",
        "thirty days [returns.yaml:12]",
    ):
        assert text in told
    assert "<b>now</b>" not in page.text
    assert "call seen" in text_of(board.get("/supervisor/audit"))


def test_calls_that_nobody_made_are_not_found_and_pages_of_calls_go_on(board: Site) -> None:
    assert board.get("/supervisor/calls/CA" + "8" * 32).status_code == 404
    now = board.clock.now()
    with board.store.begin() as uow:
        for serial in range(55):
            began = now - timedelta(minutes=serial + 1)
            uow.calls.add(Call(sid=f"CA{serial:032}", from_number=None, started_at=began))
        uow.commit()
    first = board.get("/supervisor/calls")
    assert first.text.count("<tr>") == 51
    older = first.text.split("/supervisor/calls?before=")[1].split('"')[0]
    assert board.get(f"/supervisor/calls?before={older}").text.count("<tr>") == 7
