"""The local carrier's voice: real espeak-ng, no fake."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ivr import espeak as voice


def samples(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, dtype="<i2").astype(float) / 32768


def share_above(pcm: bytes, hertz: float) -> float:
    power = np.abs(np.fft.rfft(samples(pcm))) ** 2
    return float(power[np.fft.rfftfreq(len(samples(pcm)), 1 / 8000) > hertz].sum() / power.sum())


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en-US", "It says delivered but I don't have it."),
        ("en-GB", "It says delivered but I don't have it."),
        ("ko-KR", "배송 완료인데 물건을 못 받았어요."),
        ("es", "Dice entregado pero no lo tengo."),
        ("es-MX", "Dice entregado pero no lo tengo."),
        ("de", "Es ist nicht angekommen, obwohl es zugestellt ist."),
        ("fr", "Il est marqué livré mais je ne l'ai pas."),
        ("pt-BR", "Diz entregue, mas eu não recebi."),
        ("ja", "とどいていません、しらべてください。"),
        ("hi", "मुझे मेरा पार्सल नहीं मिला है।"),
        ("ar", "لم أستلم الطرد الخاص بي بعد."),
    ],
)
def test_a_sentence_takes_about_as_long_as_a_person_needs(locale: str, text: str) -> None:
    seconds = len(voice.speak(text, locale)) / 2 / voice.SAMPLE_RATE
    assert 1.0 < seconds < 6.0


def test_slower_rate_takes_longer() -> None:
    assert len(voice.speak("track my order", "en-US", rate=110)) > 1.3 * len(
        voice.speak("track my order", "en-US", rate=180)
    )


def test_blank_text_gives_no_audio() -> None:
    assert voice.speak("  \n", "en-US") == b""


def test_nul_character_does_not_cut_the_text() -> None:
    assert len(voice.speak("one two\x00three four", "en-US")) > 1.5 * len(voice.speak("one two", "en-US"))


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_speech_is_at_line_level_and_does_not_clip(locale: str) -> None:
    for name in voice.voices(locale):
        heard = samples(voice.speak("안녕하세요 hello", locale, voice=name))
        assert 0.03 < np.sqrt(np.mean(heard**2)) < 0.15
        assert np.max(np.abs(heard)) < 0.9


def test_silence_before_and_after_is_trimmed() -> None:
    heard = np.abs(samples(voice.speak("hello", "en-US")))
    assert heard[:400].max() > 0.005
    assert heard[-400:].max() > 0.005


def test_nothing_folds_back_into_the_telephone_band() -> None:
    tone = np.sin(2 * np.pi * 5000 * np.arange(22050) / 22050)
    assert np.max(np.abs(voice._resample(tone)[100:-100])) < 0.001
    assert np.sqrt(np.mean(voice._resample(np.sin(2 * np.pi * 1000 * np.arange(22050) / 22050)) ** 2)) > 0.7


def test_equal_arguments_give_equal_bytes_whatever_was_spoken_before() -> None:
    first = {name: voice.speak("one two three", "en-US", voice=name) for name in voice.voices("en-US")}
    voice._spoken.cache_clear()
    for name in reversed(voice.voices("en-US")):
        voice.speak("something else entirely", "ko-KR", voice=name)
        assert voice.speak("one two three", "en-US", voice=name) == first[name]


def test_repeated_text_comes_from_a_bounded_cache() -> None:
    voice._spoken.cache_clear()
    first = voice.speak("please hold", "en-US")
    assert voice.speak("please hold", "en-US") is first
    assert voice._spoken.cache_info().maxsize


def test_threads_hear_what_one_thread_hears() -> None:
    texts = [f"order number {n}" for n in range(24)]
    alone = [voice.speak(text, "en-US") for text in texts]
    voice._spoken.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: voice.speak(text, "en-US"), texts)) == alone


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_at_least_six_voices_differ(locale: str) -> None:
    spoken = {voice.speak("하나 둘 셋 one two three", locale, voice=name) for name in voice.voices(locale)}
    assert len(spoken) == len(voice.voices(locale)) >= 6


def test_whole_voice_name_is_taken() -> None:
    assert voice.speak("hello", "en-US", voice="en-gb-scotland+m3") != voice.speak("hello", "en-US", voice="m3")


def test_unknown_locale_says_what_to_use() -> None:
    with pytest.raises(voice.VoiceError, match="en-US, ko-KR"):
        voice.speak("hello", "tlh-KX")


def test_unknown_voice_says_where_the_names_are() -> None:
    with pytest.raises(voice.VoiceError, match="voices"):
        voice.speak("hello", "en-US", voice="nobody")


def test_missing_package_says_which_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    monkeypatch.setattr(voice, "_started", [])
    assert not voice.available()
    voice._spoken.cache_clear()
    with pytest.raises(voice.VoiceError, match=r"ringback\[demo\]"):
        voice.speak("hello", "en-US")


def test_noise_repeats_by_seed_and_keeps_its_distance() -> None:
    clean = voice.speak("it says delivered", "en-US")
    noisy = voice.add_noise(clean, 15, seed=7)
    assert noisy == voice.add_noise(clean, 15, seed=7) != voice.add_noise(clean, 15, seed=8)
    loud = np.abs(samples(clean)) > 0.003
    ratio = np.mean(samples(clean)[loud] ** 2) / np.mean((samples(noisy) - samples(clean)) ** 2)
    assert abs(10 * np.log10(ratio) - 15) < 1
    assert share_above(noisy, 3800) > share_above(clean, 3800)


def test_noise_on_a_silent_line_is_faint() -> None:
    assert 0 < np.abs(samples(voice.add_noise(bytes(16000), 15, seed=1))).max() < 0.02
