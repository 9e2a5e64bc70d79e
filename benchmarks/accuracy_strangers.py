"""Strangers of accuracy.py: sounds and talk that a turn has no words for; and callers who mean it, as the price.

Each stranger is heard in one or more turns of a call (and by the drinks), drawn by name. Half of them fitted the
weights of ivr/speech/pocketsphinx_fit.py and vosk_fit.py (fit_strangers.py); only the other half is reported.
"""

import random
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import yaml
from accuracy_clips import LONGEST_SECONDS, RATE, plain, rows
from stranger_sounds import babble, bursts, chords

from ivr.domain.dialogue import Caller, start
from ivr.domain.dialogue.doubts import is_read_back
from ivr.domain.dialogue.questions import question
from ivr.domain.dialogue.values import State
from ivr.domain.hearing import Pace
from ivr.domain.intents import Certainty, Expects, Intent, Meaning
from ivr.domain.orders import Order, OrderStatus
from ivr.espeak import add_noise, speak, voices
from ivr.settings import Settings

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
DRINKS = "coffee"
TURNS = ("menu", "intent_confirm", "order_number", "order_pick", "moment", "offer")
ITEMS = {"en-US": ("tea kettle", "wireless headphones", "desk lamp"), "ko-KR": ("주전자", "헤드폰", "스탠드")}
ORDER_NUMBERS = {
    "en-US": (
        "two eight one nine four eight two", "one eight one five nine oh eight", "three three oh seven six one four",
        "nine double two one five six eight", "four oh six nine seven three one", "five eight two seven oh four nine",
        "seven one nine six two eight three", "six four three one eight nine five",
    ),
    "ko-KR": (
        "이 팔 일 구 사 팔 이", "일 팔 일 오 구 공 팔", "삼 삼 공 칠 육 일 사", "구 오 오 일 오 육 팔",
        "사 공 육 구 칠 삼 일", "오 팔 이 칠 공 사 구", "칠 일 구 육 이 팔 삼", "육 사 삼 일 팔 구 오",
    ),
}  # fmt: skip
VOICINGS = {"en-US": 2, "ko-KR": 8}
"""Of each sentence: few of espeak-ng's Korean ones are understood."""
OFTENER = {("ko-KR", "intent_confirm"): 3}
"""A bare 네 answers every other question, and sounds like no other sentence."""
NOISES_DB = (None, 20.0, 15.0)
FOREIGN = (
    *("fr-FR", "de-DE", "it-IT", "pt-BR", "pl-PL", "tr-TR", "hi-IN"),
    *("uk-UA", "zh-CN", "ar", "vi-VN", "nl-NL", "sv-SE"),
)
PROMPTS_OF_EACH = 14
BESIDE = {"en-US": ("en-US", "en-GB"), "ko-KR": ("ko-KR", "ko-KR")}
"""Who talks beside the telephone: on a quiet line, on a noisy one."""
UTTERANCES = Path(__file__).resolve().parent.parent / "tests" / "grammars"


@dataclass(frozen=True)
class Visitor:
    """A sound in a turn; `meant` is the intent of a caller, nothing for a stranger."""

    name: str
    kind: str
    locale: str
    turn: str
    how: tuple[Any, ...]
    noise_db: float | None = None
    meant: str = ""
    text: str = ""
    """What is said, where that is known and in the language of the turn."""

    @property
    def is_held_out(self) -> bool:
        """Whether the weights were fitted without it."""
        return zlib.crc32(self.name.encode()) % 2 == 1

    def sound(self) -> Any:
        """The samples, on a noisy line for some."""
        samples = _sound(*self.how)
        if self.noise_db is None:
            return samples
        noisy = add_noise(samples.astype("<i2").tobytes(), self.noise_db, zlib.crc32(self.name.encode()))
        return np.frombuffer(noisy, "<i2")


def _sound(kind: str, *how: Any) -> Any:
    if kind == "file":
        path, start = how
        return soundfile.read(path, dtype="int16")[0][start : start + LONGEST_SECONDS * RATE]
    if kind == "say":
        text, locale, voice, rate = how
        return np.frombuffer(speak(text, locale, voice=voice, rate=rate), "<i2")
    return {"burst": bursts, "chords": chords, "babble": babble}[kind](*how)


@cache
def asked(locale: str, turn: str) -> tuple[Expects, Pace]:
    """What the dialogue expects in a turn."""
    if turn == DRINKS:
        return Expects(intents=("order_drink",)), Pace.DIRECTED
    status = OrderStatus.SHIPPED
    orders = tuple(Order(f"1112345678123456{i}", "", item, status, NOW) for i, item in enumerate(ITEMS[locale]))
    opened = start(Caller(orders=orders), (locale,), NOW)
    found = question(replace(opened, state=State(turn), orders=orders, doubt=Intent("track_order")))
    return found.expects, found.pace


def is_acted_on(turn: str, meaning: Meaning) -> bool:
    """Whether the dialogue does something about it without asking "is that right?"."""
    if meaning.first is None or meaning.certainty == Certainty.FUZZY:
        return False
    return turn == DRINKS or not is_read_back(State(turn), meaning.first)


def strangers(data: Path, locale: str) -> list[Visitor]:
    """Everybody who says nothing that the locale's turns have words for."""
    found = [*_recorded(data, locale), *_spoken(locale), *_made(locale)]
    return [visitor for sound in found for visitor in _in_turns(sound)]


def _in_turns(sound: Visitor) -> Iterator[Visitor]:
    turns = (*TURNS, DRINKS) if sound.locale == "en-US" else TURNS
    fitting = [turn for turn in turns if turn != sound.turn]
    for turn in random.Random(zlib.crc32(sound.name.encode())).sample(fitting, 2):
        yield replace(sound, turn=turn)


def _recorded(data: Path, locale: str) -> Iterator[Visitor]:
    kinds = {"es_prompts": "spanish", "en_prompts": "english", "en_requests": "english", "en_coffee_orders": "drinks"}
    for row in rows(data):
        folder, text = row["path"].partition("/")[0], plain(row["text"])
        one_of = {"en_prompts": 4, "en_coffee_orders": 3}.get(folder, 1)
        if folder not in kinds or zlib.crc32(row["path"].encode()) % one_of:
            continue
        if folder != "en_prompts" or len(text.split()) > 1:
            meant = DRINKS if folder == "en_coffee_orders" else ""
            how = ("file", str(data / row["path"]), 0)
            said = text if kinds[folder] == "english" and locale == "en-US" else ""
            yield Visitor(row["path"], kinds[folder], locale, meant, how, text=said)
    for path in sorted((data / "sounds").glob("*.flac")):
        for start_at in range(0, max(1, soundfile.info(path).frames - RATE), LONGEST_SECONDS * RATE):
            yield Visitor(f"{path.name}:{start_at // RATE}", "sounds", locale, "", ("file", str(path), start_at))


def _spoken(locale: str) -> Iterator[Visitor]:
    """Prompts of other languages, and what people say to one another beside a telephone."""
    for other in (*FOREIGN, *(name for name in ("ko-KR", "en-US") if name != locale)):
        for i, text in enumerate(_prompts(other)):
            how = ("say", text, other, voices(other)[i % 8], 150 + 10 * (i % 4))
            yield Visitor(f"{other}:{text}", "languages", locale, "", how)
    talk = Path(__file__).resolve().with_name(f"small_talk.{locale}.txt").read_text("utf-8")
    for i, text in enumerate(talk.split("\n")):
        for accent, noise_db in zip(BESIDE[locale], (None, 15.0), strict=True):
            how = ("say", text, accent, voices(accent)[(2 * i + (noise_db is not None)) % 8], (140, 170, 190)[i % 3])
            if text:
                yield Visitor(text, "small_talk", locale, "", how, noise_db, text=text)


def _prompts(locale: str) -> list[str]:
    file = Settings.from_env({}).grammars_dir / locale / "prompts.yaml"
    texts = [text for _, text in sorted(yaml.safe_load(file.read_text("utf-8")).items()) if isinstance(text, str)]
    plain_ones = [text for text in texts if 12 <= len(text) <= 90 and not re.search(r"[{\[]", text)]
    return random.Random(locale).sample(plain_ones, min(PROMPTS_OF_EACH, len(plain_ones)))


def _made(locale: str) -> Iterator[Visitor]:
    for kind, count in (("burst", 40), ("chords", 24), ("babble", 24)):
        for seed in range(count):
            yield Visitor(f"{kind}{seed}", kind, locale, "", (kind, seed))


def callers(locale: str) -> list[Visitor]:
    """People of synthetic voices who say what the turn asks for, two of three on a noisy line."""
    found = [("menu", name, text) for name, text in _utterances(locale, "requests.yaml") if name in _menu(locale)]
    found += [("intent_confirm", name, text) for name, text in _utterances(locale, "answers.yaml")]
    found += [("order_pick", "choice", text) for text in ITEMS[locale]]
    found += [("moment", "moment", text) for text in _moments(locale)]
    found += [("order_number", "digits", text) for text in ORDER_NUMBERS.get(locale, ())]
    return [visitor for place, said in enumerate(found) for visitor in _voiced(locale, place, *said)]


def _moments(locale: str) -> Iterator[str]:
    """Those in words: figures are said in many ways."""
    said = (text for text, _ in yaml.safe_load((UTTERANCES / locale / "moments.yaml").read_text("utf-8")))
    yield from (_as_said(text, locale) for text in said if not re.search(r"\d", text))


def _voiced(locale: str, place: int, turn: str, meant: str, text: str) -> Iterator[Visitor]:
    """The Korean halves differ in voices, not in sentences."""
    count = VOICINGS[locale] * OFTENER.get((locale, turn), 1)
    for i in range(count * place, count * (place + 1)):
        voice = voices(locale)[i % 8]
        how = ("say", text, locale, voice, (135, 155, 175)[i % 3])
        name = voice if locale == "ko-KR" else text
        yield Visitor(name, turn, locale, turn, how, NOISES_DB[i // 3 % 3], meant, text)


def _menu(locale: str) -> Sequence[str]:
    return (*asked(locale, "menu")[0].intents, "agent")


def _utterances(locale: str, name: str) -> Iterator[tuple[str, str]]:
    said: Mapping[str, Sequence[Any]] = yaml.safe_load((UTTERANCES / locale / name).read_text("utf-8"))
    for intent, texts in said.items():
        yield from ((intent, _as_said(text, locale)) for text in texts if isinstance(text, str))


def _as_said(text: str, locale: str) -> str:
    """English is compared word by word."""
    return plain(text) if locale == "en-US" else text
