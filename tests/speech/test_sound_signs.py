"""What a sound shows by itself tells held notes from speech, however the audio is cut."""

from collections.abc import Callable

import numpy as np
import pytest

from ivr.speech.audio import Samples, Upsampler, pcm_samples
from ivr.speech.sound_signs import STEP, SoundMeter, SoundSigns


def measured(wide: Samples, piece: int = 1600) -> SoundSigns:
    meter = SoundMeter()
    for at in range(0, len(wide), piece):
        meter.add(wide[at : at + piece])
    signs = meter.signs()
    assert signs is not None
    return signs


def chord(seconds: float) -> Samples:
    at = np.arange(int(16_000 * seconds)) / 16_000
    notes = sum(np.sin(2 * np.pi * hertz * at) for hertz in (330, 415, 494, 660, 830, 988))
    return np.asarray(2000 * notes, np.int16)


@pytest.fixture
def sentence(speak: Callable[..., bytes]) -> Samples:
    return Upsampler().feed(pcm_samples(speak("i want to return something i bought last week", "en-US")))


def test_held_notes_are_more_like_themselves_and_change_less_than_speech(sentence: Samples) -> None:
    music, speech = measured(chord(2)), measured(sentence)
    assert music.likeness > 0.95 > speech.likeness
    assert music.change_db < 1 < speech.change_db


def test_noise_changes_more_and_stays_less_like_itself_than_speech(sentence: Samples) -> None:
    noise = measured(np.random.default_rng(1).normal(0, 2000, 32_000).astype(np.int16))
    speech = measured(sentence)
    assert noise.likeness < speech.likeness


def test_loud_steps_are_where_the_sound_is() -> None:
    quiet = np.zeros(16_000, np.int16)
    signs = measured(np.concatenate([quiet, chord(1), quiet]))
    assert signs.loud[105:190].all()
    assert not signs.loud[:95].any()
    assert not signs.loud[205:].any()
    assert signs.contrast_db > 30


@pytest.mark.parametrize("piece", [1, 37, 160, 1600, 100_000])
def test_audio_in_pieces_of_any_length_shows_the_same(piece: int) -> None:
    wide = np.random.default_rng(2).normal(0, 1000, 4000).astype(np.int16)
    whole, cut = measured(wide, 4000), measured(wide, piece)
    assert np.array_equal(whole.loud, cut.loud)
    assert (whole.contrast_db, whole.change_db, whole.likeness) == pytest.approx(
        (cut.contrast_db, cut.change_db, cut.likeness)
    )


def test_telephone_rate_shows_what_twice_as_many_samples_show(speak: Callable[..., bytes]) -> None:
    narrow = pcm_samples(speak("i want to return something i bought last week", "en-US"))
    meter = SoundMeter(8000)
    meter.add(narrow)
    found, wide = meter.signs(), measured(Upsampler().feed(narrow))
    assert found is not None
    assert (found.contrast_db, found.change_db) == pytest.approx((wide.contrast_db, wide.change_db), abs=0.5)
    assert found.likeness == pytest.approx(wide.likeness, abs=0.01)
    shared = min(len(found.loud), len(wide.loud))
    assert (found.loud[:shared] == wide.loud[:shared]).mean() > 0.98


def test_digital_silence_shows_something_finite() -> None:
    signs = measured(np.zeros(16_000, np.int16))
    assert np.isfinite([signs.contrast_db, signs.change_db, signs.likeness]).all()


def test_less_than_a_tenth_of_a_second_shows_nothing() -> None:
    meter = SoundMeter()
    meter.add(np.ones(9 * STEP, np.int16))
    assert meter.signs() is None
