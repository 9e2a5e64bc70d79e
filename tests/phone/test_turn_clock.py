"""Keys, the end of the prompt and silence in one turn, by the stream's clock."""

import pytest

from ivr.domain.turn import Say, Turn
from ivr.phone.turn_clock import TurnClock


def clock(key_count: int = 1) -> TurnClock:
    return TurnClock(Turn(number=3, locale="en-US", say=(Say("menu"),), key_count=key_count), quiet_ms=6000)


def test_silence_is_counted_from_the_end_of_the_prompt_and_told_once() -> None:
    turn = clock()
    assert turn.due(60_000) is None, "the prompt still plays"
    turn.played(20_000)
    assert turn.due(25_980) is None
    assert turn.due(26_000) == ""
    assert turn.due(99_000) is None


def test_prompt_whose_mark_never_comes_back_is_over_some_time_after_its_sound() -> None:
    turn = clock()
    turn.ends_by(25_000)
    assert turn.due(24_980) is None
    assert turn.due(25_000) is None
    assert not turn.is_playing
    assert turn.due(31_000) == ""


def test_prompt_is_stopped_once() -> None:
    turn = clock()
    assert turn.stop_prompt(1000)
    assert not turn.stop_prompt(2000)
    assert turn.due(7000) == "", "silence is counted from the first stop"


def test_mark_that_comes_after_a_stop_changes_nothing() -> None:
    turn = clock()
    turn.stop_prompt(1000)
    turn.played(5000)
    assert turn.due(7000) == ""


def test_single_key_answers_at_once() -> None:
    assert [clock().key(key, 0) for key in "0123456789*#"] == list("0123456789*#")


def test_number_ends_with_the_pound_key() -> None:
    turn = clock(17)
    assert [turn.key(key, 0) for key in "1815908#"] == [""] * 7 + ["1815908"]


def test_number_ends_with_its_last_digit() -> None:
    turn = clock(4)
    assert [turn.key(key, 0) for key in "1530"] == ["", "", "", "1530"]


def test_number_ends_when_no_more_keys_come() -> None:
    turn = clock(17)
    turn.stop_prompt(1000)
    turn.key("1", 1000)
    turn.key("8", 4000)
    assert turn.due(9980) is None
    assert turn.due(10_000) == "18"
    assert turn.key("1", 11_000) == ""
    assert turn.due(17_000) == "1", "what was taken is not taken again"


@pytest.mark.parametrize(("keys", "taken"), [("*", "*"), ("1*", ""), ("#", "")])
def test_star_alone_leads_back_from_a_number_too_and_pound_alone_is_nothing(keys: str, taken: str) -> None:
    turn = clock(17)
    assert [turn.key(key, 0) for key in keys][-1] == taken


def test_silence_starts_anew_when_nothing_came_of_what_was_heard() -> None:
    turn = clock()
    turn.played(1000)
    turn.wait_on(5000)
    assert turn.due(10_980) is None
    assert turn.due(11_000) == ""


def test_prompt_that_a_voice_stopped_for_nothing_plays_again_once_and_silence_counts_from_its_end() -> None:
    turn = clock()
    turn.stop_prompt(1000, by_voice=True)
    assert (turn.plays_again(), turn.plays_again(), turn.is_playing) == (True, False, True)
    assert turn.due(60_000) is None
    turn.played(61_000)
    assert turn.due(67_000) == ""


def test_prompt_that_a_key_stopped_does_not_play_again() -> None:
    turn = clock()
    turn.stop_prompt(1000, by_voice=True)
    turn.stop_prompt(1200)
    assert not turn.plays_again()
