"""Whose clock a named time is on: asked where the number may lie in several, answered by key or word, read back."""

from datetime import timedelta

from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue import heard
from ivr.domain.moments import Resolved, When
from ivr.domain.turn import At, Clock
from tests.domain.dialogue.talk import CALLER, NOW, Talk

AT = NOW + timedelta(hours=4)
BOISE, PACIFIC = "America/Boise", "America/Los_Angeles"
ZONES = (heard.OfferedZone(BOISE, "Mountain Time"), heard.OfferedZone(PACIFIC, "Pacific Time"))
ASKED = heard.MomentResolved(Resolved(AT), NOW, ZONES)
HALF_PAST_THREE = When(hour=15, minute=30, half="24")


def asked() -> Talk:
    talk = Talk(ResolveMoment=ASKED).presses("5", "2", "1530")
    assert talk.prompts == ["ask_zone", "ask_zone_key", "ask_zone_key"]
    talk._results[wanted.ResolveMoment] = heard.MomentResolved(Resolved(AT + timedelta(hours=1)), NOW)
    return talk


def test_the_clock_that_is_keyed_resolves_the_time_anew_and_is_told_with_the_day() -> None:
    talk = asked().presses("2")
    assert talk.wanted(wanted.ResolveMoment) == [wanted.ResolveMoment(HALF_PAST_THREE)] * 2
    assert (talk.dialogue.caller.zone, talk.dialogue.caller.zone_said) == (PACIFIC, True)
    told, confirm = talk.dialogue.turn.say
    assert told.args == {"zone": Clock(PACIFIC, (BOISE, PACIFIC))}
    assert confirm.args["when"] == At(AT + timedelta(hours=1), PACIFIC, NOW)
    assert talk.presses("1").wanted(wanted.Book) == [wanted.Book(AT + timedelta(hours=1), CALLER.number)]


def test_the_clock_may_be_said_and_what_is_no_answer_is_asked_again() -> None:
    talk = asked()
    assert [choice.phrases for choice in talk.dialogue.turn.expects.choices] == [("Mountain Time",), ("Pacific Time",)]
    assert talk.means("choice", index=7).state == "zone"
    assert talk.mumbles().state == "zone"
    assert talk.means("choice", index=1).dialogue.caller.zone == BOISE


def test_another_number_has_a_clock_of_its_own() -> None:
    talk = asked().presses("2")
    checked = heard.NumberChecked("+12085550177", zone=BOISE)
    talk.hears(checked).presses("1")
    assert (talk.dialogue.caller.zone, talk.dialogue.caller.zone_said) == (BOISE, False)
