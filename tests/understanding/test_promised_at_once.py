"""What promises a call at once, without a moment that is read back: only when nothing else can have been meant."""

import pytest

from ivr.domain.intents import Builtin, Expects, Intent
from ivr.domain.moments import When
from ivr.understanding import GrammarUnderstanding
from tests.understanding.test_parsing import MENU, MOMENT, YES_OR_NO, said


def test_yes_before_much_that_is_not_understood_answers_only_where_no_moment_may_be_said(
    understanding: GrammarUnderstanding,
) -> None:
    text = "네 오 분 에 전화 니다"  # "tomorrow at half past three in the afternoon", misheard by Vosk in a spoken story
    assert understanding.parse("ko-KR", MOMENT, (text,)).first is None
    assert understanding.parse("ko-KR", YES_OR_NO, (text,)).first == Intent("yes")
    assert understanding.parse("ko-KR", MOMENT, ("네",)).first == Intent("yes")
    assert understanding.parse("ko-KR", MOMENT, ("아니요 그건 제 것이 아닌데요",)).first == Intent("no")


def test_yes_among_pieces_of_a_misheard_moment_promises_nothing(understanding: GrammarUnderstanding) -> None:
    readings = ("주세요 한 분 에", "주세요 한 좋아요 에")
    assert said(understanding, MOMENT, *readings, locale="ko-KR") == ()
    assert said(understanding, YES_OR_NO, "좋아요", locale="ko-KR") == (Intent("yes"),)
    assert said(understanding, MOMENT, "네 좋아요", locale="ko-KR") == (Intent("yes"),)


@pytest.mark.parametrize("text", ["yes please", "yes call me back", "yes please call me back", "okay thank you"])
def test_yes_in_other_words_promises_a_call(understanding: GrammarUnderstanding, text: str) -> None:
    offer = Expects(intents=("callback", "hold", "main_menu"), builtins=(Builtin.BOOLEAN, Builtin.MOMENT))
    assert said(understanding, offer, text)[0] == Intent("yes")


def test_yes_before_another_request_is_still_heard(understanding: GrammarUnderstanding) -> None:
    existing = Expects(intents=(*MENU.intents, "main_menu"), builtins=(Builtin.BOOLEAN, Builtin.MOMENT))
    names = [intent.name for intent in said(understanding, existing, "yes cancel my callback")]
    assert names == ["yes", "existing_callback"]


def test_yes_that_another_reading_takes_for_a_no_is_neither(understanding: GrammarUnderstanding) -> None:
    readings = ("좋아요 이 요", "아니 에 요", "아니요")  # "no", misheard by Vosk in a spoken story
    assert said(understanding, YES_OR_NO, *readings, locale="ko-KR") == ()
    assert said(understanding, YES_OR_NO, "네", "네 요", locale="ko-KR") == (Intent("yes"),)


def test_as_soon_as_possible_among_as_many_other_words_promises_nothing(understanding: GrammarUnderstanding) -> None:
    assert said(understanding, MOMENT, "purple monkeys dance as soon as possible with seventeen bottles") == ()
    assert said(understanding, MOMENT, "as soon as possible please")[0].slots == {"when": When(asap=True)}
    assert said(understanding, MOMENT, "please call me back as soon as possible")[0].slots == {"when": When(asap=True)}


def test_as_soon_as_possible_that_another_reading_takes_for_a_time_promises_nothing(
    understanding: GrammarUnderstanding,
) -> None:
    now, evening = "지금 네 에", "오후 네 에"  # "in ten minutes", misheard by Vosk in a spoken story
    assert said(understanding, MOMENT, now, evening, "아홉 네 에", locale="ko-KR") == ()
    assert said(understanding, MOMENT, "지금 뒤에", locale="ko-KR") == ()
    assert said(understanding, MOMENT, "네 지금 바로", locale="ko-KR")[0].slots == {"when": When(asap=True)}


def test_please_beside_what_cannot_be_promises_nothing(understanding: GrammarUnderstanding) -> None:
    text = "金曜じゃなくてお願いします"  # "not Friday, please": "please" is a yes in Japanese
    assert understanding.parse("ja-JP", MOMENT, (text,)).first is None
