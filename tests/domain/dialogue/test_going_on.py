"""A case that was begun lately is offered to go on, and anything else may be asked for instead."""

from dataclasses import replace

from ivr.domain.dialogue import Begun, Caller, Dialogue, State, effects, start, step
from ivr.domain.dialogue.heard import CaseOpened, Key, Speech
from ivr.domain.intents import Certainty, Intent, Meaning
from tests.domain.dialogue.talk import NOW, ORDER

CASE = Begun("c1", "0000018", "track_order", ORDER)


def greeted(case: Begun = CASE) -> Dialogue:
    return start(Caller(number="+12025550143", begun=case), ("en-US",), NOW)


def test_case_about_an_order_is_taken_up_and_the_rules_are_asked_anew() -> None:
    dialogue = greeted()
    assert [say.key for say in dialogue.turn.say] == ["greeting", "go_on"]
    taken = step(dialogue, Key("1"))
    assert taken.effects == (effects.OpenCase(effects.CaseKind.TRACK_ORDER, "", ORDER.id, case_id="c1"),)
    (decides,) = step(taken.dialogue, CaseOpened("c1", "0000018", NOW)).effects
    assert isinstance(decides, effects.Decide)
    assert (decides.order_id, decides.case_id) == (ORDER.id, "c1")


def test_case_without_an_order_leads_to_a_person_and_no_leads_to_the_menu() -> None:
    dialogue = greeted(replace(CASE, kind="question", order=None))
    kinds = [type(effect) for effect in step(dialogue, Key("1")).effects]
    assert kinds == [effects.OpenCase, effects.EstimateWait]
    assert step(dialogue, Key("2")).dialogue.state is State.MENU


def test_another_request_is_understood_in_its_place() -> None:
    meaning = Meaning("cancel my order", (Intent("cancel_order"),), Certainty.EXACT)
    assert step(greeted(), Speech(meaning)).dialogue.state is State.ORDER_NUMBER
