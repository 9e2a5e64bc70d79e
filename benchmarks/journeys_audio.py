"""Journeys of the table as telephone calls: the local carrier, espeak-ng's voices, our engines, the real dialogue.

    python benchmarks/journeys_audio.py [--locales en-US ko-KR] [--speed 3] [--only WORDS ...] [--seed 20261127]

Every journey of tests/journeys_table/ that says `audio: true` is carried out, each language in a process of its own.
The caller says what the table says. Whatever is asked about something misheard is answered truthfully; a question asked
again is answered again, and by key once two tries in words have failed. A journey passes if rulings, payments and the
state of its case are those of the table: the last line is one JSON object. 1 if one fails.
"""

import argparse
import json
import logging
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import structlog
from story_tables import MENU_KEYS, RATES

from ivr.carrier import CarrierOptions, Handset
from ivr.cli.demo.customer import PICKS, Customer, Part, names_of
from ivr.cli.demo.spotter import PromptSpotter, Spotted
from ivr.domain.intents import Builtin, Choice, Expects
from ivr.domain.policy.facts import REASONS
from ivr.espeak import voices
from ivr.storage import SqlStore
from tests.journeys.world import OURS, World
from tests.journeys_table.shop import SELLER, TableSellers, TableShop
from tests.journeys_table.world import Line, Trip, journeys

TOP = ("menu", "anything_else")
"""Questions that any request answers."""
BOOLEAN = ("confirm_", "cancel_confirm", "ask_unfinished", "go_on", "ask_claim_evidence", "anything_else")
TRIES = 2
"""So often something is said before it is keyed."""
MORE_KEYS = MENU_KEYS | {"seller_claim": "3", "callback": "5", "existing_callback": "6"}
PATIENCE = 240.0
ANSWERED = ("ask_", "confirm_", "offer_", "menu", "anything_else", "cancel_confirm", "go_on", "existing_callback_menu")


@dataclass
class Script:
    """What is said in one call: each answer with the question that it answers."""

    said: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    closing: str = ""
    """The question that is left unanswered: the caller hangs up."""

    def add(self, said: str, hears: str) -> None:
        """One turn."""
        self.questions.append(self.closing)
        self.said.append(said)
        self.closing = next((key for key in reversed(hears.split()) if key.startswith(ANSWERED)), "")


class Reader(Customer):
    """A customer who says what stands in a script."""

    def __init__(self, handset: Handset, part: Part, spotter: PromptSpotter, script: Script, keys: "Keys") -> None:
        super().__init__(handset, part, spotter)
        self.script, self.keys = script, keys
        self.at = 0
        self.tries = [0] * len(script.said)
        self.named = [keys.names(said) for said in script.said]
        """How prompts call what each answer asks for; empty: it is no request."""

    def _answer(self, asked: Spotted) -> bool:
        """Say or key the next answer, or the one before again. False: all is said."""
        if self.at == len(self.script.said) and _ends(asked.key, self.script.closing):
            self.handset.hang_up()
            return False
        place = self._place(asked.key)
        if place is None:
            self._aside(asked)
            return True
        said = self.script.said[place]
        if not self._is_wanted(asked.places.get("wanted", "")):
            self.handset.say(self.part.no, voice=self.part.voice, rate=self.part.rate)
            self.at = max(place - 1, 0)
            return True
        self.tries[place] += 1
        self.at = place + 1
        key = self.keys.of(said, asked.key) if self.tries[place] > TRIES or said.startswith("#") else ""
        if key:
            self.handset.press(key)
        else:
            self.handset.say(said, voice=self.part.voice, rate=self.part.rate)
        return True

    def _place(self, key: str) -> int | None:
        """Which answer the question asks for: the next, else the latest that was given to it."""
        latest = min(self.at, len(self.script.said) - 1)
        return next((i for i in range(latest, -1, -1) if _same(key, self.script.questions[i])), None)

    def _aside(self, asked: Spotted) -> None:
        """A question that the script does not know: something was misheard."""
        if asked.key == "confirm_intent":
            right = self._is_wanted(asked.places["what"])
            self.handset.press("1" if right else "2")
        elif asked.key == "help_confirm":
            self.handset.press("2")  # no script asks for an article
        elif asked.key == "menu_three":
            self.handset.press(
                next((key for key, place in PICKS.items() if self._is_wanted(asked.places.get(place, "?"))), "*")
            )
        elif not asked.key.startswith(("callback_", "hold_")):
            self.handset.press("*")

    def _is_wanted(self, named: str) -> bool:
        """Whether it is how prompts call the latest request; those that name nothing are not wrong."""
        wanted = next((names for names in reversed(self.named[: self.at]) if names), frozenset())
        return not named or named in wanted


def _same(asked: str, question: str) -> bool:
    """Whether it is this question, in whatever words."""
    if asked == "menu_three":  # answered aside: its keys mean something else
        return False
    if not question:
        return asked.startswith(("menu", "ask_unfinished", "go_on", "ask_claim_number", "existing_"))
    if question.startswith(TOP):
        return asked.startswith(TOP)
    return asked == question or (asked.startswith("offer_") and question.startswith("offer_"))


def _ends(asked: str, closing: str) -> bool:
    """Whether all is said; the menu instead of "anything else?" means that something was lost."""
    return asked == closing or (asked.startswith("offer_") and closing.startswith("offer_"))


class Keys:
    """What words mean: by key, and by the names that prompts have for it."""

    def __init__(self, world: World, locale: str, prompts: Mapping[str, str]) -> None:
        self._understanding, self._locale, self._prompts = world.ivr.understanding, locale, prompts

    def names(self, said: str) -> frozenset[str]:
        """How prompts call this request; empty: it is none."""
        meaning = self._understanding.parse(self._locale, Expects(tuple(MORE_KEYS)), [said]).first
        kind = meaning.name if meaning is not None and not said.startswith("#") else ""
        whole = f"intent_{kind}" in self._prompts and f"kind_{kind}" in self._prompts
        return names_of(kind, self._prompts) if whole else frozenset()

    def of(self, said: str, question: str) -> str:
        """Empty: none does."""
        if said.startswith("#"):
            return f"{said[1:]}#" if question == "ask_claim_number" else said[1:]
        number = Choice("number", ("1", "2", "3"))
        expects = Expects(("return_reason", *MORE_KEYS), (Builtin.BOOLEAN,), choices=(number, number, number))
        meaning = self._understanding.parse(self._locale, expects, [said]).first
        if meaning is None:
            return ""
        if meaning.name == "return_reason":
            return str(REASONS.index(str(meaning.slots["reason"])) + 1)
        if meaning.name in ("yes", "no"):
            return "1" if meaning.name == "yes" else "2"
        return str(meaning.slots.get("index", "")) or MORE_KEYS.get(meaning.name, "")


class Stage:
    """One language: a world whose ears are real, and what callers need."""

    def __init__(self, world: World, shop: TableShop, sellers: TableSellers, locale: str, seed: int) -> None:
        self.world, self.locale = world, locale
        self.line = Line(world.ivr, world.clock, shop, sellers)
        self.prompts = dict(world.ivr.content.locales[locale].prompts)
        self.spotter, self.keys = PromptSpotter(self.prompts), Keys(world, locale, self.prompts)
        self.seed = seed

    def play(self, journey: dict[str, Any]) -> str:
        """Empty if it went as written, else what did not."""
        trip = self.line.begin(journey)
        heard: list[str] = []
        problem = ""
        try:
            for caller, script in self._calls(trip, journey):
                reader = self._call(trip, caller, script)
                heard += [spotted.key for spotted in reader.heard]
        except (TimeoutError, AssertionError) as lost:
            problem = str(lost)
            for phone in self.world.carrier.handsets:
                phone.hang_up()
        trip.found.turns = [("", heard)]
        told = trip.told()
        paid = [row.amount_minor for row in told.settlements]
        state = told.case.status.value if told.case is not None else ""
        wanted = (journey["rules"], [int(row.split()[1]) for row in journey["paid"]], journey["case"])
        if (told.rules, paid, state) != wanted:
            problem = f"{problem} {(told.rules, paid, state)} instead of {wanted}; {' > '.join(heard)}"
        return problem

    def _calls(self, trip: Trip, journey: dict[str, Any]) -> Any:
        """Each call with who makes it; what happens between two is done when the second is asked for."""
        caller, script = trip.number, Script()
        for said, *hears in journey["turns"]:
            if not isinstance(said, dict):
                script.add(str(said), hears[0])
                continue
            if script.said:
                yield caller, script
            trip.meanwhile(said)
            caller, script = SELLER if said.get("rings") == "seller" else trip.number, Script()
        if script.said:
            yield caller, script

    def _call(self, trip: Trip, caller: str, script: Script) -> Reader:
        script.said = [trip.words(said) for said in script.said]
        chance = random.Random(f"{self.seed}-{trip.found.name}")
        part = Part(
            request="", digits=trip.digits, digits_said="", when="", interrupts=True,
            yes="네" if self.locale == "ko-KR" else "yes", no="아니요" if self.locale == "ko-KR" else "no",
            voice=chance.choice(voices(self.locale)[:6]), rate=chance.choice(RATES),
        )  # fmt: skip
        handset = self.world.carrier.handset(caller, locale=self.locale)
        reader = Reader(handset, part, self.spotter, script, self.keys)
        handset.dial(OURS)
        reader.talk(timeout=PATIENCE)
        handset.hang_up()
        self.world.until(lambda: not any(call.is_live for call in self.world.calls()), "the call is over")
        return reader


def perform(locale: str, options: argparse.Namespace) -> dict[str, str]:
    """All of one language: what is wrong, by name."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    chosen = [one for one in journeys() if one.get("audio") and one.get("locale", "en-US") == locale]
    chosen = [one for one in chosen if any(words in one["name"] for words in options.only)]
    shop, sellers = TableShop(), TableSellers()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/audio.db"
        store = SqlStore(url)
        store.migrate()
        store.close()
        carrier = CarrierOptions(speed=options.speed, cps=1000, insecure_streams=True, say_rate=230)
        settings = {"IVR_LOCALES": locale}
        with World(url, "stream", carrier, settings, overrides={"commerce": shop, "sellers": sellers}) as world:
            engine = world.ivr.recognizers.engine_for(locale)
            print(f"{locale}: {engine} hears {len(chosen)} journeys", flush=True)
            if engine is None:
                return {one["name"]: "no engine" for one in chosen}
            stage = Stage(world, shop, sellers, locale, options.seed)
            return {one["name"]: told(stage, one) for one in chosen}


def told(stage: Stage, journey: dict[str, Any]) -> str:
    """Play it and say how it went."""
    began = time.monotonic()
    problem = stage.play(journey)
    how = f"FAILED: {problem}" if problem else "passed"
    print(f"{stage.locale} {journey['name']}: {how} ({time.monotonic() - began:.0f} s)", flush=True)
    return problem


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--locales", nargs="*", default=["en-US", "ko-KR"])
    parser.add_argument("--speed", type=float, default=3.0, help="call time runs so much faster than the wall clock")
    parser.add_argument("--only", nargs="*", default=[""], help="words of a journey's name; several: any of them")
    parser.add_argument("--seed", type=int, default=20261127, help="of voices and rates")
    options = parser.parse_args(arguments)
    with ProcessPoolExecutor(len(options.locales)) as processes:
        results = list(processes.map(perform, options.locales, [options] * len(options.locales)))
    figures = {
        locale: {"passed": sum(not problem for problem in found.values()), "journeys": len(found)}
        for locale, found in zip(options.locales, results, strict=True)
    }
    failed = [name for found in results for name, problem in found.items() if problem]
    print(json.dumps({**figures, "failed": failed}, ensure_ascii=False))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
