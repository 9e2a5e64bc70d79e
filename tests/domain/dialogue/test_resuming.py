"""Whoever has a code goes on with its callback, from any telephone."""

from datetime import timedelta

from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue import heard
from tests.domain.dialogue.talk import NOW, Talk

THEIRS = heard.OpenCallback("cb", NOW + timedelta(minutes=30), True, "their case")
FOUND = heard.CodeFound(THEIRS, "their case", "0000018")


def test_caller_without_a_callback_is_asked_for_a_code() -> None:
    assert Talk().presses("6").prompts == ["existing_callback_none", "ask_resume_code"]
    assert Talk().means("existing_callback", action="hear").prompts == ["existing_callback_none", "ask_resume_code"]


def test_code_by_keys_and_by_words_leads_to_its_callback() -> None:
    keyed, spoken = Talk(FindByCode=FOUND).presses("6"), Talk(FindByCode=FOUND).presses("6")
    for talk in (keyed.presses("123456"), spoken.means("digits", value="123456")):
        assert talk.wanted(wanted.FindByCode) == [wanted.FindByCode("123456")]
        assert talk.prompts == ["existing_callback_by", "existing_callback_menu"]


def test_agent_after_a_code_goes_on_with_its_case() -> None:
    talk = Talk(FindByCode=FOUND).presses("6", "123456", "0", "3")
    assert talk.wanted(wanted.OpenCase) == []
    assert (talk.state, talk.dialogue.case_id) == ("holding", "their case")


def test_callback_found_by_its_code_is_moved_and_canceled() -> None:
    assert Talk(FindByCode=FOUND).presses("6", "123456", "3", "1").wanted(wanted.CancelCallback)
    moved = Talk(FindByCode=FOUND).presses("6", "123456", "2", "1")
    assert moved.wanted(wanted.Move) == [wanted.Move("cb", None)]


def test_callback_that_waits_for_a_person_leads_to_an_agent_or_another_promise() -> None:
    talk = Talk(FindByCode=heard.CodeFound(None, "their case", "0000018")).presses("6", "123456")
    assert (talk.prompts, talk.dialogue.case_id) == (["offer_callback_wait"], "their case")


def test_wrong_code_is_asked_again_twice_and_then_the_menu_is_offered() -> None:
    talk = Talk(FindByCode=heard.CodeUnknown(locked=False)).presses("6", "111111")
    assert talk.prompts == ["resume_code_wrong", "ask_resume_code"]
    assert talk.presses("222222").prompts == ["resume_code_wrong", "ask_resume_code"]
    assert talk.presses("333333").prompts == ["resume_code_wrong", "menu"]


def test_after_too_many_tries_no_code_is_asked_for() -> None:
    talk = Talk(FindByCode=heard.CodeUnknown(locked=True)).presses("6", "123456")
    assert talk.prompts == ["resume_code_locked", "menu"]


def test_star_leaves_the_question_of_the_code() -> None:
    assert Talk().presses("6", "*").prompts == ["menu"]
