"""Nothing said or keyed by mistake leads to a wrong promise, to silence, or to a dead end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.dialogue import Caller, State, heard
from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue.machine import start
from ivr.domain.hearing import Ability
from ivr.domain.intents import Certainty, Intent
from ivr.domain.moments import AskBack, Unresolved, When
from ivr.domain.orders import OrderStatus
from ivr.domain.turn import Next, Phrase
from tests.domain.dialogue.talk import CALLER, NOW, ORDER, Talk, known

OPEN = heard.OpenCallback("cb", NOW + timedelta(hours=1), asap=True, case_id="case-of-cb")


@pytest.mark.parametrize("way_out", ["*", "0"])
def test_number_that_was_never_confirmed_is_never_promised_to(way_out: str) -> None:
    talk = Talk(Caller()).presses("5", "1", "2025550177", way_out)
    assert talk.wanted(wanted.Book) == []
    talk.dialogue = replace(talk.dialogue, state=State.OFFER, agent_free=False)
    assert talk.presses("1").prompts == ["ask_callback_number"]


def test_number_misheard_three_times_is_not_promised_to_either() -> None:
    talk = Talk(Caller()).presses("5", "1", "2025550177").is_silent(3)
    assert talk.state == "offer"
    assert talk.presses("1").wanted(wanted.Book) == []


def test_strangers_callback_is_neither_told_nor_changed_by_whoever_keys_the_number() -> None:
    talk = Talk(Caller(), Book=heard.CallbackNotBooked("exists", NOW, OPEN))
    talk.presses("5", "1", "2025550177", "1")
    assert talk.prompts == ["callback_refused_exists", "anything_else"]
    assert talk.means("existing_callback", action="cancel").prompts[0] == "existing_callback_none"


@pytest.mark.parametrize("action", ["move", "cancel"])
def test_callback_that_ended_meanwhile_is_said_to_be_gone(action: str) -> None:
    gone = heard.CallbackGone()
    talk = Talk(replace(CALLER, callback=OPEN), Move=gone, CancelCallback=gone)
    talk.presses("3", "1") if action == "cancel" else talk.presses("2", "1")
    assert talk.prompts == ["existing_callback_none", "anything_else"]
    assert talk.presses("5").state == "offer"


def test_language_changed_in_the_offer_hears_the_offer_again() -> None:
    talk = Talk().means("agent").means("another_language")
    assert talk.prompts == ["language_changed", "language_menu", "offer_callback_wait"]
    assert talk.dialogue.turn.locale == "ko-KR"


def test_keypad_asked_for_in_the_offer_hears_the_offer_again() -> None:
    assert Talk().means("agent").means("keypad").prompts == ["offer_callback_wait"]


@pytest.mark.parametrize(
    ("keys", "prompts"),
    [
        ((), ["apology", "menu_keys"]),
        (("2",), ["apology", "ask_order_keys"]),
        (("5",), ["apology", "offer_callback_wait"]),
        (("5", "2"), ["apology", "ask_moment_keys"]),
        (("5", "3"), ["apology", "hold_next", "hold_music_line"]),
    ],
)
def test_words_that_we_lost_are_apologised_for_and_the_same_is_asked_for_the_keypad(
    keys: tuple[str, ...], prompts: list[str]
) -> None:
    talk = Talk(Caller()).presses(*keys)
    state = talk.state
    assert talk.hears(heard.SpeechLost()).prompts == prompts
    assert (talk.state, talk.dialogue.turn.by_keys) == (state, True)


def test_language_changed_while_a_callback_is_told_hears_what_it_is() -> None:
    talk = Talk(replace(CALLER, callback=OPEN)).means("another_language")
    assert talk.prompts == ["language_changed", "language_menu", "existing_callback_by", "existing_callback_menu"]


def test_language_changed_names_the_items_in_it() -> None:
    korean = replace(ORDER, item="커피 그라인더")
    talk = Talk(known(), ReadOrders=heard.OrdersRead((korean,))).means("track_order").means("another_language")
    assert talk.wanted(wanted.ReadOrders) == [wanted.ReadOrders((ORDER.id,))]
    assert talk.dialogue.turn.say[-1].args["item"] == "커피 그라인더"
    assert talk.means("another_language").wanted(wanted.ReadOrders)[-1] == wanted.ReadOrders((ORDER.id,))


def test_language_that_nobody_hears_is_asked_in_keys() -> None:
    dialogue = start(CALLER, ("en-US", "ko-KR"), NOW, {"ko-KR": Ability.KEYPAD})
    talk = Talk()
    talk.dialogue = dialogue
    assert talk.prompts == ["greeting", "menu"]
    assert talk.means("another_language").prompts == ["language_changed", "language_menu", "menu_keys"]
    assert talk.presses("1").prompts == ["ask_order_keys"]


def test_order_that_was_doubted_three_times_is_not_the_cases() -> None:
    talk = Talk(known()).means("track_order").is_silent(3).presses("1")
    (opened,) = talk.wanted(wanted.OpenCase)
    assert isinstance(opened, wanted.OpenCase)
    assert opened.order_id is None


def test_who_talks_and_is_never_understood_waits_for_a_person() -> None:
    talk = Talk().means("agent").mumbles().mumbles().mumbles()
    assert (talk.state, talk.prompts) == ("holding", ["not_understood", "hold_started"])


def test_agent_asked_for_while_a_callback_is_open_gets_its_case() -> None:
    talk = Talk(replace(CALLER, callback=OPEN)).presses("0")
    (opened,) = talk.wanted(wanted.OpenCase)
    assert isinstance(opened, wanted.OpenCase)
    assert opened.case_id == "case-of-cb"


def test_callback_asked_for_after_an_order_was_told_is_about_it() -> None:
    talk = Talk(known()).means("track_order").means("yes").presses("5", "1")
    assert len(talk.wanted(wanted.OpenCase)) == 1
    assert talk.wanted(wanted.Book)


def test_another_request_never_falls_into_the_case_of_the_one_before() -> None:
    talk = Talk(known()).means("track_order").means("yes").means("return_refund")
    assert (talk.dialogue.case_id, talk.dialogue.order) == ("", ORDER)  # offered, not taken over
    talk.means("yes")
    assert [o.kind.value for o in talk.wanted(wanted.OpenCase) if isinstance(o, wanted.OpenCase)] == [
        "track_order",
        "return_refund",
    ]


@pytest.mark.parametrize("question", ["cancel_confirm", "recall_confirm"])
def test_vague_yes_cancels_nothing(question: str) -> None:
    preparing = known(replace(ORDER, status=OrderStatus.PREPARING))
    talk = Talk(replace(preparing, callback=OPEN))
    talk.presses("3") if question == "recall_confirm" else talk.means("cancel_order").means("yes")
    assert talk.state == question
    talk.says(Intent("yes"), certainty=Certainty.FUZZY).says(Intent("yes"), certainty=Certainty.FUZZY)
    assert (talk.state, talk.prompts[0]) == (question, "not_understood")
    assert not talk.wanted(wanted.CancelOrder) + talk.wanted(wanted.CancelCallback)


@pytest.mark.parametrize("reason", [AskBack.FULL, AskBack.TOO_SOON, AskBack.CLOSED])
def test_the_nearest_moment_is_offered_in_the_place_of_one_that_cannot_be_had(reason: AskBack) -> None:
    nearest_at = NOW + timedelta(hours=2)
    talk = Talk(ResolveMoment=heard.MomentResolved(Unresolved(reason, nearest_at), NOW))
    talk.means("callback", when=When(day_offset=1, hour=15, half="24"))
    assert (talk.state, talk.prompts) == ("moment_confirm", [f"moment_{reason}", "confirm_moment"])
    assert talk.means("yes").wanted(wanted.Book)[-1].at == nearest_at  # type: ignore[attr-defined]


def test_when_nothing_is_free_another_moment_is_asked_for() -> None:
    talk = Talk(ResolveMoment=heard.MomentResolved(Unresolved(AskBack.FULL), NOW))
    talk.means("callback", when=When(day_offset=1, hour=15, half="24"))
    assert (talk.state, talk.prompts) == ("moment", ["callback_refused_full", "ask_moment"])


def test_a_moment_taken_while_it_was_read_back_leads_to_the_nearest() -> None:
    nearest_at = NOW + timedelta(hours=2)
    talk = Talk(Book=heard.CallbackNotBooked("full", NOW, nearest_at=nearest_at))
    talk.means("callback", when=When(day_offset=1, hour=15, half="24")).means("yes")
    assert (talk.state, talk.prompts) == ("moment_confirm", ["moment_full", "confirm_moment"])
    assert talk.means("yes").wanted(wanted.Book)[-1].at == nearest_at  # type: ignore[attr-defined]


@pytest.mark.parametrize("reason", ["hours", "past", "too_far", "full"])
def test_moment_refused_at_the_last_is_asked_again(reason: str) -> None:
    talk = Talk(Book=heard.CallbackNotBooked(reason, NOW)).presses("5", "1")
    assert talk.prompts == [f"callback_refused_{reason}", "ask_moment"]


def test_back_from_the_music_leaves_the_line() -> None:
    talk = Talk().means("agent").presses("3", "*")
    assert (talk.state, type(talk.effects[-1])) == ("menu", wanted.LeaveLine)


def test_caller_whose_agent_was_lost_waits_on() -> None:
    talk = Talk().means("agent").presses("3").hears(heard.AgentReady("attempt-1")).hears(heard.AgentLost())
    assert (talk.prompts, talk.dialogue.turn.next) == (["agent_lost"], Next.HOLD)


@pytest.mark.parametrize("say", ["0", "agent"])
def test_zero_and_agent_work_while_the_effort_is_asked(say: str) -> None:
    talk = Talk().hears(heard.AgentReady("attempt-1")).hears(heard.ConferenceLeft())
    talk.presses("0") if say == "0" else talk.means("agent")
    assert talk.state == "offer"


def test_order_is_confirmed_together_with_what_was_heard_to_be_wanted() -> None:
    (question,) = Talk(known()).means("track_order").dialogue.turn.say
    assert question.args["wanted"] == Phrase("kind_track_order")
    (question,) = Talk(known()).presses("1").dialogue.turn.say
    assert "wanted" not in question.args  # a key is not misheard


def test_caller_whose_request_was_misheard_goes_back_with_the_star() -> None:
    talk = Talk(known()).means("cancel_order").means("no")
    assert talk.prompts == ["ask_order_keys"]
    assert talk.presses("*").prompts == ["menu"]
    assert talk.means("track_order").dialogue.want == "track_order"
    assert talk.wanted(wanted.OpenCase) == []


def test_back_from_the_offer_of_an_agent_leads_to_the_question_that_it_interrupted() -> None:
    talk = Talk().means("track_order").means("agent").presses("*")
    assert talk.prompts == ["ask_order_number"]
    assert talk.dialogue.want == "track_order"
    assert talk.means("agent").means("go_back").presses("*").state == "menu"


def test_no_that_was_heard_as_agent_costs_one_key_and_the_doubted_order_is_asked_for_anew() -> None:
    talk = Talk().means("track_order").means("digits", value=ORDER.number[-7:])
    assert talk.state == "order_confirm"
    assert talk.means("agent").presses("*").state == "order_number"
    assert talk.dialogue.order is None


def test_back_from_an_offer_that_no_agent_was_asked_for_leads_to_the_menu() -> None:
    talk = Talk().means("delivered_not_received").means("agent").means("go_back")
    talk.means("digits", value=ORDER.number[-7:]).means("yes")
    assert talk.state == "offer"
    assert talk.presses("*").state == "menu"


def test_back_from_an_offer_that_changed_its_language_leads_to_the_menu() -> None:
    assert Talk().means("agent").means("another_language").presses("*").state == "menu"
