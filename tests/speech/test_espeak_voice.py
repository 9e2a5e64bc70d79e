"""Our own voice: telephone sound, slower on demand, and a clear word where it is missing."""

import importlib.util

import numpy as np
import pytest

from ivr import espeak
from ivr.content import load
from ivr.errors import SettingsError, VoiceUnavailable
from ivr.settings import Settings
from ivr.speech.audio import mulaw_samples
from ivr.speech.espeak_voice import EspeakVoice
from ivr.web.duplex_sounds import check_voice

needs_package = pytest.mark.skipif(
    importlib.util.find_spec("espeakng_loader") is None, reason="espeakng-loader is not installed"
)


@needs_package
def test_sentence_is_mulaw_in_whole_frames() -> None:
    sound = EspeakVoice().speak("How can I help?", "en-US")
    assert len(sound) % 160 == 0
    assert 0.5 < len(sound) / 8000 < 3
    assert np.abs(mulaw_samples(sound)).max() > 3000


@needs_package
def test_slow_speech_takes_longer() -> None:
    voice, text = EspeakVoice(), "The wait is between five and ten minutes."
    assert len(voice.speak(text, "en-US", slow=True)) > 1.1 * len(voice.speak(text, "en-US"))


@needs_package
def test_every_language_that_is_served_has_a_voice() -> None:
    locales = tuple(load(Settings.from_env({}).grammars_dir, ()).locales)
    assert check_voice(EspeakVoice(), locales)


@needs_package
def test_language_without_a_voice_is_told_apart() -> None:
    assert not EspeakVoice().speaks("xx-XX")
    with pytest.raises(VoiceUnavailable, match="IVR_HEARING=stream"):
        EspeakVoice().speak("Hello", "xx-XX")


def test_start_is_refused_where_nothing_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(locale: str) -> str:
        raise espeak.VoiceError("no package")

    monkeypatch.setattr(espeak, "language", missing)
    with pytest.raises(SettingsError, match=r"no voice here speaks en-US, ko-KR; .*ringback\[duplex\]"):
        check_voice(EspeakVoice(), ("en-US", "ko-KR"))
