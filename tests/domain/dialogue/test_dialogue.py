"""The dialogue, as a caller meets it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.dialogue import Caller, State, heard
from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue.booking import merge
from ivr.domain.dialogue.machine import ANSWERS, RESULTS
from ivr.domain.dialogue.questions import QUESTIONS
from ivr.domain.intents import Certainty, Intent
from ivr.domain.moments import AskBack, Unresolved, When
from ivr.domain.orders import OrderStatus
from ivr.domain.turn import Next
from tests.domain.dialogue.talk import CALLER, CLAIM, NOW, ORDER, Talk, known

IN_TWO_HOURS = When(in_seconds=7200)


def test_greeting_says_that_a_machine_listens_and_then_the_menu() -> None:
    assert Talk().prompts == ["greeting", "menu"]


def test_the_story_by_speech_books_the_moment_that_was_confirmed() -> None:
    talk = Talk().says(Intent("delivered_not_received"), text="it says delivered but I don't have it")
    talk.means("digits", value="1234567").means("yes")
    assert talk.prompts == ["dnr_explain", "dnr_case", "why_trace", "offer_callback_wait"]
    talk.means("moment", when=When(in_seconds=60))
    assert talk.prompts == ["confirm_moment"]
    talk.means("yes")
    assert talk.prompts == ["callback_booked_at", "anything_else"]
    assert [type(effect).__name__ for effect in talk.effects] == [
        "FindOrders", "OpenCase", "Decide", "EstimateWait", "ResolveMoment", "Book",
    ]  # fmt: skip
    assert talk.wanted(wanted.OpenCase)[0].reason == "it says delivered but I don't have it"
    assert talk.wanted(wanted.Book) == [wanted.Book(NOW + timedelta(minutes=1), CALLER.number)]


def test_the_story_by_keypad_alone() -> None:
    talk = Talk().presses("2", "1234567", "1", "1")
    assert talk.wanted(wanted.Book) == [wanted.Book(None, CALLER.number)]


def test_keyed_time_is_read_back_before_it_is_booked() -> None:
    talk = Talk().presses("5", "2", "1530")
    assert talk.wanted(wanted.ResolveMoment) == [wanted.ResolveMoment(When(hour=15, minute=30, half="24"))]
    assert talk.prompts == ["confirm_moment"]
    assert talk.presses("1").wanted(wanted.Book)


def test_keyed_day_and_time_have_eight_digits() -> None:
    talk = Talk().presses("5", "2", "11301530")
    assert talk.wanted(wanted.ResolveMoment) == [
        wanted.ResolveMoment(When(month=11, day=30, hour=15, minute=30, half="24"))
    ]


def test_caller_who_says_nothing_twice_is_offered_a_callback() -> None:
    talk = Talk().is_silent(2)
    assert talk.prompts == ["nothing_heard", "menu_three"]
    assert "callback" in talk.dialogue.offered
    assert talk.presses("3").state == "offer"


def test_silence_goes_from_rephrasing_to_choices_to_keypad_to_an_offer_and_a_goodbye() -> None:
    talk = Talk()
    seen = [talk.is_silent().prompts[-1] for _ in range(4)]
    assert seen == ["menu_rephrase", "menu_three", "menu_keys", "offer_callback_wait"]
    assert talk.is_silent(3).dialogue.turn.next == Next.HANG_UP


def test_choices_offered_to_a_lost_caller_are_the_likeliest_heard() -> None:
    talk = Talk().mumbles("return_refund").mumbles("cancel_order", "track_order")
    assert talk.dialogue.offered == ("cancel_order", "track_order", "delivered_not_received")
    assert talk.presses("1").state == "order_number"


@pytest.mark.parametrize("state", [s for s in ANSWERS if s not in (State.JOINED, State.RATING, State.HOLDING)])
def test_zero_and_agent_work_everywhere(state: State) -> None:
    for say in ("0", "agent"):
        talk = Talk()
        talk.dialogue = replace(talk.dialogue, state=state, order=ORDER, at=NOW, now=NOW, orders=(ORDER,), claim=CLAIM)
        talk.presses("0") if say == "0" else talk.means("agent")
        assert talk.state in ("offer", "holding"), (state, say)


def test_every_question_has_an_answer_and_every_result_a_handler() -> None:
    answered_apart = {State.CONSENT}  # nothing else counts there: see domain/dialogue/consent.py
    assert set(QUESTIONS) - set(ANSWERS) == {State.ENDED, *answered_apart}
    assert {t.__name__ for t in RESULTS} == {t.__name__ for t in heard.Result.__args__}  # type: ignore[attr-defined]


def test_agent_is_connected_at_once_when_one_is_free() -> None:
    talk = Talk(EstimateWait=heard.WaitEstimated(0, 0, agent_free=True), EnterLine=heard.InLine(agent_free=True))
    assert talk.means("agent").dialogue.turn.next == Next.HOLD
    assert talk.prompts == ["connecting_agent"]


def test_busy_agents_mean_an_honest_wait_and_a_callback() -> None:
    talk = Talk().means("agent")
    assert talk.prompts == ["offer_callback_wait"]
    assert talk.presses("3").state == "holding"


def test_who_asks_how_long_it_takes_is_told_again_and_not_put_on_hold() -> None:
    talk = Talk().means("agent").means("hold", about="wait")
    assert (talk.state, talk.prompts) == ("offer", ["offer_callback_wait"])


def test_caller_on_hold_takes_a_callback_and_leaves_the_line() -> None:
    talk = Talk().means("agent").presses("3", "1")
    assert [type(e) for e in talk.effects[-2:]] == [wanted.LeaveLine, wanted.Book]


def test_held_caller_is_told_the_wait_again_and_again() -> None:
    talk = Talk().means("agent").presses("3").is_silent(5)
    assert (talk.state, talk.prompts) == ("holding", ["hold_next", "hold_music_line"])


def test_held_caller_is_told_how_many_are_before_them() -> None:
    talk = Talk(EstimateWait=heard.WaitEstimated(300, 600, agent_free=False, ahead=3))
    assert talk.means("agent").presses("3").is_silent().prompts == ["hold_ahead", "hold_music_line"]
    assert talk.dialogue.turn.say[0].args == {"count": 3}


def test_short_wait_is_waited_for_without_a_question_and_a_callback_is_one_key_away() -> None:
    talk = Talk(EstimateWait=heard.WaitEstimated(60, 120, agent_free=False, ahead=1, is_short=True)).means("agent")
    assert (talk.state, talk.prompts) == ("holding", ["hold_short", "hold_started"])
    assert talk.presses("1").state == "anything_else"
    assert [type(e) for e in talk.effects[-2:]] == [wanted.LeaveLine, wanted.Book]


def test_callback_that_is_asked_for_is_offered_however_short_the_wait() -> None:
    talk = Talk(EstimateWait=heard.WaitEstimated(60, 120, agent_free=False, is_short=True))
    assert talk.means("callback").prompts == ["offer_callback"]


def test_known_caller_is_offered_orders_by_item_name() -> None:
    talk = Talk(known(ORDER, replace(ORDER, id="2", item="lamp"))).means("track_order")
    assert talk.prompts == ["ask_order_pick_2"]
    assert talk.dialogue.turn.expects.choices[1].phrases == ("lamp",)
    talk.means("choice", index=2)
    assert talk.dialogue.order is not None
    assert talk.dialogue.order.item == "lamp"


def test_known_caller_with_one_order_is_asked_whether_it_is_that_one() -> None:
    assert Talk(known()).means("track_order").prompts == ["confirm_order"]


def test_wrong_order_number_is_asked_again_by_keypad_and_then_a_person_is_offered() -> None:
    talk = Talk(FindOrders=heard.OrdersFound(())).means("track_order").means("digits", value="7654321")
    assert talk.prompts == ["order_not_found", "ask_order_keys"]
    talk.presses("7654322", "7654323")
    assert talk.prompts == ["order_not_found", "offer_callback_wait"]


def test_order_number_of_a_wrong_length_is_not_looked_up() -> None:
    assert Talk().means("track_order").means("digits", value="123").wanted(wanted.FindOrders) == []


def test_other_readings_of_an_order_number_are_looked_up_too() -> None:
    talk = Talk().means("track_order").means("digits", value="1234567", alternatives="1234561 12")
    assert talk.wanted(wanted.FindOrders) == [wanted.FindOrders(("1234567", "1234561"))]


def test_fuzzy_request_is_confirmed_first() -> None:
    talk = Talk().says(Intent("return_refund"), certainty=Certainty.FUZZY)
    assert talk.prompts == ["confirm_intent"]
    assert talk.means("yes").state == "order_number"


def test_words_that_were_heard_only_vaguely_are_not_told_to_the_agent() -> None:
    assert Talk().says(Intent("return_refund"), text="send back").dialogue.reason == "send back"
    vague = Talk().says(Intent("return_refund"), text="lend black", certainty=Certainty.FUZZY).means("yes")
    assert vague.dialogue.reason == ""


def test_after_a_no_even_an_exact_request_is_confirmed() -> None:
    talk = Talk().says(Intent("return_refund"), certainty=Certainty.FUZZY).says(Intent("no"))
    assert talk.prompts == ["menu_rephrase"]
    assert talk.says(Intent("track_order")).prompts == ["confirm_intent"]
    assert talk.says(Intent("yes")).dialogue.want == "track_order"


def test_what_the_caller_said_no_to_is_not_asked_again_nor_done() -> None:
    talk = Talk().says(Intent("return_refund"), certainty=Certainty.FUZZY).says(Intent("no"))
    talk.says(Intent("return_refund"))
    assert talk.dialogue.state == State.MENU_THREE
    assert len(talk.dialogue.offered) == 3
    assert "return_refund" not in talk.dialogue.offered


def test_a_key_after_a_no_needs_no_confirmation_and_ends_the_doubt() -> None:
    talk = Talk().says(Intent("track_order"), certainty=Certainty.FUZZY).says(Intent("no")).presses("3")
    assert (talk.dialogue.want, talk.dialogue.denied) == ("return_refund", "")


def test_canceling_an_order_is_confirmed_and_done_only_while_it_is_prepared() -> None:
    preparing = replace(ORDER, status=OrderStatus.PREPARING)
    talk = Talk(known(preparing)).means("cancel_order").means("yes")
    assert talk.prompts == ["cancel_confirm"]
    assert talk.means("yes").prompts == ["cancel_done", "anything_else"]
    assert Talk(known()).means("cancel_order").means("yes").prompts == ["cancel_too_late", "anything_else"]
    shipped = replace(ORDER, status=OrderStatus.SHIPPED, delivered_at=None)
    assert Talk(known(shipped)).means("cancel_order").means("yes").prompts == ["cancel_too_late", "offer_callback_wait"]


def test_return_after_thirty_days_is_too_late_and_says_so() -> None:
    old = replace(ORDER, ordered_at=NOW - timedelta(days=35), delivered_at=NOW - timedelta(days=31))
    asked = Talk(known(old)).means("return_refund").means("yes")
    assert asked.prompts == ["ask_return_reason"]
    assert asked.presses("2").prompts[0] == "return_too_late"
    assert Talk(known()).means("return_refund").means("yes").presses("2").prompts == [
        "why_in_window",
        "ask_return_way_plain",
    ]


def test_two_requests_in_one_breath_are_both_done() -> None:
    talk = Talk(known()).says(Intent("track_order"), Intent("callback", {"when": IN_TWO_HOURS})).means("yes")
    assert talk.prompts == ["order_status_delivered", "confirm_moment"]


def test_missing_half_of_the_day_is_asked_and_merged() -> None:
    ask_back = heard.MomentResolved(Unresolved(AskBack.AM_OR_PM), NOW)
    talk = Talk(ResolveMoment=ask_back).means("callback", when=When(day_offset=1, hour=3))
    assert talk.prompts == ["moment_am_or_pm"]
    talk.presses("2")
    assert talk.wanted(wanted.ResolveMoment)[-1] == wanted.ResolveMoment(When(day_offset=1, hour=3, half="pm"))


def test_no_to_a_moment_asks_again_and_another_moment_corrects_it() -> None:
    talk = Talk().means("callback", when=When(weekday=3, hour=15, half="24")).means("moment", when=When(weekday=4))
    assert talk.wanted(wanted.ResolveMoment)[-1] == wanted.ResolveMoment(When(weekday=4, hour=15, half="24"))
    assert talk.means("no").state == "moment"


def test_correction_of_the_day_forgets_the_other_day() -> None:
    assert merge(When(day_offset=1, hour=9, half="am"), When(weekday=4)) == When(weekday=4, hour=9, half="am")


def test_withheld_number_is_asked_for_and_read_back() -> None:
    talk = Talk(Caller()).presses("5", "1")
    assert talk.prompts == ["ask_callback_number"]
    assert talk.presses("2025550177").prompts == ["confirm_callback_number"]
    assert talk.presses("1").wanted(wanted.Book) == [wanted.Book(None, "+12025550177")]


def test_caller_with_an_open_callback_hears_of_it_first_and_can_keep_it() -> None:
    caller = replace(CALLER, callback=heard.OpenCallback("cb", NOW + timedelta(hours=1), asap=True))
    talk = Talk(caller)
    assert talk.prompts == ["greeting", "existing_callback_by", "existing_callback_menu"]
    assert talk.presses("1").prompts == ["callback_kept", "anything_else"]


def test_open_callback_is_moved_and_canceled_only_after_confirmation() -> None:
    caller = replace(CALLER, callback=heard.OpenCallback("cb", NOW + timedelta(hours=1), asap=False))
    moved = Talk(caller).presses("2").means("moment", when=IN_TWO_HOURS).means("yes")
    assert moved.wanted(wanted.Move)
    assert moved.prompts[0] == "callback_moved"
    canceled = Talk(caller).presses("3")
    assert canceled.wanted(wanted.CancelCallback) == []
    assert canceled.presses("1").prompts[0] == "callback_canceled"


def test_second_callback_is_not_booked_beside_an_open_one() -> None:
    existing = heard.OpenCallback("cb", NOW + timedelta(hours=1), asap=False)
    talk = Talk(Book=heard.CallbackNotBooked("exists", NOW, existing)).presses("5", "1")
    assert talk.state == "existing"


def test_other_language_changes_the_locale_and_asks_the_same_again() -> None:
    talk = Talk().means("track_order").means("another_language")
    assert (talk.dialogue.turn.locale, talk.state) == ("ko-KR", "order_number")


def test_repeat_says_the_same_with_a_new_turn_number() -> None:
    talk = Talk()
    before = talk.dialogue.turn
    after = talk.means("repeat").dialogue.turn
    assert (after.say, after.number) == (before.say, before.number + 1)


def test_key_nine_of_the_menu_tells_the_other_keys_and_each_works_on_both_pages() -> None:
    assert Talk().presses("9").prompts == ["menu_more"]
    assert Talk().presses("9", "9").prompts == ["menu"]
    assert Talk().presses("9", "1").state == Talk().presses("1").state == "order_number"
    assert Talk().presses("6").prompts == Talk().presses("9", "6").prompts
    assert Talk().presses("9").means("cancel_order").prompts == Talk().means("cancel_order").prompts


def test_silence_on_the_second_page_is_asked_like_silence_in_the_menu() -> None:
    assert Talk().presses("9").is_silent().prompts == ["nothing_heard", "menu_rephrase"]


def test_failed_document_is_apologised_for_and_leads_to_an_agent_or_a_callback() -> None:
    assert Talk().hears(heard.DocumentFailed()).prompts == ["apology", "offer_callback_wait"]


def test_effort_is_rated_after_the_conversation() -> None:
    talk = Talk().hears(heard.AgentReady("attempt-1"))
    assert talk.dialogue.turn.conference == "attempt-1"
    talk.hears(heard.ConferenceLeft()).presses("6")
    assert talk.wanted(wanted.RateEffort) == [wanted.RateEffort(6)]
    assert talk.dialogue.turn.next == Next.HANG_UP


def test_turn_numbers_only_grow() -> None:
    talk = Talk()
    numbers = [talk.dialogue.turn.number]
    for key in ("2", "1234567", "1", "2", "1530", "1", "7"):
        numbers.append(talk.presses(key).dialogue.turn.number)
    assert numbers == sorted(set(numbers))
