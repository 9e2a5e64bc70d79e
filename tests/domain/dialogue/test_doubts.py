"""What was heard only vaguely is confirmed or asked again: nothing is done meanwhile."""

from dataclasses import replace

import pytest

from ivr.domain.dialogue import Caller
from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue.questions import QUESTIONS
from ivr.domain.dialogue.values import State
from ivr.domain.intents import Certainty, Intent
from ivr.domain.moments import When
from tests.domain.dialogue.talk import CALLER, CLAIM, ORDER, Talk

THREE = When(hour=3, minute=0, half="pm", day_offset=1)
ASAP = When(asap=True)
HARMLESS = (wanted.FindOrders, wanted.ResolveMoment, wanted.EstimateWait, wanted.ReadOrders, wanted.CheckNumber)
"""Effects that only look something up, and those of the turn before."""


def vaguely(talk: Talk, name: str, **slots: str | int | When) -> Talk:
    return talk.says(Intent(name, slots), certainty=Certainty.FUZZY)


def two_orders() -> Caller:
    return replace(CALLER, orders=(ORDER, replace(ORDER, id="21123456781234568", item="desk lamp")))


def at_offer() -> Talk:
    return Talk().means("agent")


@pytest.mark.parametrize("name", ["agent", "hold"])
def test_agent_heard_vaguely_in_the_menu_is_confirmed_before_anybody_is_rung(name: str) -> None:
    talk = vaguely(Talk(), name)
    assert (talk.state, talk.effects) == ("intent_confirm", [])
    assert talk.dialogue.turn.say[0].args["what"].key == "intent_hold"  # type: ignore[union-attr]
    assert talk.means("yes").state == "offer"


def test_agent_heard_vaguely_inside_a_question_is_asked_again() -> None:
    talk = vaguely(Talk().means("track_order"), "agent")
    assert (talk.state, talk.prompts[0], talk.effects) == ("order_number", "not_understood", [])


@pytest.mark.parametrize("name", ["yes", "no", "repeat", "slower", "go_back", "keypad", "cancel"])
def test_vague_answers_and_commands_are_asked_again(name: str) -> None:
    talk = vaguely(Talk(replace(CALLER, orders=(ORDER,))).means("track_order"), name)
    assert (talk.state, talk.prompts[0]) == ("order_confirm", "not_understood")
    assert talk.effects == []


def test_vague_yes_to_a_callback_promises_nothing() -> None:
    talk = vaguely(at_offer(), "yes")
    assert (talk.state, talk.prompts[0]) == ("offer", "not_understood")
    assert not talk.wanted(wanted.Book)


def test_vague_answer_that_is_given_again_is_taken() -> None:
    talk = vaguely(vaguely(at_offer(), "yes"), "yes")
    assert talk.wanted(wanted.Book)


def test_vague_answer_after_another_one_is_asked_again() -> None:
    talk = vaguely(vaguely(Talk(replace(CALLER, orders=(ORDER,))).means("track_order"), "no"), "yes")
    assert (talk.state, talk.prompts[0]) == ("order_confirm", "not_understood")


def test_vague_answer_to_an_earlier_question_counts_no_more() -> None:
    talk = vaguely(Talk(replace(CALLER, orders=(ORDER,))).means("track_order"), "no").means("go_back")
    vaguely(talk.means("track_order"), "no")
    assert (talk.state, talk.prompts[0]) == ("order_confirm", "not_understood")


def test_vague_moment_is_read_back_as_any_moment_is() -> None:
    talk = vaguely(at_offer(), "moment", when=THREE)
    assert (talk.state, talk.wanted(wanted.Book)) == ("moment_confirm", [])


def test_vague_as_soon_as_possible_is_asked_again_for_it_would_be_promised_at_once() -> None:
    talk = vaguely(at_offer(), "moment", when=ASAP)
    assert (talk.state, talk.prompts[0], talk.wanted(wanted.Book)) == ("offer", "not_understood", [])


def test_vague_digits_are_looked_up_and_the_order_is_confirmed() -> None:
    talk = vaguely(Talk().means("track_order"), "digits", value="1234567")
    assert talk.state == "order_confirm"


def test_vaguely_picked_order_is_confirmed() -> None:
    talk = vaguely(Talk(two_orders()).means("track_order"), "choice", index=2)
    assert (talk.state, talk.dialogue.order) == ("order_confirm", two_orders().orders[1])
    assert talk.effects == []


def test_vaguely_picked_request_is_confirmed() -> None:
    talk = Talk().mumbles().mumbles()
    assert talk.state == "menu_three"
    vaguely(talk, "choice", index=1)
    assert (talk.state, talk.dialogue.doubt) == ("intent_confirm", Intent(talk.dialogue.offered[0]))


@pytest.mark.parametrize("index", [0, 9])
def test_vague_choice_of_what_was_not_offered_is_asked_again(index: int) -> None:
    talk = vaguely(Talk(two_orders()).means("track_order"), "choice", index=index)
    assert (talk.state, talk.prompts[0]) == ("order_pick", "not_understood")


def test_vague_words_on_hold_leave_the_caller_in_line() -> None:
    talk = at_offer().means("hold")
    assert talk.state == "holding"
    turn = talk.dialogue.turn
    assert vaguely(talk, "agent").dialogue.turn == turn


# In CONSENT vague words are no consent, and that is noted: test_consent.py.
@pytest.mark.parametrize("state", [s for s in QUESTIONS if s not in (State.ENDED, State.HOLDING, State.CONSENT)])
@pytest.mark.parametrize(
    "intent",
    [Intent("yes"), Intent("agent"), Intent("hold"), Intent("moment", {"when": ASAP}), Intent("choice", {"index": 1})],
    ids=lambda intent: intent.name,
)
def test_nothing_is_done_in_any_state_for_what_was_heard_vaguely(state: State, intent: Intent) -> None:
    talk = Talk(two_orders())
    known = replace(
        talk.dialogue, claim=CLAIM, order=ORDER, orders=two_orders().orders, offered=("track_order",), agent_free=True
    )
    asked = replace(known, want="track_order", at=ORDER.ordered_at, now=ORDER.ordered_at, doubt=Intent("agent"))
    talk.dialogue = replace(asked, state=state)
    talk.says(intent, certainty=Certainty.FUZZY)
    assert [effect for effect in talk.effects if not isinstance(effect, HARMLESS)] == []
