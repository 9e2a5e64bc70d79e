"""Who grows upset, and who only has a bad line; the steps of a complaint."""

from itertools import pairwise

import pytest

from ivr.domain.complaint_steps import ComplaintStep, advanced, step_after
from ivr.domain.upset import CALM, EVEN_TEMPER, Mood, Temper
from ivr.errors import IllegalMove

ANGRY = Mood(upset=1)


def after(*heard: tuple[Mood, str, bool]) -> Temper:
    temper = EVEN_TEMPER
    for mood, request, understood in heard:
        temper = temper.after(mood, request, understood=understood)
    return temper


@pytest.mark.parametrize(
    "heard",
    [
        [(ANGRY, "", False), (ANGRY, "", True)],
        [(Mood(upset=2), "", False)],
        [(CALM, "", False), (CALM, "", False), (ANGRY, "", True)],
        [(CALM, "track_order", True), (ANGRY, "track_order", True), (ANGRY, "", True)],
        [(Mood(level=900), "", True), (Mood(upset=1, level=2000), "", False)],
    ],
)
def test_words_repeats_misunderstandings_and_loudness_add_up(heard: list[tuple[Mood, str, bool]]) -> None:
    assert after(*heard).is_upset
    assert not after(*heard[:-1]).is_upset


@pytest.mark.parametrize(
    "heard",
    [
        [(CALM, "", False)] * 9,
        [(CALM, "track_order", True)] * 9,
        [(ANGRY, "", True), (CALM, "", True), (CALM, "", True), (ANGRY, "", True)],
        [(Mood(level=900), "", True), (Mood(level=1700), "", False), (CALM, "", False), (CALM, "", False)],
    ],
)
def test_a_bad_line_a_question_asked_again_and_one_word_are_no_upset(heard: list[tuple[Mood, str, bool]]) -> None:
    assert not after(*heard).is_upset


def test_a_complaint_takes_each_step_once_and_leaves_none_out() -> None:
    steps = list(ComplaintStep)
    for step, to in pairwise(steps):
        assert advanced(step, to) is to
    assert step_after("follow_up") is None
    for step, to in (("listen", "resolve"), ("listen", "listen"), ("resolve", "investigate"), ("", "listen"),
                     ("follow_up", "listen"), ("nonsense", "listen"), ("listen", "")):  # fmt: skip
        with pytest.raises(IllegalMove):
            advanced(step, to)
