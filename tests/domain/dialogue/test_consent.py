"""A caller who waited is asked whether they may be recorded: only a plain yes is one; all are joined with the agent."""

from dataclasses import replace

import pytest

from ivr.domain.consent import Consent, Rule
from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue import heard
from ivr.domain.intents import Certainty, Intent
from ivr.domain.turn import Next
from tests.domain.dialogue.talk import CALLER, Talk

READY = heard.AgentReady("attempt-1", Rule.ASK)


def asked() -> Talk:
    talk = Talk().hears(READY)
    assert (talk.prompts, talk.dialogue.turn.next) == (["recording_ask"], Next.LISTEN)
    return talk


def noted(talk: Talk) -> list[wanted.NoteConsent]:
    return [effect for effect in talk.effects if isinstance(effect, wanted.NoteConsent)]


def test_where_it_is_enough_to_tell_they_are_told_and_joined() -> None:
    talk = Talk().hears(heard.AgentReady("attempt-1", Rule.TELL))
    assert (talk.prompts, talk.dialogue.turn.next) == (["recording_told", "agent_joins"], Next.JOIN)
    assert noted(talk) == [wanted.NoteConsent(Consent.TOLD)]


def test_where_nothing_is_recorded_nothing_is_said_of_it() -> None:
    talk = Talk().hears(heard.AgentReady("attempt-1"))
    assert (talk.prompts, noted(talk)) == (["agent_joins"], [])


def test_yes_in_words_or_by_key_is_noted_with_what_was_said() -> None:
    spoken = asked().says(Intent("yes"), text="yes please")
    assert spoken.prompts == ["recording_agreed", "agent_joins"]
    assert noted(spoken) == [wanted.NoteConsent(Consent.YES, "yes please")]
    assert noted(asked().presses("1")) == [wanted.NoteConsent(Consent.YES, "1")]


@pytest.mark.parametrize(
    ("answer", "consent"),
    [
        (lambda talk: talk.presses("2"), Consent.NO),
        (lambda talk: talk.means("no"), Consent.NO),
        (lambda talk: talk.is_silent(), Consent.SILENCE),
        (lambda talk: talk.mumbles(), Consent.UNCLEAR),
        (lambda talk: talk.presses("0"), Consent.UNCLEAR),
        (lambda talk: talk.means("agent"), Consent.UNCLEAR),
        (lambda talk: talk.says(Intent("yes"), certainty=Certainty.FUZZY), Consent.UNCLEAR),
    ],
)
def test_whatever_else_is_answered_they_are_joined_unrecorded(answer, consent) -> None:  # type: ignore[no-untyped-def]
    talk = answer(asked())
    assert (talk.prompts, talk.dialogue.turn.next) == (["recording_declined", "agent_joins"], Next.JOIN)
    assert talk.dialogue.turn.conference == "attempt-1"
    assert [note.consent for note in noted(talk)] == [consent]


def test_agent_who_is_lost_meanwhile_leads_back_to_the_music_and_the_next_one_does_not_ask_again() -> None:
    talk = asked().hears(heard.AgentLost())
    assert talk.state == "holding"
    joined = asked().presses("1").hears(heard.AgentLost()).hears(READY)
    assert joined.prompts == ["recording_agreed", "agent_joins"]


def test_caller_who_was_cut_off_goes_back_into_the_line_or_to_the_menu() -> None:
    caller = heard.HeldPlace("CA1", "case", "1234566")
    returned = replace(CALLER, place=caller)
    talk = Talk(returned, EnterLine=heard.InLine(agent_free=False, kept_seconds=600))
    assert talk.prompts == ["greeting", "place_kept"]
    back = talk.presses("1")
    assert back.prompts == ["hold_started", "hold_kept"]
    assert back.effects == [wanted.EnterLine("CA1")]
    assert Talk(returned).presses("2").state == "menu"
