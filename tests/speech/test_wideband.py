"""The widener: same output however the input is cut, quieter noise, an upper band where speech has one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.speech.audio import Samples
from ivr.speech.wideband import Widener

RATE = 16000


def _widened(samples: Samples, *cuts: int) -> Samples:
    widener, at, out = Widener(), 0, []
    for cut in (*sorted(cuts), len(samples)):
        out.append(widener.feed(samples[at:cut]))
        at = cut
    return np.concatenate([*out, widener.flush()])


def _noise(count: int, rms: float) -> Samples:
    return np.rint(np.random.default_rng(7).normal(0.0, rms, count)).astype(np.int16)


def _tone_after_noise(rms: float) -> Samples:
    """A second of noise alone, then a second of a 3 kHz tone in it."""
    tone = 6000 * np.sin(2 * np.pi * 3000 * np.arange(8000) / 8000)
    return (_noise(16000, rms) + np.concatenate([np.zeros(8000), tone])).astype(np.int16)


def _band_rms(samples: Samples, low: float, high: float) -> float:
    spectrum = np.fft.rfft(samples.astype(float)) / np.sqrt(len(samples))
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(np.sqrt(np.mean(np.abs(spectrum[(frequencies >= low) & (frequencies < high)]) ** 2)))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 4000), max_size=12))
def test_cuts_of_the_input_do_not_change_the_output(cuts: list[int]) -> None:
    samples = _tone_after_noise(300)[6000:10000]
    assert np.array_equal(_widened(samples, *cuts), _widened(samples))


def test_every_sample_comes_out_twice() -> None:
    for count in (0, 1, 160, 1000, 12345):
        assert 2 * count <= len(_widened(_noise(count, 300))) <= 2 * count + 2 * 512


def test_noise_alone_is_taken_down() -> None:
    out = _widened(_noise(16000, 300))[8000:24000]
    assert _band_rms(out, 300, 3800) < 0.5 * _band_rms(_noise(16000, 300).repeat(2), 300, 3800)


def test_tone_keeps_its_level_in_noise() -> None:
    out = _widened(_tone_after_noise(300))[18000:30000].astype(float)
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    assert np.argmax(spectrum[: len(spectrum) // 2]) * RATE / len(out) == pytest.approx(3000, abs=5)
    assert 4 * spectrum.max() / len(out) == pytest.approx(6000, rel=0.1)


def test_sound_at_the_top_of_the_band_is_carried_above_it() -> None:
    out = _widened(_tone_after_noise(30))
    assert _band_rms(out[20000:30000], 4200, 7800) > 20 * _band_rms(out[4000:14000], 4200, 7800)


def test_digital_silence_stays_silent() -> None:
    assert not np.any(_widened(np.zeros(8000, np.int16)))
