"""How texts become meanings: order, corrections, thresholds, choices, digits, completeness."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.content import Content
from ivr.domain.intents import Builtin, Certainty, Choice, Expects, Intent
from ivr.domain.moments import When
from ivr.errors import ContentError
from ivr.understanding import GrammarUnderstanding
from tests.effort import EFFORT

MENU = Expects(
    intents=(
        "track_order",
        "delivered_not_received",
        "return_refund",
        "cancel_order",
        "callback",
        "existing_callback",
        "hold",
    )
)
ORDER_NUMBER = Expects(builtins=(Builtin.DIGITS,), digit_lengths=(7, 17))
MOMENT = Expects(builtins=(Builtin.MOMENT, Builtin.BOOLEAN))
YES_OR_NO = Expects(builtins=(Builtin.BOOLEAN,))
ITEMS = (Choice("1", ("coffee grinder",)), Choice("2", ("running shoes", "sneakers")), Choice("3", ("rain coat",)))
PICK = Expects(builtins=(Builtin.CHOICE, Builtin.BOOLEAN, Builtin.DIGITS), choices=ITEMS, digit_lengths=(7, 17))
KOREAN_ITEMS = (Choice("1", ("커피 그라인더",)), Choice("2", ("운동화", "신발")))
KOREAN_PICK = Expects(builtins=(Builtin.CHOICE, Builtin.BOOLEAN), choices=KOREAN_ITEMS)


def said(u: GrammarUnderstanding, expects: Expects, *readings: str, locale: str = "en-US") -> tuple[Intent, ...]:
    return u.parse(locale, expects, readings).intents


def test_two_requests_are_kept_in_spoken_order(understanding: GrammarUnderstanding) -> None:
    assert said(understanding, MENU, "cancel my order and call me tomorrow at three p m") == (
        Intent("cancel_order"),
        Intent("callback", {"when": When(day_offset=1, hour=3, minute=0, half="pm")}),
    )


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("ko-KR", "주문 취소하고 내일 전화해 주세요"),
        ("es-US", "cancelar mi orden y que me llamen mañana"),
        ("de-DE", "Bestellung stornieren und morgen zurückrufen"),
        ("fr-FR", "annuler ma commande et rappelez-moi demain"),
        ("pt-BR", "cancelar meu pedido e me liga amanhã"),
        ("ja-JP", "注文をキャンセルして明日電話してください"),
        ("hi-IN", "ऑर्डर कैंसिल करो और कल फोन करो"),
        ("ar", "ألغوا الطلب واتصلوا بي غدا"),
    ],
)
def test_two_requests_are_kept_in_spoken_order_in_each_language(
    understanding: GrammarUnderstanding, locale: str, text: str
) -> None:
    requests = (Intent("cancel_order"), Intent("callback", {"when": When(day_offset=1)}))
    assert said(understanding, MENU, text, locale=locale) == requests


def test_moment_before_the_callback_belongs_to_it(understanding: GrammarUnderstanding) -> None:
    assert said(understanding, MENU, "tomorrow at noon please call me back") == (
        Intent("callback", {"when": When(day_offset=1, hour=12, minute=0, half="24")}),
    )


def test_moment_with_an_existing_callback_moves_it(understanding: GrammarUnderstanding) -> None:
    assert said(understanding, MENU, "move my callback to friday at 3:30 p.m.") == (
        Intent("existing_callback", {"action": "move", "when": When(weekday=4, hour=3, minute=30, half="pm")}),
    )


def test_moment_of_the_past_does_not_disturb_a_complaint(understanding: GrammarUnderstanding) -> None:
    assert said(understanding, MENU, "i ordered a lamp on monday and it never came")[0].name == "delivered_not_received"


def test_telling_request_absorbs_the_plain_one(understanding: GrammarUnderstanding) -> None:
    intents = said(understanding, MENU, "where is my order, my package never came")
    assert intents == (Intent("delivered_not_received"),)


def test_no_before_a_request_means_the_request(understanding: GrammarUnderstanding) -> None:
    expects = Expects(intents=MENU.intents, builtins=(Builtin.BOOLEAN,))
    assert said(understanding, expects, "no, cancel my order") == (Intent("cancel_order"),)


def test_no_before_a_moment_means_the_moment(understanding: GrammarUnderstanding) -> None:
    assert said(understanding, MOMENT, "no, friday") == (Intent("moment", {"when": When(weekday=4)}),)


def test_yes_with_a_moment_is_taken_as_the_moment(understanding: GrammarUnderstanding) -> None:
    assert said(understanding, MOMENT, "yes, friday") == (Intent("moment", {"when": When(weekday=4)}),)


def test_yes_at_the_beginning_answers_whatever_follows(understanding: GrammarUnderstanding) -> None:
    meaning = understanding.parse("en-US", YES_OR_NO, ("yes that is the one i bought for my mother",))
    assert (meaning.first, meaning.certainty) == (Intent("yes"), Certainty.STRIPPED)


def test_callback_asked_where_a_moment_is_asked_is_a_moment(understanding: GrammarUnderstanding) -> None:
    assert said(understanding, MOMENT, "call me in two hours") == (Intent("moment", {"when": When(in_seconds=7200)}),)


def test_unknown_words_around_a_request_are_stripped(understanding: GrammarUnderstanding) -> None:
    meaning = understanding.parse("en-US", MENU, ("[unk] where is my package [unk]",))
    assert (meaning.first, meaning.certainty) == (Intent("track_order"), Certainty.STRIPPED)


def test_mostly_unknown_words_are_no_answer(understanding: GrammarUnderstanding) -> None:
    meaning = understanding.parse("en-US", YES_OR_NO, ("[unk] [unk] [unk] [unk] yes [unk]",))
    assert (meaning.intents, meaning.certainty) == ((), Certainty.NONE)


def test_similar_sentence_is_understood_but_doubted(understanding: GrammarUnderstanding) -> None:
    meaning = understanding.parse(
        "en-US", MENU, ("tracking my order the status where is it being now my order status",)
    )
    assert meaning.first is not None
    assert meaning.first.name == "track_order"


def test_lost_caller_gets_three_likely_intents(understanding: GrammarUnderstanding) -> None:
    meaning = understanding.parse("en-US", MENU, ("i would like to know about my thing i bought",))
    assert meaning.intents == ()
    assert len(meaning.likeliest) == 3
    assert set(meaning.likeliest) <= set(MENU.intents)


@pytest.mark.parametrize("text", ["", "   ", "...", "[unk]", "\u0000", "¿?¡!", "🙂"])
@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_nothing_is_understood_of_nothing(understanding: GrammarUnderstanding, locale: str, text: str) -> None:
    meaning = understanding.parse(locale, MENU, (text,))
    assert (meaning.intents, meaning.certainty) == ((), Certainty.NONE)
    assert not understanding.is_complete(locale, MENU, text)


@settings(max_examples=20 * EFFORT)
@given(text=st.text(max_size=60))
def test_any_text_is_parsed_without_an_error(understanding: GrammarUnderstanding, text: str) -> None:
    for locale in ("en-US", "es-ES", "ko-KR", "pt-BR"):
        for expects in (MENU, MOMENT, ORDER_NUMBER, PICK):
            understanding.parse(locale, expects, (text,))
            understanding.is_complete(locale, expects, text)


def test_a_request_that_another_reading_takes_for_another_one_is_confirmed(understanding: GrammarUnderstanding) -> None:
    meaning = understanding.parse("en-US", MENU, ("cancel my order", "track my order"))
    assert (meaning.first, meaning.certainty) == (Intent("cancel_order"), Certainty.FUZZY)
    assert meaning.likeliest == ("cancel_order", "track_order")
    sure = understanding.parse("en-US", MENU, ("cancel my order", "cancel an order"))
    assert sure.certainty == Certainty.EXACT


@pytest.mark.parametrize(
    "text",
    [
        "cancel my order where is my order",
        "track my order banana window sugar",
        "track my order tomorrow afternoon at three",
    ],
)
def test_what_looks_misheard_is_confirmed(understanding: GrammarUnderstanding, text: str) -> None:
    assert understanding.parse("en-US", MENU, (text,)).certainty == Certainty.FUZZY


def test_a_request_and_a_callback_in_one_breath_are_both_sure(understanding: GrammarUnderstanding) -> None:
    meaning = understanding.parse("en-US", MENU, ("cancel my order and call me tomorrow at three p m",))
    assert [intent.name for intent in meaning.intents] == ["cancel_order", "callback"]
    assert meaning.certainty == Certainty.EXACT


@pytest.mark.parametrize(
    ("readings", "certainty"),
    [
        (("korean", "delivered", "when"), Certainty.FUZZY),
        (("korean", "my"), Certainty.FUZZY),
        (("korean",), Certainty.EXACT),
        (("korean", "korean please"), Certainty.EXACT),
        (("move my callback", "yep", "yes"), Certainty.FUZZY),
        (("move my callback", "my"), Certainty.EXACT),
    ],
)
def test_change_of_language_and_requests_are_doubtful_when_other_readings_mean_something_else(
    understanding: GrammarUnderstanding, readings: tuple[str, ...], certainty: Certainty
) -> None:
    expects = Expects(intents=MENU.intents, builtins=(Builtin.BOOLEAN,))
    assert understanding.parse("en-US", expects, readings).certainty is certainty


def test_best_parse_among_the_readings_wins(understanding: GrammarUnderstanding) -> None:
    readings = ("wear is my odor", "where is my order")
    assert said(understanding, MENU, *readings) == (Intent("track_order"),)


def test_unknown_locale_is_a_content_error(understanding: GrammarUnderstanding) -> None:
    with pytest.raises(ContentError, match="xx-XX"):
        understanding.parse("xx-XX", MENU, ("hello",))


@pytest.mark.parametrize("text", ["¿Cuándo me llega el envío?", "cuando me llega el envio", "CUÁNDO ME LLEGA EL ENVÍO"])
def test_accents_do_not_count_where_they_tell_no_words_apart(understanding: GrammarUnderstanding, text: str) -> None:
    meaning = understanding.parse("es-ES", MENU, (text,))
    assert (meaning.first, meaning.certainty) == (Intent("track_order"), Certainty.EXACT)


# --- choices -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("the coffee grinder", 1),
        ("grinder please", 1),
        ("it's the sneakers", 2),
        ("my running shoes", 2),
        ("the rain coat one", 3),
        ("the second one", 2),
        ("number three", 3),
        ("1", 1),
        ("the last one", 3),
    ],
)
def test_choice_by_name_or_place(understanding: GrammarUnderstanding, text: str, index: int) -> None:
    assert said(understanding, PICK, text) == (Intent("choice", {"index": index}),)


@pytest.mark.parametrize(
    ("text", "index"), [("커피 그라인더요", 1), ("신발입니다", 2), ("두 번째요", 2), ("일 번", 1), ("2번", 2)]
)
def test_korean_choice_by_name_or_place(understanding: GrammarUnderstanding, text: str, index: int) -> None:
    assert said(understanding, KOREAN_PICK, text, locale="ko-KR") == (Intent("choice", {"index": index}),)


def test_place_that_is_not_offered_is_no_choice(understanding: GrammarUnderstanding) -> None:
    assert said(understanding, PICK, "the fifth one") == ()


def test_none_of_the_choices_is_a_no(understanding: GrammarUnderstanding) -> None:
    assert said(understanding, PICK, "another order") == (Intent("no"),)


def test_request_at_a_yes_or_no_question_is_understood_but_not_listened_for(
    understanding: GrammarUnderstanding,
) -> None:
    doubted = Expects(builtins=(Builtin.BOOLEAN,), also=MENU.intents)
    heard = {locale: set(understanding.grammar(locale, doubted).phrases) for locale in ("en-US", "ko-KR")}
    assert all(found <= set(understanding.grammar(locale, YES_OR_NO).phrases) for locale, found in heard.items())
    assert said(understanding, doubted, "no cancel my order") == (Intent("cancel_order"),)


def test_yes_and_no_are_listed_more_often_than_what_else_may_be_said(understanding: GrammarUnderstanding) -> None:
    phrases = understanding.grammar("ko-KR", YES_OR_NO).phrases
    assert phrases.count("네") > phrases.count("상담원") == 1


def test_items_are_listened_for(understanding: GrammarUnderstanding) -> None:
    grammar = understanding.grammar("en-US", PICK)
    assert "coffee grinder" in " | ".join(grammar.phrases)
    assert "sneakers" in grammar.jsgf
    assert grammar.name != understanding.grammar("en-US", Expects(builtins=PICK.builtins, choices=ITEMS[:2])).name


# --- digits ------------------------------------------------------------------------------------------------

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
KOREAN = ("공", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("one two three four five six seven", "1234567"),
        ("oh one two three four five six", "0123456"),
        ("my order number is double four oh one two three five", "4401235"),
        ("triple nine one two three four", "9991234"),
        ("forty five sixty seven eight nine one", "4567891"),
        ("twenty three four five six seven", "2034567"),
        ("123-4567", "1234567"),
        ("123 45 67", "1234567"),
        ("won too three for five six seven", "1234567"),
        ("the last seven are one two three four five six seven", "1234567"),
        ("one two three dash four five six seven", "1234567"),
        ("112 8840312 4471926", "11288403124471926"),
        ("uh one two three four five six seven please", "1234567"),
    ],
)
def test_digits_are_read(understanding: GrammarUnderstanding, text: str, value: str) -> None:
    (intent,) = said(understanding, ORDER_NUMBER, text)
    assert (intent.name, intent.slots["value"]) == ("digits", value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("일 이 삼 사 오 육 칠", "1234567"),
        ("일이삼사오육칠입니다", "1234567"),
        ("공 영 일 이 삼 사 오", "0012345"),
        ("제 주문 번호는 공 일 이 삼 사 오 육이에요", "0123456"),
        ("일 이 삼 사 오 육 이요", "1234562"),
        ("일 이 삼 사 오 육 칠이요", "1234567"),
        ("하나 둘 셋 넷 다섯 여섯 일곱", "1234567"),
        ("1234567번이요", "1234567"),
    ],
)
def test_korean_digits_are_read(understanding: GrammarUnderstanding, text: str, value: str) -> None:
    (intent,) = said(understanding, ORDER_NUMBER, text, locale="ko-KR")
    assert (intent.name, intent.slots["value"]) == ("digits", value)


@given(digits=st.text("0123456789", min_size=7, max_size=7) | st.text("0123456789", min_size=17, max_size=17))
def test_digits_said_one_by_one_come_back(understanding: GrammarUnderstanding, digits: str) -> None:
    for locale, words in (("en-US", WORDS), ("ko-KR", KOREAN)):
        (intent,) = said(understanding, ORDER_NUMBER, " ".join(words[int(d)] for d in digits), locale=locale)
        assert intent.slots["value"] == digits


def test_digits_of_another_length_are_no_answer(understanding: GrammarUnderstanding) -> None:
    assert said(understanding, ORDER_NUMBER, "one two three four five six") == ()


def test_reading_with_an_accepted_length_wins_and_others_are_kept(understanding: GrammarUnderstanding) -> None:
    readings = ("one two three", "one two three four five six seven", "one two three four five six eleven", "nine nine")
    (intent,) = said(understanding, Expects(builtins=(Builtin.DIGITS,), digit_lengths=(7, 8)), *readings)
    assert intent.slots == {"value": "1234567", "alternatives": "12345611"}


def test_agent_is_understood_where_digits_are_asked(understanding: GrammarUnderstanding) -> None:
    assert said(understanding, ORDER_NUMBER, "agent") == (Intent("agent"),)


# --- completeness ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expects", "text", "complete"),
    [
        (YES_OR_NO, "yes", True),
        (YES_OR_NO, "no", True),
        (YES_OR_NO, "that's", False),
        (MENU, "my package never came", True),
        (MENU, "track my order", True),
        (MENU, "agent", True),
        (MENU, "call me back", False),
        (MENU, "call me back tomorrow at three p m", True),
        (MENU, "cancel", False),
        (MENU, "where is my", False),
        (MOMENT, "tomorrow", False),
        (MOMENT, "tomorrow at three", False),
        (MOMENT, "tomorrow at three p m", True),
        (MOMENT, "in two", False),
        (MOMENT, "as soon as possible", True),
        (ORDER_NUMBER, "one two three four five six seven", False),
        (ORDER_NUMBER, " ".join(["one"] * 17), True),
        (PICK, "the second one", True),
    ],
)
def test_complete_only_when_more_words_could_not_change_it(
    understanding: GrammarUnderstanding, expects: Expects, text: str, complete: bool
) -> None:
    assert understanding.is_complete("en-US", expects, text) is complete


@pytest.mark.parametrize(
    ("text", "enough"),
    [("one eight one five nine oh eight", True), ("one eight one", False), ("go back", False), ("", False)],
)
def test_digits_of_an_expected_length_are_enough_though_more_may_come(
    understanding: GrammarUnderstanding, text: str, enough: bool
) -> None:
    expects = Expects(builtins=(Builtin.DIGITS,), digit_lengths=(7, 17))
    assert understanding.is_enough("en-US", expects, text) is enough
    assert not understanding.is_complete("en-US", expects, "one eight one five nine oh eight")


def test_locale_without_templates_for_a_turn_still_has_the_globals(content: Content) -> None:
    understanding = GrammarUnderstanding(content)
    assert said(understanding, Expects(), "agent") == (Intent("agent"),)
