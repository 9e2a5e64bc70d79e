"""How loud speech is, and what evens it."""

import numpy as np
import pytest

from ivr.speech.levels import EVEN_RMS, gain_for, loud_parts, loudness, scaled

SPEECH = np.random.default_rng(3).normal(0, 1000, 8000).astype(np.int16)
SILENCE = np.zeros(8000, np.int16)


@pytest.mark.parametrize("share", [0.5, 1.0, 2.0])
def test_near_and_far_speakers_become_equally_loud(share: float) -> None:
    caller = scaled(SPEECH, share)
    assert loudness(scaled(caller, gain_for(loudness(caller)))) == pytest.approx(EVEN_RMS, rel=0.02)


def test_pauses_do_not_make_a_speaker_louder() -> None:
    halting = np.concatenate([SPEECH, SILENCE])
    assert gain_for(loudness(halting)) == pytest.approx(EVEN_RMS / 1000, rel=0.05)


def test_line_noise_is_not_lifted_to_the_level_of_speech() -> None:
    comfort_noise = np.random.default_rng(3).normal(0, 12, 8000).astype(np.int16)
    assert gain_for(loudness(comfort_noise)) == 1.0


def test_loud_parts_leave_the_silence_around_words_out() -> None:
    assert np.array_equal(loud_parts(np.concatenate([SILENCE, SPEECH, SILENCE])), SPEECH)


def test_loud_parts_of_nothing_are_nothing() -> None:
    assert len(loud_parts(SILENCE[:0])) == 0
