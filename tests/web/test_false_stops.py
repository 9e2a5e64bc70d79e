"""What is no answer does not cost a prompt."""

import pytest

from ivr.domain.hearing import Hypothesis
from ivr.web.false_stops import FalseStops, is_own

PROMPT = "For example, say: where is my order, I want to return something, or call me back. Or press 0."
SURE, DOUBTFUL = (Hypothesis("call me tomorrow", fit=0.95),), (Hypothesis("call me tomorrow", fit=0.4),)
OWN = (Hypothesis("where is my order", fit=0.95),)


class Prompt:
    """One that is playing."""

    def __init__(self, stops: FalseStops) -> None:
        self.stops, self.is_playing = stops, True

    def stop(self) -> bool:
        was_playing, self.is_playing = self.is_playing, False
        return was_playing

    def hears(self, readings: tuple[Hypothesis, ...], level: float = 1000.0) -> bool:
        """Whether what is heard over it counts as an answer."""
        self.stops.begin()
        self.stops.sure(level, is_playing=self.is_playing, stop=self.stop)
        is_nothing = self.stops.is_nothing(readings, lambda: PROMPT)
        understood = bool(readings) and readings[0].fit > 0.75 and not is_nothing
        self.stops.end(is_understood=understood, level=level)
        return not is_nothing


@pytest.fixture
def stops() -> FalseStops:
    return FalseStops()


@pytest.mark.parametrize("noise", [(), DOUBTFUL], ids=["nothing", "doubtful"])
def test_after_one_prompt_was_stopped_for_nothing_the_next_goes_on(
    stops: FalseStops, noise: tuple[Hypothesis, ...]
) -> None:
    first, second = Prompt(stops), Prompt(stops)
    assert first.hears(noise)
    assert not second.hears(noise)
    assert (first.is_playing, second.is_playing) == (False, True)


def test_sure_words_answer_a_prompt_that_goes_on_and_the_next_may_be_stopped_again(stops: FalseStops) -> None:
    Prompt(stops).hears(())
    second, third = Prompt(stops), Prompt(stops)
    assert second.hears(SURE)
    third.hears(SURE)
    assert not third.is_playing


def test_prompts_own_words_that_come_back_are_no_answer_once_a_prompt_was_stopped_for_nothing(
    stops: FalseStops,
) -> None:
    assert Prompt(stops).hears(OWN), "a caller may use our words"
    Prompt(stops).hears(())
    assert not Prompt(stops).hears(OWN)


def test_what_comes_after_a_prompt_is_an_answer_whatever_was_before(stops: FalseStops) -> None:
    Prompt(stops).hears(())
    quiet = Prompt(stops)
    quiet.is_playing = False
    assert quiet.hears(())
    assert quiet.hears(OWN)


def test_somebody_much_quieter_than_the_caller_does_not_stop_a_prompt(stops: FalseStops) -> None:
    Prompt(stops).hears(SURE, level=2000)
    far, near = Prompt(stops), Prompt(stops)
    assert not far.hears((), level=300)
    near.hears(SURE, level=900)
    assert (far.is_playing, near.is_playing) == (True, False)


@pytest.mark.parametrize(
    ("said", "prompt", "own"),
    [
        ("where is my order", PROMPT, True),
        ("i want to return something", PROMPT, True),
        ("my order is where", PROMPT, False),
        ("zero", PROMPT, False),
        ("주문 상태 조회", "주문상태 조회는 1번", True),
        ("it says delivered but i dont have it", "2 if it says delivered but you don't have it", False),
    ],
)
def test_words_are_the_prompts_own_when_three_of_them_follow_each_other_in_it(
    said: str, prompt: str, own: bool
) -> None:
    assert is_own(said, prompt) is own
