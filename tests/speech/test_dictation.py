"""Recorded conversations put into words: who said what, in its order; nothing is invented."""

import io
import wave
from collections.abc import Callable

import numpy as np
import pytest

from ivr.domain.hearing import Grammar
from ivr.errors import AudioError, EngineUnavailable
from ivr.speech.audio import mulaw_samples
from ivr.speech.dictation import written_down
from ivr.speech.pocketsphinx_engine import PocketSphinxRecognizer
from ivr.speech.recognizers import Recognizers
from ivr.speech.vosk_engine import VoskRecognizer
from tests.speech.test_transcript import Ear
from tests.web.stream_support import silence, voice


def recording(customer: bytes, agent: bytes) -> bytes:
    """Two channels of mu-law as the carrier's WAV file."""
    sides = [mulaw_samples(side) for side in (customer, agent)]
    longest = max(len(side) for side in sides)
    both = np.stack([np.pad(side, (0, longest - len(side))) for side in sides], axis=1)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(both.astype("<i2").tobytes())
    return file.getvalue()


def test_each_speaker_is_cut_at_pauses_and_the_lines_are_in_their_order() -> None:
    customer = silence(0.5) + voice(1.0) + silence(3.0) + voice(1.0) + silence(1.0)
    agent = silence(2.5) + voice(1.0) + silence(3.0)
    sound = recording(customer, agent)
    lines = written_down([sound[:1000], sound[1000:]], Recognizers((Ear("words"),)), "en-US")
    assert [(who, text) for who, _, text in lines] == [("customer", "words"), ("agent", "words"), ("customer", "words")]
    assert [second for _, second, _ in lines] == [0, 2, 4]


def test_silence_says_nothing_and_what_is_no_recording_is_refused() -> None:
    assert written_down([recording(silence(2.0), silence(2.0))], Recognizers((Ear("words"),)), "en-US") == []
    with pytest.raises(AudioError):
        written_down([b"RIFF nonsense"], Recognizers((Ear("words"),)), "en-US")


@pytest.mark.speech
def test_engine_that_hears_grammars_alone_is_not_asked_to_guess(sphinx: PocketSphinxRecognizer) -> None:
    with pytest.raises(EngineUnavailable, match="grammars alone"):
        sphinx.open(Grammar("en-US", "dictation", (), is_open=True))


@pytest.mark.speech
def test_vosk_hears_words_that_stand_in_no_grammar(korean_vosk: VoskRecognizer, speak: Callable[..., bytes]) -> None:
    utterance = korean_vosk.open(Grammar("ko-KR", "dictation", (), is_open=True))
    utterance.feed(speak("안녕하세요 감사합니다", "ko-KR", voice="Reed"))
    assert utterance.finish()
