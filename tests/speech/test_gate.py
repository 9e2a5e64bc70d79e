"""The gate opens for speech and for nothing else that a telephone line carries."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ivr.speech.audio import FRAME_SAMPLES, Samples, decode_mulaw, pcm_samples
from ivr.speech.gate import Onset, VoiceGate, is_key_tone


def test_comfort_noise_is_never_voiced(comfort_noise: Callable[..., bytes]) -> None:
    assert _voiced_share(decode_mulaw(comfort_noise(10_000))) == 0.0


def test_digital_silence_is_never_voiced() -> None:
    assert _voiced_share(bytes(16 * 2000)) == 0.0


def test_loud_steady_noise_is_voiced_only_until_the_floor_has_risen() -> None:
    noise = np.random.default_rng(2).normal(0, 600, 8 * 10_000).astype("<i2").tobytes()
    assert _opens(noise[16 * 1000 :], warm=noise[: 16 * 1000]) == 0


def test_hum_after_silence_does_not_hold_the_gate_for_ever() -> None:
    time = np.arange(8 * 10_000) / 8000
    hum = (900 * np.sin(2 * np.pi * 120 * time) + 400 * np.sin(2 * np.pi * 240 * time)).astype("<i2").tobytes()
    frames = _frames(hum)
    gate = VoiceGate()
    voiced = [gate.is_voiced(frame) for frame in frames]
    assert not any(voiced[-250:])


def test_speech_opens_the_gate_within_its_first_fifth_of_a_second(speak: Callable[..., bytes]) -> None:
    gate, onset = VoiceGate(), Onset()
    opened = [
        i * 20 for i, x in enumerate(_frames(speak("where is my order", "en-US"))) if onset.take(gate.is_voiced(x))
    ]
    assert opened
    assert 300 <= opened[0] <= 500


@pytest.mark.parametrize("snr_db", [15, 10])
def test_speech_is_found_in_line_noise_and_its_end_too(speak: Callable[..., bytes], snr_db: int) -> None:
    clean = speak("where is my order", "en-US", before_ms=1500, after_ms=1500)
    samples = pcm_samples(clean).astype(float)
    level = np.sqrt(np.mean(samples[np.abs(samples) > 100] ** 2))
    noise = np.random.default_rng(4).normal(0, level * 10 ** (-snr_db / 20), len(samples))
    gate = VoiceGate()
    voiced = [gate.is_voiced(x) for x in _frames((samples + noise).clip(-32768, 32767).astype("<i2").tobytes())]
    spoken = len(voiced) * 20 - 3000
    assert sum(voiced[75 : 75 + spoken // 20]) * 20 > spoken * 0.4
    assert sum(voiced[-60:]) <= 1


@pytest.mark.parametrize("key", ["123A", "456B", "789C", "*0#D"])
def test_synthetic_key_tones_are_no_speech(key: str) -> None:
    low = {"1": 697, "4": 770, "7": 852, "*": 941}[key[0]]
    for high in (1209, 1336, 1477, 1633):
        time = np.arange(8 * 200) / 8000
        tone = (5000 * np.sin(2 * np.pi * low * time) + 6500 * np.sin(2 * np.pi * high * time)).astype("<i2")
        assert _opens(tone.tobytes()) == 0
        assert is_key_tone(tone[:FRAME_SAMPLES])


def test_recorded_key_tones_are_no_speech(shared: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    tones = sorted((shared / "speech/sounds").glob("*dtmf*.flac"))
    if not tones:
        pytest.skip("needs recorded key tones in speech/sounds")
    for path in tones:
        samples, rate = soundfile.read(path, dtype="int16")
        assert rate == 8000
        assert _opens(samples.astype("<i2").tobytes()) == 0, path.name


def test_vowels_are_no_key_tones(speak: Callable[..., bytes]) -> None:
    frames = _frames(speak("you two are too new, who knew", "en-US"))
    assert sum(map(is_key_tone, frames)) <= len(frames) * 0.02


def test_three_voiced_frames_of_five_are_an_onset_and_two_are_not() -> None:
    onset = Onset()
    assert [onset.take(x) for x in (True, False, True, False, False, True, False, True, True)][-1]
    onset.reset()
    assert not any(onset.take(x) for x in (True, False, False, True, False, False, True))


def _frames(pcm: bytes) -> list[Samples]:
    samples = pcm_samples(pcm)
    return [samples[i : i + FRAME_SAMPLES] for i in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES)]


def _voiced_share(pcm: bytes) -> float:
    gate = VoiceGate()
    voiced = [gate.is_voiced(frame) for frame in _frames(pcm)]
    return sum(voiced) / len(voiced)


def _opens(pcm: bytes, *, warm: bytes = b"") -> int:
    """How many frames of the audio would be an onset."""
    gate, onset = VoiceGate(), Onset()
    for frame in _frames(warm):
        gate.is_voiced(frame)
    return sum(onset.take(gate.is_voiced(frame)) for frame in _frames(pcm))
