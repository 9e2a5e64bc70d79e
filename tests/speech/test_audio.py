"""Mu-law by the tables of G.711, and an upsampler that does not mind how its input is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.errors import AudioError
from ivr.speech.audio import Upsampler, WholeSamples, decode_mulaw, encode_mulaw, pcm_samples


@pytest.mark.parametrize(
    ("code", "sample"), [(0xFF, 0), (0x7F, 0), (0x00, -32124), (0x80, 32124), (0xFE, 8), (0xF0, 120), (0x8F, 16764)]
)
def test_mulaw_codes_have_the_values_of_g711(code: int, sample: int) -> None:
    assert int(pcm_samples(decode_mulaw(bytes([code])))[0]) == sample


def test_every_mulaw_code_survives_decoding_and_encoding() -> None:
    codes = bytes(code for code in range(256) if code != 0x7F)  # 0x7F is a second zero
    assert encode_mulaw(decode_mulaw(codes)) == codes


def test_every_sample_is_coded_to_the_nearest_step() -> None:
    samples = np.arange(-32768, 32768).astype("<i2")
    back = pcm_samples(decode_mulaw(encode_mulaw(samples.tobytes()))).astype(int)
    error = np.abs(back - samples.astype(int))
    assert np.all(error <= np.maximum(4, (np.abs(samples.astype(int)) + 132) / 31) + (np.abs(back) == 32124) * 644)


def test_odd_pcm_is_refused_with_its_length() -> None:
    with pytest.raises(AudioError, match="3"):
        encode_mulaw(b"abc")


def test_tone_keeps_its_frequency_and_level_when_upsampled() -> None:
    time = np.arange(8000) / 8000
    tone = (8000 * np.sin(2 * np.pi * 1000 * time)).astype(np.int16)
    wide = _upsampled(tone)
    spectrum = np.abs(np.fft.rfft(wide[1000:15000].astype(float) * np.hanning(14000)))
    assert np.argmax(spectrum) * 16000 / 14000 == pytest.approx(1000, abs=2)
    assert np.max(np.abs(wide[1000:15000])) == pytest.approx(8000, rel=0.01)


def test_upsampling_puts_no_image_above_four_kilohertz() -> None:
    time = np.arange(8000) / 8000
    wide = _upsampled((8000 * np.sin(2 * np.pi * 3000 * time)).astype(np.int16))
    spectrum = np.abs(np.fft.rfft(wide[1000:15000].astype(float) * np.hanning(14000)))
    image = spectrum[int(4500 * 14000 / 16000) :].max()
    assert image < spectrum.max() / 300  # -50 dB


@settings(max_examples=40)
@given(st.lists(st.integers(min_value=0, max_value=90), max_size=12))
def test_upsampled_stream_is_the_same_however_it_is_cut(cuts: list[int]) -> None:
    samples = np.random.default_rng(3).integers(-9000, 9000, 400).astype(np.int16)
    upsampler, out, at = Upsampler(), [], 0
    for size in [*cuts, 400]:
        out.append(upsampler.feed(samples[at : at + size]))
        at += size
    pieces = np.concatenate([*out, upsampler.flush()])
    assert np.array_equal(pieces, _upsampled(samples))


def test_upsampled_stream_is_twice_as_long_and_in_step() -> None:
    click = np.zeros(200, np.int16)
    click[100] = 20000
    wide = _upsampled(click)
    assert len(wide) == 400
    assert abs(int(np.argmax(wide)) - 200) <= 1


@settings(max_examples=40)
@given(st.lists(st.binary(max_size=7), max_size=20))
def test_whole_samples_lose_no_byte_but_a_last_odd_one(pieces: list[bytes]) -> None:
    whole = WholeSamples()
    joined = b"".join(whole.take(piece) for piece in pieces)
    everything = b"".join(pieces)
    assert joined == everything[: len(everything) & ~1]


def _upsampled(samples: np.ndarray) -> np.ndarray:
    upsampler = Upsampler()
    return np.concatenate([upsampler.feed(samples), upsampler.flush()])
