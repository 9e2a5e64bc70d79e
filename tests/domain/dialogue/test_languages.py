"""Languages in the dialogue: many are offered page by page, and none promises to understand what it does not."""

from dataclasses import replace

import pytest

from ivr.domain.dialogue import Caller, Dialogue, State, heard, start, step
from ivr.domain.dialogue import effects as wanted
from ivr.domain.hearing import Ability
from ivr.domain.intents import Builtin, Certainty, Expects, Intent, Meaning
from tests.domain.dialogue.talk import CALLER, NOW, Talk

MANY = tuple(f"l{number}" for number in range(23))


def of_many(count: int = 23) -> Dialogue:
    return start(Caller(), MANY[:count], NOW)


def presses(dialogue: Dialogue, *keys: str) -> Dialogue:
    talk = Talk()
    talk.dialogue = dialogue
    return talk.presses(*keys).dialogue


def offered(dialogue: Dialogue) -> list[str | None]:
    return [say.locale for say in dialogue.turn.say if say.key == "language_menu"]


def test_every_one_of_many_languages_is_offered_in_its_own_words_once() -> None:
    pages = [presses(of_many(), "8", *"9" * turns) for turns in range(3)]
    assert [name for page in pages for name in offered(page)] == list(MANY)
    assert [page.turn.say[-1].key for page in pages] == ["language_more"] * 3


def test_after_the_last_page_of_languages_comes_the_first() -> None:
    assert offered(presses(of_many(), "8", "9", "9", "9")) == list(MANY[:8])


@pytest.mark.parametrize(("keys", "locale"), [("88", "l7"), ("891", "l8"), ("8997", "l22")])
def test_key_on_a_page_chooses_its_language(keys: str, locale: str) -> None:
    chosen = presses(of_many(), *keys)
    assert (chosen.locale, chosen.state) == (locale, State.MENU)


def test_eight_languages_fit_on_one_page_and_nine_still_repeats() -> None:
    asked = presses(of_many(8), "8")
    assert len(offered(asked)) == 8
    assert "language_more" not in [say.key for say in asked.turn.say]
    assert offered(presses(asked, "9")) == offered(asked)


def in_part(ability: Ability) -> Talk:
    talk = Talk()
    talk.dialogue = start(CALLER, ("fi-FI", "en-US"), NOW, {"fi-FI": ability})
    return talk


@pytest.mark.parametrize("ability", [Ability.PARTIAL, Ability.KEYPAD])
def test_language_that_is_understood_in_part_asks_for_keys(ability: Ability) -> None:
    talk = in_part(ability)
    assert talk.dialogue.turn.say[-1].key == "menu_keys"
    talk.presses("5", "2")
    assert (talk.dialogue.state, talk.dialogue.turn.say[-1].key) == (State.MOMENT, "ask_moment_keys")


def test_partly_understood_language_expects_yes_and_digits_but_no_requests_and_moments() -> None:
    talk = in_part(Ability.PARTIAL)
    assert talk.dialogue.turn.expects == Expects()
    talk.presses("1")
    assert talk.dialogue.turn.expects == Expects(builtins=(Builtin.DIGITS,), digit_lengths=(7, 17))
    talk.presses("1234567")
    assert talk.dialogue.turn.expects == Expects(builtins=(Builtin.BOOLEAN,))
    assert talk.means("yes").dialogue.state == State.ANYTHING_ELSE


def test_keypad_language_expects_no_words_at_all() -> None:
    talk = in_part(Ability.KEYPAD).presses("1")
    assert talk.dialogue.turn.say[-1].key == "ask_order_keys"
    talk.presses("1234567")
    assert (talk.dialogue.state, talk.dialogue.turn.expects) == (State.ORDER_CONFIRM, Expects())


@pytest.mark.parametrize("ability", [Ability.PARTIAL, Ability.KEYPAD])
def test_moment_is_keyed_where_it_would_not_be_understood(ability: Ability) -> None:
    talk = in_part(ability).presses("5", "2", "11251530")
    (resolved,) = talk.wanted(wanted.ResolveMoment)
    assert isinstance(resolved, wanted.ResolveMoment)
    assert (resolved.when.month, resolved.when.day, resolved.when.hour) == (11, 25, 15)


def test_asking_for_slower_speech_repeats_the_turn_and_keeps_it_slow() -> None:
    talk = Talk()
    before = talk.dialogue.turn
    talk.means("slower")
    assert talk.dialogue.turn == replace(before, number=before.number + 1, slow=True)
    assert talk.presses("1").dialogue.turn.slow


def test_cancel_gives_up_what_is_in_hand() -> None:
    talk = Talk().means("return_refund")
    assert talk.dialogue.state == State.ORDER_NUMBER
    talk.means("cancel")
    assert (talk.dialogue.state, talk.dialogue.want) == (State.MENU, "")


def test_cancel_where_it_could_be_yes_or_no_is_asked_again() -> None:
    asked = replace(Talk().dialogue, state=State.RECALL_CONFIRM)
    said = heard.Speech(Meaning("cancel", (Intent("cancel"),), Certainty.EXACT))
    done = step(asked, said)
    assert (done.dialogue.state, done.effects) == (State.RECALL_CONFIRM, ())


def doubtfully_korean() -> Talk:
    talk = Talk().says(Intent("track_order"), certainty=Certainty.FUZZY)
    return talk.says(Intent("another_language", {"language": "ko-KR"}), certainty=Certainty.FUZZY)


def test_language_that_was_heard_only_vaguely_is_not_spoken_but_all_are_offered() -> None:
    talk = doubtfully_korean()
    assert (talk.dialogue.locale, talk.state) == ("en-US", "language")
    assert offered(talk.dialogue) == ["en-US", "ko-KR"]


@pytest.mark.parametrize(("key", "locale"), [("1", "en-US"), ("2", "ko-KR")])
def test_after_the_language_is_chosen_the_interrupted_question_is_asked_again(key: str, locale: str) -> None:
    talk = doubtfully_korean().presses(key)
    assert (talk.dialogue.locale, talk.state, talk.prompts[-1]) == (locale, "intent_confirm", "confirm_intent")
    assert talk.means("yes").state == "order_number"


def test_vaguely_heard_language_is_on_the_page_that_is_offered() -> None:
    talk = Talk()
    talk.dialogue = of_many()
    talk.says(Intent("another_language", {"language": "l9"}), certainty=Certainty.FUZZY)
    assert "l9" in offered(talk.dialogue)


def test_whoever_did_not_want_the_language_is_told_the_way_back_in_the_one_they_had() -> None:
    talk = Talk().means("another_language", language="ko-KR")
    assert [(say.key, say.locale) for say in talk.dialogue.turn.say[:2]] == [
        ("language_changed", None),
        ("language_menu", "en-US"),
    ]
    assert talk.presses("8").dialogue.locale == "en-US"


def test_same_language_chosen_again_needs_no_way_back() -> None:
    assert offered(doubtfully_korean().presses("1").dialogue) == []


def test_language_heard_vaguely_among_the_languages_still_leads_back_to_the_question() -> None:
    talk = doubtfully_korean().says(Intent("another_language", {"language": "ko-KR"}), certainty=Certainty.FUZZY)
    assert talk.state == "language"
    assert talk.presses("2").state == "intent_confirm"


def test_keys_for_the_languages_that_come_late_do_not_answer_the_interrupted_question() -> None:
    talk = doubtfully_korean()
    languages = talk.dialogue.turn.number
    assert talk.presses("1").dialogue.since > languages
