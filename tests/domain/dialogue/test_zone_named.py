"""A zone named with a time ("three p.m. Eastern"): it counts instead of the number's, and is told with the time."""

from dataclasses import replace
from datetime import timedelta

from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue import heard
from ivr.domain.moments import AskBack, Resolved, Unresolved, When
from ivr.domain.turn import At, Clock
from tests.domain.dialogue.talk import CALLER, NOW, Talk

EASTERN = "America/New_York"
AT = NOW + timedelta(hours=4)
THREE = When(day_offset=1, hour=3, minute=0, zone=EASTERN)


def test_time_is_read_back_on_the_named_clock_with_its_name_and_promised_by_it() -> None:
    talk = Talk(ResolveMoment=heard.MomentResolved(Resolved(AT), NOW)).means("callback", when=THREE)
    told, confirm = talk.dialogue.turn.say
    assert (told.key, told.args) == ("zone_told", {"zone": Clock(EASTERN)})
    assert confirm.args["when"] == At(AT, EASTERN, NOW)
    assert talk.presses("1").wanted(wanted.Book) == [wanted.Book(AT, CALLER.number)]


def test_zone_is_kept_while_the_rest_is_asked_and_told_only_once() -> None:
    lacking = heard.MomentResolved(Unresolved(AskBack.AM_OR_PM), NOW)
    talk = Talk(ResolveMoment=lacking).means("callback", when=THREE)
    assert talk.prompts[0] == "zone_told"
    talk._results[wanted.ResolveMoment] = heard.MomentResolved(Resolved(AT), NOW)
    assert talk.means("moment", when=When(part="afternoon")).prompts == ["confirm_moment"]
    assert talk.wanted(wanted.ResolveMoment)[-1].when == replace(THREE, half="pm")


def test_zone_alone_corrects_the_time_that_was_read_back() -> None:
    talk = Talk(ResolveMoment=heard.MomentResolved(Resolved(AT), NOW)).means("callback", when=replace(THREE, zone=None))
    assert talk.prompts == ["confirm_moment"]
    assert talk.means("moment", when=When(zone=EASTERN)).prompts == ["zone_told", "confirm_moment"]
    assert talk.wanted(wanted.ResolveMoment)[-1] == wanted.ResolveMoment(THREE)


def test_another_number_does_not_lose_the_zone() -> None:
    talk = Talk(ResolveMoment=heard.MomentResolved(Resolved(AT), NOW)).means("callback", when=THREE)
    checked = heard.NumberChecked("+12085550177", zone="America/Boise")
    talk.hears(checked).presses("1")
    assert talk.dialogue.caller.zone == EASTERN
