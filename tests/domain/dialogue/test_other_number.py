"""Another number than the caller's: for the callback that is open, or for the one that is wanted."""

from dataclasses import replace
from datetime import timedelta

from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue import heard
from ivr.domain.turn import Spelled
from tests.domain.dialogue.talk import CALLER, NOW, Talk

OPEN = heard.OpenCallback("cb", NOW + timedelta(hours=1), asap=True, case_id="case")
NEW = "+12025550177"
KNOWN = replace(CALLER, callback=OPEN)
CHANGED = heard.CallbackBooked(OPEN, NOW)


def test_open_callback_is_given_another_number_which_is_read_back_first() -> None:
    talk = Talk(KNOWN, ChangeNumber=CHANGED).presses("5")
    assert talk.prompts == ["ask_callback_number"]
    assert talk.means("digits", value="2025550177").prompts == ["confirm_callback_number"]
    assert talk.wanted(wanted.ChangeNumber) == []
    talk.presses("1")
    assert talk.wanted(wanted.ChangeNumber) == [wanted.ChangeNumber("cb", NEW)]
    assert talk.prompts == ["callback_renumbered", "anything_else"]
    assert talk.dialogue.turn.say[0].args == {"number": Spelled(NEW.lstrip("+"))}


def test_number_that_was_misheard_is_asked_for_again() -> None:
    talk = Talk(KNOWN, ChangeNumber=CHANGED).means("existing_callback", action="number")
    assert talk.means("digits", value="2025550177").presses("2").prompts == ["ask_callback_number"]
    assert talk.wanted(wanted.ChangeNumber) == []


def test_number_that_cannot_be_had_is_explained_and_the_callback_stays_as_it_is() -> None:
    refused = heard.CallbackNotBooked("exists", NOW, replace(OPEN, id="other", case_id="other"))
    talk = Talk(KNOWN, ChangeNumber=refused).presses("5").means("digits", value="2025550177").presses("1")
    assert talk.prompts == ["callback_refused_exists", "anything_else"]
    assert talk.means("existing_callback", action="hear").prompts[0] == "existing_callback_by"


def test_number_may_be_named_before_a_callback_is_asked_for() -> None:
    talk = Talk().means("existing_callback", action="number")
    assert talk.prompts == ["ask_callback_number"]
    assert talk.means("digits", value="2025550177").presses("1").prompts == ["offer_callback"]
    talk.presses("1")
    assert [(book.at, book.number) for book in talk.wanted(wanted.Book)] == [(None, NEW)]


def test_change_that_was_given_up_changes_nothing_later() -> None:
    talk = Talk(KNOWN).presses("5").presses("*").means("callback")
    assert talk.prompts[0] == "existing_callback_by"
    assert talk.dialogue.renumbers_id == ""
