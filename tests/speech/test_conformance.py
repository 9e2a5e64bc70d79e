"""What every engine behind the port must do, run on every engine found."""

import dataclasses
import itertools
from collections.abc import Callable

import pytest

from ivr.domain.hearing import Grammar
from ivr.errors import EngineUnavailable
from ivr.service.ports import Utterance
from tests.speech.conftest import Engine

pytestmark = pytest.mark.speech


def test_sentence_of_the_grammar_is_heard(engine: Engine, speak: Callable[..., bytes]) -> None:
    utterance = engine.recognizer.open(engine.grammar)
    _feed(utterance, speak(engine.sentence, engine.grammar.locale, voice=engine.voice))
    assert utterance.finish()[0].text == engine.sentence


def test_partial_holds_the_whole_sentence_a_quarter_second_after_its_end(
    engine: Engine, speak: Callable[..., bytes]
) -> None:
    utterance = engine.recognizer.open(engine.grammar)
    _feed(utterance, speak(engine.sentence, engine.grammar.locale, voice=engine.voice, after_ms=240))
    assert utterance.partial() == engine.sentence


def test_sentence_goes_on_after_a_look_at_the_partial(engine: Engine, speak: Callable[..., bytes]) -> None:
    pcm = speak(engine.sentence, engine.grammar.locale, voice=engine.voice)
    utterance = engine.recognizer.open(engine.grammar)
    for at in range(0, len(pcm), 8000):
        _feed(utterance, pcm[at : at + 8000])
        utterance.partial()
    assert utterance.finish()[0].text == engine.sentence


def test_words_carry_times_in_order_inside_the_audio(engine: Engine, speak: Callable[..., bytes]) -> None:
    pcm = speak(engine.sentence, engine.grammar.locale, voice=engine.voice)
    utterance = engine.recognizer.open(engine.grammar)
    _feed(utterance, pcm)
    words = utterance.finish()[0].words
    assert [word.text for word in words if word.text != "[unk]"] == engine.sentence.split()
    times = [time for word in words for time in (word.start_seconds, word.end_seconds)]
    assert times == sorted(times)
    assert times[-1] <= len(pcm) / 16000 + 0.1


def test_several_readings_are_asked_for_and_given_best_first(engine: Engine, speak: Callable[..., bytes]) -> None:
    utterance = engine.recognizer.open(engine.grammar, alternatives=5)
    _feed(utterance, speak(engine.sentence, engine.grammar.locale, voice=engine.voice))
    readings = utterance.finish()
    assert readings[0].text == engine.sentence
    assert 1 <= len(readings) <= 5
    assert len({reading.text for reading in readings}) == len(readings)
    assert all(a.score >= b.score for a, b in itertools.pairwise(readings))


@pytest.mark.parametrize("pcm", [b"", bytes(32), bytes(32_000)])
def test_nothing_but_silence_gives_no_reading(engine: Engine, pcm: bytes) -> None:
    utterance = engine.recognizer.open(engine.grammar)
    _feed(utterance, pcm)
    assert utterance.partial() == ""
    assert utterance.finish() == ()


def test_second_finish_gives_the_same_and_feeding_after_it_changes_nothing(
    engine: Engine, speak: Callable[..., bytes]
) -> None:
    pcm = speak(engine.sentence, engine.grammar.locale, voice=engine.voice)
    utterance = engine.recognizer.open(engine.grammar)
    _feed(utterance, pcm)
    first = utterance.finish()
    _feed(utterance, pcm)
    assert utterance.finish() == first
    assert utterance.partial() == first[0].text


def test_bytes_cut_in_mid_sample_are_heard_the_same(engine: Engine, speak: Callable[..., bytes]) -> None:
    pcm = speak(engine.sentence, engine.grammar.locale, voice=engine.voice)
    utterance = engine.recognizer.open(engine.grammar)
    for at in range(0, len(pcm), 333):
        utterance.feed(pcm[at : at + 333])
    utterance.feed(b"\x01")
    assert utterance.finish()[0].text == engine.sentence


def test_utterances_side_by_side_do_not_mix(engine: Engine, speak: Callable[..., bytes]) -> None:
    pcm = speak(engine.sentence, engine.grammar.locale, voice=engine.voice)
    one, other = engine.recognizer.open(engine.grammar), engine.recognizer.open(engine.grammar)
    for at in range(0, len(pcm), 1600):
        one.feed(pcm[at : at + 1600])
        other.feed(bytes(1600))
    assert other.finish() == ()
    assert one.finish()[0].text == engine.sentence


def test_same_audio_is_heard_the_same_after_any_other(engine: Engine, speak: Callable[..., bytes]) -> None:
    pcm = speak(engine.sentence, engine.grammar.locale, voice=engine.voice)
    results = []
    for before in (b"", bytes(40_000), pcm[::-1][: len(pcm) & ~1]):
        other = engine.recognizer.open(engine.grammar)
        _feed(other, before)
        other.finish()
        utterance = engine.recognizer.open(engine.grammar)
        _feed(utterance, pcm)
        results.append(utterance.finish()[0].text)
    assert results == [engine.sentence] * 3


def test_unknown_words_are_named_and_known_ones_are_not(engine: Engine) -> None:
    known = set(engine.sentence.split())
    asked = {*known, engine.unknown_word, "", "<eps>", "[unk]", 'a"b', "a\x00b", "\ud800"}
    assert engine.recognizer.unknown_words(engine.grammar.locale, asked) == asked - known


def test_phrase_with_an_unknown_word_does_not_spoil_the_others(engine: Engine, speak: Callable[..., bytes]) -> None:
    phrases = (f"{engine.unknown_word} {engine.sentence}", *engine.grammar.phrases, "", "  ")
    grammar = dataclasses.replace(engine.grammar, name="with-unknown", phrases=phrases)
    utterance = engine.recognizer.open(grammar)
    _feed(utterance, speak(engine.sentence, engine.grammar.locale, voice=engine.voice))
    assert utterance.finish()[0].text == engine.sentence


@pytest.mark.parametrize("phrases", [(), ("",), ("qwxzv",), ("qwxzv wvzxq", " "), ("[unk]",), ("<eps> <s>",)])
def test_grammar_of_which_nothing_can_be_heard_is_refused(engine: Engine, phrases: tuple[str, ...]) -> None:
    grammar = Grammar(engine.grammar.locale, f"deaf-{hash(phrases)}", phrases)
    with pytest.raises(EngineUnavailable):
        engine.recognizer.open(grammar)


def test_locale_without_a_model_is_not_heard_and_refused(engine: Engine) -> None:
    assert engine.recognizer.hears(engine.grammar.locale)
    assert not engine.recognizer.hears("xx-XX")
    with pytest.raises(EngineUnavailable):
        engine.recognizer.open(dataclasses.replace(engine.grammar, locale="xx-XX"))
    with pytest.raises(EngineUnavailable):
        engine.recognizer.unknown_words("xx-XX", ["yes"])


def test_grammar_of_thousands_of_phrases_is_heard(engine: Engine, speak: Callable[..., bytes]) -> None:
    words = sorted({word for phrase in engine.grammar.phrases for word in phrase.split()})
    many = tuple(f"{a} {b} {c}" for a in words for b in words for c in words)[:3000]
    grammar = dataclasses.replace(engine.grammar, name="many", phrases=(*engine.grammar.phrases * 20, *many))
    utterance = engine.recognizer.open(grammar)
    _feed(utterance, speak(engine.sentence, engine.grammar.locale, voice=engine.voice))
    assert utterance.finish()


def _feed(utterance: Utterance, pcm: bytes) -> None:
    for at in range(0, len(pcm), 1600):
        utterance.feed(pcm[at : at + 1600])
