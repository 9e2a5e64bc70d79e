"""Callers who are upset or in danger get a person before they ask; complaints; data that is erased."""

from dataclasses import replace
from typing import Any

import pytest

from ivr.domain.cases import CaseKind
from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue import heard
from ivr.domain.dialogue.account_talk import CheckCode, CodeChecked, CodeSent, ProveNumber
from ivr.domain.dialogue.values import State
from ivr.domain.intents import Certainty, Intent, Meaning
from ivr.domain.upset import Mood
from tests.domain.dialogue.talk import CALLER, Talk

FREE = heard.WaitEstimated(0, 60, agent_free=True)
FURIOUS, DANGER = Mood(upset=2), Mood(danger=True)
ERASER = replace(CALLER, may_erase=True)


def shouts(talk: Talk, mood: Mood, *intents: Intent) -> Talk:
    certainty = Certainty.EXACT if intents else Certainty.NONE
    return talk.hears(heard.Speech(Meaning("this is ridiculous", intents, certainty, mood=mood)))


def prompts(talk: Talk) -> list[str]:
    return [say.key for say in talk.dialogue.turn.say]


def kinds(talk: Talk) -> list[str]:
    return [type(effect).__name__ for effect in talk.effects]


def test_who_is_upset_is_connected_without_asking_and_goes_before_others() -> None:
    talk = shouts(Talk(EstimateWait=FREE), FURIOUS, Intent("track_order"))
    assert kinds(talk) == ["OpenCase", "RaiseCase", "EstimateWait", "EnterLine"]
    assert talk.effects[1] == wanted.RaiseCase("upset")
    assert prompts(talk)[0] == "upset_to_person"
    assert talk.dialogue.state is State.HOLDING


def test_one_cross_word_is_no_reason() -> None:
    talk = shouts(Talk(), Mood(upset=1), Intent("track_order"))
    assert talk.dialogue.state is State.ORDER_NUMBER
    assert talk.effects == []


def test_nobody_is_hurried_twice_for_being_upset_but_danger_still_counts() -> None:
    talk = shouts(shouts(Talk(), FURIOUS), FURIOUS)
    assert kinds(talk).count("RaiseCase") == 1
    assert talk.dialogue.state is State.OFFER
    shouts(talk, DANGER)
    assert [e.cause for e in talk.effects if isinstance(e, wanted.RaiseCase)] == ["upset", "danger"]
    assert talk.dialogue.state is State.HOLDING


def test_who_is_in_danger_waits_at_the_front_unless_nobody_is_there_for_hours() -> None:
    talk = shouts(Talk(), DANGER)
    assert kinds(talk)[-1] == "EnterLine"
    assert prompts(talk)[0] == "danger_to_person"
    night = shouts(Talk(EstimateWait=heard.WaitEstimated(30000, 33600, agent_free=False)), DANGER)
    assert night.dialogue.state is State.OFFER


def test_danger_on_hold_moves_to_the_front_and_holds_on() -> None:
    talk = Talk(EstimateWait=FREE).means("agent")
    assert talk.dialogue.state is State.HOLDING
    shouts(talk, DANGER)
    assert talk.effects[-1] == wanted.RaiseCase("danger")
    assert talk.dialogue.state is State.HOLDING


def test_an_agent_is_had_by_asking_whatever_the_temper() -> None:
    talk = Talk(EstimateWait=FREE).means("agent")
    assert "RaiseCase" not in kinds(talk)
    assert talk.dialogue.state is State.HOLDING


def test_a_complaint_by_words_or_keys_is_a_case_of_its_own_with_its_number_said() -> None:
    for talk in (Talk(EstimateWait=FREE).means("complaint"), Talk(EstimateWait=FREE).means("question")):
        if talk.dialogue.state is not State.HOLDING:
            talk.hears(heard.QuestionsRead((heard.Answer("a", "A", "A."),) * 3)).hears(heard.Key("4"))
        opened = [e for e in talk.effects if isinstance(e, wanted.OpenCase)]
        assert [e.kind for e in opened] == [CaseKind.COMPLAINT]
        assert prompts(talk)[0] == "complaint_opened"
        assert talk.dialogue.state is State.HOLDING


def test_data_is_erased_after_a_clear_yes_and_the_code_alone() -> None:
    answers = {"ProveNumber": CodeSent(True), "CheckCode": CodeChecked(True, False), "EraseData": heard.DataErased()}
    talk = Talk(ERASER, **answers).means("delete_data")
    assert talk.dialogue.state is State.ERASE_CONFIRM
    for _ in range(2):
        talk.says(Intent("yes"), certainty=Certainty.FUZZY)
    assert talk.effects == []
    talk.means("yes")
    assert (talk.effects, talk.dialogue.state) == ([ProveNumber()], State.ACCOUNT_CODE)
    talk.means("digits", value="123456")
    assert talk.effects == [ProveNumber(), CheckCode("", "123456"), wanted.EraseData()]
    assert (talk.dialogue.state, prompts(talk)[0]) == (State.ENDED, "delete_done")


@pytest.mark.parametrize("answers", [{"ProveNumber": CodeSent(False)}, {"CheckCode": CodeChecked(False, True)}])
def test_without_the_code_a_person_decides_and_nothing_is_erased(answers: dict[str, Any]) -> None:
    talk = Talk(ERASER, **{"ProveNumber": CodeSent(True)} | answers).means("delete_data").means("yes")
    if talk.dialogue.state is State.ACCOUNT_CODE:
        talk.means("digits", value="000000")
    assert wanted.EraseData() not in talk.effects
    assert [e.kind for e in talk.effects if isinstance(e, wanted.OpenCase)] == [CaseKind.DELETE_DATA]


def test_no_keeps_everything_and_other_countries_and_hidden_numbers_get_a_person() -> None:
    talk = Talk(ERASER).means("delete_data").means("no")
    assert (talk.effects, prompts(talk)[0]) == ([], "delete_kept")
    abroad = Talk(CALLER).means("delete_data")
    assert [type(e) for e in abroad.effects] == [wanted.OpenCase, wanted.EstimateWait]
    hidden = Talk(replace(CALLER, number=None)).means("delete_data")
    assert prompts(hidden)[0] == "delete_no_number"
