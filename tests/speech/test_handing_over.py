"""Frames on their way to the turn-taker."""

import numpy as np
import pytest

from ivr.speech.audio import FRAME_MS, FRAME_SAMPLES
from ivr.speech.endpointing import LOOK_AHEAD_MS, PATIENCE
from ivr.speech.handing_over import HandingOver
from ivr.speech.turn_taker import Frame

QUIET = np.zeros(FRAME_SAMPLES, np.int16)
ACTS_MS = sorted(
    {ms for x in PATIENCE.values() for ms in (x.complete_ms - LOOK_AHEAD_MS, x.complete_ms, x.enough_ms, x.open_ms)}
)


def frames(count: int, at_ms: int = 0, *, voiced: bool) -> list[Frame]:
    return [Frame(QUIET, at_ms + i * FRAME_MS, voiced) for i in range(count)]


@pytest.fixture
def spoken() -> HandingOver:
    """Half a second of speech was handed over."""
    hands = HandingOver()
    hands.begin()
    for frame in frames(25, voiced=True):
        hands.take(frame)
    hands.rest()
    return hands


@pytest.mark.parametrize("silence_ms", ACTS_MS)
def test_no_frame_waits_at_a_silence_that_the_turn_taker_acts_at(spoken: HandingOver, silence_ms: int) -> None:
    count = silence_ms // FRAME_MS
    before = frames(count - 1, 500, voiced=False)
    handed = list(spoken.pass_by(before))
    last = frames(1, 500 + (count - 1) * FRAME_MS, voiced=False)
    assert not spoken.is_due(1, last[0].at_ms)
    assert spoken.is_due(1, last[0].end_ms)
    assert [*handed, *spoken.pass_by(last)][-1] == last[0]


def test_a_lost_stretch_of_the_line_is_looked_at_once(spoken: HandingOver) -> None:
    assert spoken.is_due(1, 500 + 900)


def test_between_two_such_silences_nothing_is_handed_over(spoken: HandingOver) -> None:
    spoken.pass_by(frames(ACTS_MS[-2] // FRAME_MS, 500, voiced=False))
    assert not spoken.pass_by(frames(10, 500 + ACTS_MS[-2], voiced=False))


def test_three_frames_are_gathered_while_the_line_is_quiet_or_somebody_talks(spoken: HandingOver) -> None:
    quiet = HandingOver()
    for hands in (quiet, spoken):
        assert [hands.is_due(count, 510) for count in (1, 2, 3)] == [False, False, True]


def test_who_talks_on_after_a_pause_is_handed_over_with_the_pause(spoken: HandingOver) -> None:
    pause = frames(20, 500, voiced=False)
    held = len(pause) - len(spoken.pass_by(pause[:10])) - len(spoken.pass_by(pause[10:]))
    (word,) = frames(1, 900, voiced=True)
    assert len(spoken.take(word)) == held + 1
