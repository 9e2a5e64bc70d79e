"""Our own hearing, as a call has it: mu-law frames into the listener, turns out of it, read by the grammars."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from accuracy_clips import RATE, plain

from ivr.content import load
from ivr.domain.hearing import Grammar, Hypothesis, Pace
from ivr.domain.intents import Builtin, Expects, Meaning
from ivr.service.ports import Recognizer
from ivr.settings import Settings
from ivr.speech.audio import encode_mulaw
from ivr.speech.endpointing import ALTERNATIVES
from ivr.speech.events import Heard, ListenEvent
from ivr.speech.listener import InlineExecutor, Listener
from ivr.speech.pocketsphinx_engine import PocketSphinxRecognizer
from ivr.speech.turn_taker import Listening
from ivr.speech.vosk_engine import VoskRecognizer
from ivr.understanding import GrammarUnderstanding

COFFEE = Path(__file__).resolve().with_name("coffee.yaml")
EXPECTS = {
    "coffee": Expects(intents=("order_drink",)),
    "digits": Expects(builtins=(Builtin.DIGITS,), digit_lengths=(1,)),
}
FRAME = 160
AFTER = np.random.default_rng(2).normal(0, 12, 2 * RATE).astype(np.int16)
"""The line goes on, so that the end of the turn is found."""


@cache
def understanding(locale: str) -> GrammarUnderstanding:
    """One locale's grammars, with the drinks."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / locale
        shutil.copytree(Settings.from_env({}).grammars_dir / locale, folder)
        shutil.copy(COFFEE, folder / "sentences" / "order_drink.yaml")
        known = GrammarUnderstanding(load(Path(place), (locale,)))
        known.warm(locale)
    return known


@cache
def recognizer(locale: str, model: str) -> Recognizer:
    """PocketSphinx, or Vosk with the model in this folder."""
    if not model:
        return PocketSphinxRecognizer()
    vosk = VoskRecognizer({locale: Path(model)})
    vosk.load(locale)
    understanding(locale).hear_with(vosk)
    return vosk


@cache
def grammar(locale: str, part: str, phrases: tuple[str, ...]) -> Grammar:
    """What is listened for: the part's own, or just these phrases."""
    if phrases:
        return Grammar(locale, f"phrases-{hash(phrases)}", phrases)
    return understanding(locale).grammar(locale, EXPECTS[part])


Readings = tuple[Hypothesis, ...]


def turns(locale: str, part: str, phrases: tuple[str, ...], model: str, samples: Any) -> list[Readings]:
    """The readings of every turn that a call with this sound would take."""
    pace = Pace.DIGITS if part == "digits" else Pace.DIRECTED

    def complete(text: str) -> bool:
        return text in phrases or (not phrases and understanding(locale).is_complete(locale, EXPECTS[part], text))

    listening = Listening(grammar(locale, part, phrases), pace, ALTERNATIVES[pace], complete, 1)
    return listened(listening, recognizer(locale, model), samples)


def turns_of(locale: str, expects: Expects, pace: Pace, model: str, samples: Any) -> list[Readings]:
    """The same in a turn of the dialogue."""
    known = understanding(locale)
    grammar = known.grammar(locale, expects)
    complete = partial(known.is_complete, locale, expects)
    listening = Listening(grammar, pace, ALTERNATIVES[pace], complete, 1)
    return listened(listening, recognizer(locale, model), samples)


def listened(listening: Listening, engine: Recognizer, samples: Any) -> list[Readings]:
    """The sound as a call's frames."""
    heard = list[ListenEvent]()
    listener = Listener(lambda: listening, heard.append, engine, InlineExecutor())
    line = encode_mulaw(np.concatenate([samples, AFTER]).astype("<i2").tobytes())
    for at in range(0, len(line) - FRAME + 1, FRAME):
        listener.feed(line[at : at + FRAME], at * 1000 // RATE)
    listener.close()
    return [event.hypotheses for event in heard if isinstance(event, Heard)]


def meaning(locale: str, part: str, readings: Sequence[str]) -> Meaning:
    """What the readings mean together."""
    return understanding(locale).parse(locale, EXPECTS[part], readings)


def slots(locale: str, part: str, readings: Sequence[str]) -> dict[str, str]:
    """The first intent's slots as texts."""
    first = meaning(locale, part, readings).first
    return {name: str(value) for name, value in first.slots.items()} if first is not None else {}


def same(heard: Mapping[str, str], meant: Mapping[str, str]) -> bool:
    """Equal slots by value: "lots of" is "a lot of", "a little bit of" is "a bit of"."""
    return {name: by_value(text) for name, text in heard.items() if name != "alternatives"} == {
        name: by_value(text) for name, text in meant.items() if name != "alternatives"
    }


def by_value(text: str) -> str:
    """One wording of each amount."""
    return text.replace("lots of", "a lot of").replace("a little bit of", "a bit of")


def confirmed(heard: Mapping[str, str], meant: Mapping[str, str]) -> bool:
    """Whether it is right, or the next value that "is it ...?" would offer after a no."""
    others = heard.get("alternatives", "").split()
    return same(heard, meant) or (bool(others) and others[0] == meant.get("value"))


def same_words(one: str, other: str) -> bool:
    """Equal but for case and punctuation."""
    return plain(one) == plain(other)
