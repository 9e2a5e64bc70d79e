"""Turns end by the stream's own clock; digits with pauses stay together; nothing that breaks ends the call."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ivr.domain.hearing import Grammar, Hypothesis, Pace
from ivr.errors import EngineUnavailable
from ivr.speech.audio import encode_mulaw
from ivr.speech.events import FalseStart, Heard, HearingFailed, ListenEvent, Rejected, SpeechStarted, SpeechSure
from ivr.speech.listener import InlineExecutor, Listener, Listening

GRAMMAR = Grammar("en-US", "test", ("seven",))


class CountingUtterance:
    """Hears one word for each burst of sound: enough to know which audio it was given, and when."""

    def __init__(self, log: list[str]) -> None:
        self.audio = b""
        self.log = log
        self.finished = 0

    def feed(self, pcm: bytes) -> None:
        self.audio += pcm
        self.log.append("feed")

    def partial(self) -> str:
        self.log.append("partial")
        return " ".join(["seven"] * _bursts(self.audio))

    def finish(self) -> tuple[Hypothesis, ...]:
        self.finished += 1
        text = " ".join(["seven"] * _bursts(self.audio))
        return (Hypothesis(text),) if text else ()


class CountingRecognizer:
    """A fake at the port."""

    engine = "counting"

    def __init__(self) -> None:
        self.utterances: list[CountingUtterance] = []
        self.log: list[str] = []

    def hears(self, locale: str) -> bool:
        return True

    def open(self, grammar: Grammar, *, alternatives: int = 1) -> CountingUtterance:
        self.utterances.append(CountingUtterance(self.log))
        return self.utterances[-1]

    def unknown_words(self, locale: str, words: Iterable[str]) -> set[str]:
        return set()


class DeafRecognizer(CountingRecognizer):
    """Hears no word in anything."""

    def open(self, grammar: Grammar, *, alternatives: int = 1) -> CountingUtterance:
        utterance = super().open(grammar)
        utterance.finish = lambda: ()  # type: ignore[method-assign]
        return utterance


class Line:
    """A call's audio with its clock; keeps when each event came."""

    def __init__(self, recognizer: CountingRecognizer | None = None, **how: object) -> None:
        self.now_ms = 0
        self.events: list[tuple[int, ListenEvent]] = []
        self.recognizer = recognizer or CountingRecognizer()
        self.listening: Listening | None = _listening(**how)
        self.listener = Listener(self._ask, self._tell, self.recognizer, InlineExecutor())
        self.asked = 0

    def _ask(self) -> Listening | None:
        self.asked += 1
        return self.listening

    def _tell(self, event: ListenEvent) -> None:
        self.events.append((self.now_ms, event))

    def play(self, *parts: tuple[str, int], chunk_ms: int = 20) -> "Line":
        for kind, span_ms in parts:
            mulaw = encode_mulaw(_sound(span_ms) if kind == "talk" else _hush(span_ms))
            for at in range(0, len(mulaw), chunk_ms * 8):
                piece = mulaw[at : at + chunk_ms * 8]
                began_ms = self.now_ms
                self.now_ms += len(piece) // 8
                self.listener.feed(piece, began_ms)
        return self

    def of(self, kind: type) -> list[ListenEvent]:
        return [event for _, event in self.events if isinstance(event, kind)]

    def when(self, kind: type) -> int:
        return next(at for at, event in self.events if isinstance(event, kind))


def test_complete_answer_ends_a_fifth_of_a_second_after_speech() -> None:
    line = Line().play(("hush", 1000), ("talk", 500), ("hush", 2000))
    assert 220 <= line.when(Heard) - _heard(line).ended_ms <= 280


def test_answer_is_looked_at_before_the_silence_is_long_enough() -> None:
    line = Line().play(("hush", 1000), ("talk", 500), ("hush", 180))
    assert not line.of(Heard)
    looked = list(line.recognizer.log)
    assert looked[-1] == "partial"
    line.play(("hush", 60))
    assert (_texts(line), line.recognizer.log) == (["seven"], looked)


def test_speech_that_goes_on_after_an_early_look_is_heard_to_its_end() -> None:
    line = Line().play(("hush", 1000), ("talk", 500), ("hush", 180), ("talk", 500), ("hush", 1000))
    assert len(line.of(Heard)) == 1
    assert 1180 <= _heard(line).ended_ms - _heard(line).started_ms <= 1300


def test_incomplete_answer_waits_seven_tenths_of_a_second() -> None:
    line = Line(complete=lambda _text: False).play(("hush", 1000), ("talk", 500), ("hush", 2000))
    assert 680 <= line.when(Heard) - _heard(line).ended_ms <= 740


def test_pause_inside_an_incomplete_answer_does_not_cut_it() -> None:
    line = Line(complete=lambda text: text == "seven seven")
    line.play(("hush", 1000), ("talk", 400), ("hush", 450), ("talk", 400), ("hush", 2000))
    assert _texts(line) == ["seven seven"]


def test_digit_groups_with_a_second_between_them_are_one_answer() -> None:
    line = Line(pace=Pace.DIGITS, complete=lambda text: len(text.split()) == 3)
    line.play(("hush", 500), *[("talk", 400), ("hush", 1000)] * 3, ("hush", 1000))
    assert _texts(line) == ["seven seven seven"]


def test_full_digit_string_ends_soon_and_a_short_one_late() -> None:
    full = Line(pace=Pace.DIGITS).play(("hush", 500), ("talk", 400), ("hush", 2500))
    short = Line(pace=Pace.DIGITS, complete=lambda _text: False).play(("hush", 500), ("talk", 400), ("hush", 2500))
    assert 300 <= full.when(Heard) - _heard(full).ended_ms <= 400
    assert 1480 <= short.when(Heard) - _heard(short).ended_ms <= 1560


def test_digits_that_may_be_all_end_sooner_than_those_that_cannot_be() -> None:
    line = Line(pace=Pace.DIGITS, complete=lambda _text: False, enough=lambda text: text == "seven")
    line.play(("hush", 500), ("talk", 400), ("hush", 2500))
    assert 680 <= line.when(Heard) - _heard(line).ended_ms <= 760


def test_speech_is_announced_at_its_start_and_again_when_it_is_sure() -> None:
    line = Line().play(("hush", 1000), ("talk", 600), ("hush", 1500))
    assert [type(event) for _, event in line.events] == [SpeechStarted, SpeechSure, Heard]
    assert 960 <= line.of(SpeechStarted)[0].at_ms <= 1060
    assert 1180 <= line.when(SpeechSure) <= 1320


def test_click_is_a_false_start_and_no_sure_speech() -> None:
    line = Line().play(("hush", 1000), ("talk", 60), ("hush", 2000))
    assert not line.of(SpeechSure)
    assert not line.of(Heard)


def test_an_utterance_tells_how_loud_its_voice_was_whatever_silence_surrounds_it() -> None:
    levels = []
    for gain, hush_ms in ((1.0, 500), (1.0, 3000), (0.25, 500)):
        line = Line()
        said = (np.frombuffer(_sound(900), "<i2") * gain).astype("<i2").tobytes()
        for at, pcm in ((0, _hush(hush_ms)), (hush_ms, said), (hush_ms + 900, _hush(1500))):
            line.listener.feed(encode_mulaw(pcm), at)
        (heard,) = line.of(Heard)
        levels.append(heard.level)
    assert levels[0] == pytest.approx(levels[1], rel=0.1)
    assert levels[0] == pytest.approx(4 * levels[2], rel=0.2)


def test_long_speech_without_a_word_is_a_rejection_and_short_noise_a_false_start() -> None:
    long = Line(DeafRecognizer()).play(("hush", 1000), ("talk", 900), ("hush", 2000))
    short = Line(DeafRecognizer()).play(("hush", 1000), ("talk", 140), ("hush", 2000))
    assert [type(e) for _, e in long.events][-1] is Rejected
    assert [type(e) for _, e in short.events][-1] is FalseStart


def test_endless_talker_is_cut_after_twelve_seconds_and_heard() -> None:
    line = Line().play(("hush", 500), *[("talk", 900), ("hush", 100)] * 13)
    assert line.of(Heard)[0].cut
    assert 12_000 <= line.when(Heard) - 500 <= 12_200


def test_speaker_of_digits_may_talk_for_twenty_seconds() -> None:
    line = Line(pace=Pace.DIGITS).play(("hush", 500), *[("talk", 900), ("hush", 100)] * 18)
    assert not line.of(Heard)
    line.play(*[("talk", 900), ("hush", 100)] * 3)
    assert line.of(Heard)[0].cut


def test_gate_is_armed_again_after_each_turn() -> None:
    line = Line().play(("hush", 1000), *[("talk", 500), ("hush", 1000)] * 3)
    assert _texts(line) == ["seven", "seven", "seven"]
    assert line.asked == 3


def test_token_of_the_turn_comes_back_in_every_event() -> None:
    line = Line(token=("turn", 7)).play(("hush", 1000), ("talk", 500), ("hush", 1000))
    assert [event.token for _, event in line.events] == [("turn", 7)] * 3


def test_nobody_is_told_anything_while_nobody_listens() -> None:
    line = Line()
    line.listening = None
    line.play(("hush", 500), ("talk", 1000), ("hush", 1000))
    assert line.events == []
    assert not line.recognizer.utterances
    assert line.asked <= 7


def test_turn_that_begins_in_mid_speech_hears_the_rest() -> None:
    line = Line()
    line.listening = None
    line.play(("hush", 500), ("talk", 400))
    line.listening = _listening()
    line.play(("talk", 800), ("hush", 1000))
    assert _texts(line) == ["seven"]


def test_silence_costs_no_recogniser_and_no_question() -> None:
    line = Line().play(("hush", 20_000))
    assert (line.asked, line.recognizer.utterances, line.events) == (0, [], [])


def test_text_is_looked_at_once_in_a_silence_and_no_more_of_it_is_decoded() -> None:
    line = Line(pace=Pace.DIGITS, complete=lambda _text: False).play(("hush", 500), ("talk", 400), ("hush", 2500))
    assert line.recognizer.log.count("partial") == 1
    assert line.recognizer.log[-1] == "partial"


def test_first_sounds_are_in_the_audio_that_is_decoded() -> None:
    line = Line().play(("hush", 1000), ("talk", 500), ("hush", 1000))
    audio = np.frombuffer(line.recognizer.utterances[0].audio, "<i2")
    first = int(np.flatnonzero(np.abs(audio) > 500)[0])
    assert 200 <= first / 8 <= 320


@pytest.mark.parametrize("chunk_ms", [5, 17, 20, 33, 100, 1000])
def test_payloads_of_any_length_give_the_same_turn(chunk_ms: int) -> None:
    line = Line().play(("hush", 1000), ("talk", 500), ("hush", 2000), chunk_ms=chunk_ms)
    reference = Line().play(("hush", 1000), ("talk", 500), ("hush", 2000))
    assert _texts(line) == ["seven"]
    assert abs(_heard(line).started_ms - _heard(reference).started_ms) <= 40
    assert abs(_heard(line).ended_ms - _heard(reference).ended_ms) <= 40


def test_clock_that_stands_still_or_goes_back_does_not_hold_the_turn() -> None:
    line = Line().play(("hush", 1000), ("talk", 500))
    for _ in range(60):
        line.listener.feed(encode_mulaw(_hush(20)), 0)
    assert _texts(line) == ["seven"]


def test_lost_packets_count_as_silence_by_the_clock() -> None:
    line = Line().play(("hush", 1000), ("talk", 500))
    line.now_ms += 800
    line.play(("hush", 40))
    assert _texts(line) == ["seven"]


def test_hangup_in_mid_word_ends_the_utterance_and_tells_nobody() -> None:
    line = Line().play(("hush", 1000), ("talk", 500))
    line.listener.close()
    line.listener.close()
    line.play(("talk", 500), ("hush", 2000))
    assert not line.of(Heard)
    assert line.recognizer.utterances[0].finished == 1


@pytest.mark.parametrize("stage", ["open", "feed", "partial", "finish", "complete", "ask"])
def test_whatever_breaks_is_an_event_and_the_next_turn_is_heard(stage: str) -> None:
    line = Line(_breaking(stage), complete=_raise if stage == "complete" else None)
    ask = line.listener._turns._ask
    if stage == "ask":
        line.listener._turns._ask = _raise
    line.play(("hush", 1000), ("talk", 500), ("hush", 2500))
    assert line.of(HearingFailed)[0].code == "engine_unavailable"
    line.listener._turns._ask = ask
    line.listening = _listening()
    line.recognizer.open = CountingRecognizer().open  # type: ignore[method-assign]
    line.play(("talk", 500), ("hush", 1500))
    assert _texts(line) == ["seven"]


def test_owner_that_fails_to_be_told_does_not_deafen_the_call() -> None:
    line = Line()
    told = line.listener._turns._tell
    line.listener._turns._tell = line.listener._tell = _raise
    line.play(("hush", 1000), ("talk", 500), ("hush", 2500))
    line.listener._turns._tell = line.listener._tell = told
    line.play(("talk", 500), ("hush", 1500))
    assert _texts(line) == ["seven"]


def test_frames_are_taken_in_order_by_a_pool_of_threads() -> None:
    events: list[ListenEvent] = []
    recognizer = CountingRecognizer()
    with ThreadPoolExecutor(4) as pool:
        listener = Listener(lambda: _listening(), events.append, recognizer, pool)
        mulaw = encode_mulaw(_hush(1000) + _sound(500) + _hush(1000)) * 5
        for at in range(0, len(mulaw), 160):
            listener.feed(mulaw[at : at + 160], at // 8)
    assert [event.hypotheses[0].text for event in events if isinstance(event, Heard)] == ["seven"] * 5


def _listening(
    pace: Pace = Pace.DIRECTED,
    complete: Callable[[str], bool] | None = None,
    token: object = 7,
    enough: Callable[[str], bool] = lambda _text: False,
) -> Listening:
    return Listening(GRAMMAR, pace, 1, complete or (lambda _text: True), token, enough)


def _breaking(stage: str) -> CountingRecognizer:
    recognizer = CountingRecognizer()
    if stage == "open":
        recognizer.open = _raise  # type: ignore[method-assign]
    if stage in ("feed", "partial", "finish"):
        made = recognizer.open

        def broken(grammar: Grammar, *, alternatives: int = 1) -> CountingUtterance:
            utterance = made(grammar)
            setattr(utterance, stage, _raise)
            return utterance

        recognizer.open = broken  # type: ignore[method-assign]
    return recognizer


def _raise(*_: object, **__: object) -> bool:
    raise EngineUnavailable("broken on purpose")


def _heard(line: Line) -> Heard:
    return next(event for event in line.of(Heard) if isinstance(event, Heard))


def _texts(line: Line) -> list[str]:
    return [event.hypotheses[0].text for event in line.of(Heard) if isinstance(event, Heard)]


def _sound(span_ms: int) -> bytes:
    """A sound that voice detectors take for a vowel: a buzz of 120 Hz with formants, swelling a little."""
    time = np.arange(span_ms * 8) / 8000
    buzz = sum(np.sin(2 * np.pi * 120 * k * time) * _formant(120 * k) for k in range(1, 28))
    swell = 0.75 + 0.25 * np.sin(2 * np.pi * 4 * time)
    return (2500 * swell * np.asarray(buzz)).clip(-32000, 32000).astype("<i2").tobytes()


def _formant(frequency: int) -> float:
    return sum(1 / (1 + ((frequency - centre) / 90) ** 2) for centre in (700, 1220, 2600))


def _hush(span_ms: int) -> bytes:
    return np.random.default_rng(5).normal(0, 12, span_ms * 8).astype("<i2").tobytes()


def _bursts(pcm: bytes) -> int:
    """How many stretches of sound, 200 ms apart, the audio holds."""
    samples = np.abs(np.frombuffer(pcm, "<i2").astype(float))
    loud = [float(samples[i : i + 800].mean()) > 200 for i in range(0, len(samples), 800)]
    return sum(now and not before for before, now in zip([False, *loud], [*loud, False], strict=False))
