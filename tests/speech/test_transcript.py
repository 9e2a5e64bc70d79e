"""A whole recorded answer: from its first word to its last, or nothing."""

from collections.abc import Iterable

import numpy as np
import pytest

from ivr.domain.hearing import Grammar, Hypothesis
from ivr.errors import EngineUnavailable
from ivr.speech import transcript
from ivr.speech.audio import Samples, mulaw_samples
from ivr.speech.recognizers import Recognizers
from ivr.speech.transcript import Transcript, transcribe
from tests.web.stream_support import silence, voice

GRAMMAR = Grammar("en-US", "menu", ("track my order",))


class Ear:
    """Hears always the same, and keeps what it was fed."""

    engine = "ear"

    def __init__(self, *words: str) -> None:
        self.words, self.fed = words, b""

    def hears(self, locale: str) -> bool:
        return True

    def open(self, grammar: Grammar, *, alternatives: int = 1) -> "Ear":
        return self

    def feed(self, pcm: bytes) -> None:
        self.fed += pcm

    def partial(self) -> str:
        return ""

    def finish(self) -> tuple[Hypothesis, ...]:
        return tuple(Hypothesis(words) for words in self.words)

    def unknown_words(self, locale: str, words: Iterable[str]) -> set[str]:
        return set()


def heard(ear: Ear, *pieces: bytes) -> Transcript:
    return transcribe(mulaw_samples(b"".join(pieces)), Recognizers((ear,)), GRAMMAR, alternatives=3)


def test_answer_is_heard_with_its_pauses_and_a_little_before_and_after() -> None:
    ear = Ear("track my order")
    told = heard(ear, silence(2.0), voice(1.0), silence(1.0), voice(0.5), silence(3.0))
    assert (told.readings[0].text, told.was_said, told.engine) == ("track my order", True, "ear")
    assert len(ear.fed) / 16000 == pytest.approx(0.3 + 1.0 + 1.0 + 0.5 + 0.2, abs=0.2)
    assert told.audio_seconds == pytest.approx(len(ear.fed) / 16000)


@pytest.mark.parametrize("sound", [b"", silence(2.0), silence(0.5) + voice(0.06) + silence(1.0)])
def test_silence_and_clicks_are_nothing_and_reach_no_engine(sound: bytes) -> None:
    ear = Ear("track my order")
    assert not heard(ear, sound).was_said
    assert ear.fed == b""


def test_speech_that_fits_nothing_was_said_all_the_same() -> None:
    told = heard(Ear(), silence(0.5), voice(1.0), silence(1.0))
    assert (told.readings, told.was_said) == ((), True)


def test_noise_of_the_line_is_nothing() -> None:
    noise = np.random.default_rng(1).normal(0, 40, 8000 * 3).astype(np.int16)
    samples: Samples = noise
    assert not transcribe(samples, Recognizers((Ear("yes"),)), GRAMMAR, alternatives=3).was_said


def test_engine_that_takes_longer_than_a_caller_waits_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "DECODE_SECONDS", -1.0)
    with pytest.raises(EngineUnavailable, match="longer than a caller waits"):
        heard(Ear("yes"), voice(2.0))
