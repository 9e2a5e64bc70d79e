"""Our own prompt that comes back is no speech; a caller who talks over it is."""

from collections.abc import Callable

import numpy as np
import pytest

from ivr.domain.hearing import Grammar, Pace
from ivr.speech.audio import encode_mulaw
from ivr.speech.echo import OwnVoice, shape_of
from ivr.speech.events import Heard, ListenEvent, Rejected, SpeechSure
from ivr.speech.listener import InlineExecutor, Listener, Listening
from tests.speech.babble import RATE, Sound, babble, in_a_room
from tests.speech.test_listener import CountingRecognizer

PROMPT_AT, SECONDS = 1.0, 9.0
WORDS = "Tell me in a few words what you need. Or press 1 to track an order, or 0 for an agent."
LISTENING = Listening(Grammar("en-US", "test", ("seven",)), Pace.DIRECTED, 1, lambda _text: False, 1)


class Call:
    """A line with its own noise, into which a prompt is sent after a second."""

    def __init__(self, prompt: Sound) -> None:
        self.prompt = prompt
        self.line: Sound = np.random.default_rng(4).normal(0, 12, int(SECONDS * RATE))
        self.own = OwnVoice()
        self.events: list[ListenEvent] = []

    def add(self, sound: Sound, at_seconds: float) -> "Call":
        at = int(at_seconds * RATE)
        self.line[at : at + len(sound)] += sound[: len(self.line) - at]
        return self

    def echoes(self, *, quieter_db: float, late_ms: int, room: bool = False) -> "Call":
        sound = in_a_room(self.prompt) if room else self.prompt
        return self.add(sound * 10 ** (-quieter_db / 20), PROMPT_AT + late_ms / 1000)

    def sure(self) -> list[float]:
        """When a prompt would be stopped, in seconds."""
        listener = Listener(lambda: LISTENING, self.events.append, CountingRecognizer(), InlineExecutor(), self.own)
        mulaw, shape = _mulaw(self.line), shape_of(_mulaw(self.prompt))
        for at_ms in range(0, len(mulaw) // 8, 20):
            if at_ms == PROMPT_AT * 1000:
                self.own.say(shape, at_ms)
            listener.feed(mulaw[at_ms * 8 : at_ms * 8 + 160], at_ms)
        return [event.at_ms / 1000 for event in self.events if isinstance(event, SpeechSure)]


def _mulaw(sound: Sound) -> bytes:
    return encode_mulaw(sound.clip(-32000, 32000).astype("<i2").tobytes())


def made() -> Sound:
    return babble(6.0, 1, rms=2700)


@pytest.mark.parametrize("late_ms", [0, 130, 237, 615])
@pytest.mark.parametrize(("quieter_db", "room"), [(3, False), (14, False), (10, True), (22, True)])
def test_our_own_prompt_that_comes_back_quieter_and_later_does_not_stop_it(
    quieter_db: float, room: bool, late_ms: int
) -> None:
    call = Call(made()).echoes(quieter_db=quieter_db, late_ms=late_ms, room=room)
    assert call.sure() == []
    assert not [event for event in call.events if isinstance(event, Heard | Rejected)]


def test_spoken_prompt_that_comes_back_does_not_stop_it(speak: Callable[..., bytes]) -> None:
    prompt = np.frombuffer(speak(WORDS, "en-US"), "<i2").astype(float)
    for late_ms, room in ((80, False), (340, True)):
        assert Call(prompt).echoes(quieter_db=12, late_ms=late_ms, room=room).sure() == []


def test_the_same_sound_would_stop_a_prompt_that_is_another() -> None:
    call = Call(made()).echoes(quieter_db=14, late_ms=237)
    call.prompt = babble(6.0, 8, rms=2700)
    assert call.sure()


@pytest.mark.parametrize("echo_db", [9, 15, 21])
@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_caller_who_talks_over_the_echo_stops_the_prompt(echo_db: float, seed: int) -> None:
    call = Call(made()).echoes(quieter_db=echo_db, late_ms=237, room=True).add(babble(2.0, seed), 4.0)
    sure = call.sure()
    assert sure
    assert 4.0 < sure[0] < 5.3


@pytest.mark.parametrize("seed", [21, 22, 23, 24])
def test_a_caller_who_talks_over_a_prompt_without_echo_stops_it_as_soon_as_in_silence(seed: int) -> None:
    over, alone = Call(made()).add(babble(2.0, seed), 4.0), Call(made()[:0]).add(babble(2.0, seed), 4.0)
    assert over.sure()[0] <= alone.sure()[0] + 0.2


def test_words_that_were_thrown_away_before_they_were_played_are_not_ours() -> None:
    call = Call(made()[: 3 * RATE])
    later = call.prompt[2 * RATE :]
    call.add(later / 4, PROMPT_AT + 2.1)
    assert call.sure() == []
    again = Call(call.prompt).add(later / 4, PROMPT_AT + 2.1)
    said = again.own.say

    def says_and_stops(shape: np.ndarray, now_ms: int) -> None:
        said(shape, now_ms)
        again.own.stop(now_ms + 1000)

    again.own.say = says_and_stops  # type: ignore[method-assign]
    assert again.sure()


def test_sentences_are_played_one_after_the_other_though_they_are_sent_at_once() -> None:
    own, sound = OwnVoice(), made()[: 2 * RATE]
    own.say(shape_of(_mulaw(sound)), 0)
    own.say(shape_of(_mulaw(babble(2.0, 5))), 0)
    frames = (babble(2.0, 5) / 4).astype(np.int16).reshape(-1, 160)
    heard = [own.is_heard(frames[i : i + 4], 2000 + 20 * (i + 4), voiced=True) for i in range(0, 96, 4)]
    assert sum(heard) > 20


def test_short_or_empty_sound_has_a_shape_too() -> None:
    assert [len(shape_of(b"\xff" * count)) for count in (0, 50, 160, 8000)] == [0, 0, 2, 100]
