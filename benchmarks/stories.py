"""Spoken stories: does each end in the right case kind, order and callback time, and none in a wrong one unconfirmed?

    python benchmarks/stories.py [--stories 50] [--seed 20261124] [--speed 2] [--parallel 2] [--locales en-US ko-KR]

Callers, requests, wordings, orders and moments are drawn by seed; voices, three rates and line noise of 15 dB too. The
peer in the same run: the same people using the keypad alone. The last line is one JSON object.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent))
from story_tables import (
    DIGITS,
    MENU_KEYS,
    MOMENTS,
    NOISE_DB,
    RATES,
    REQUESTS,
    UNKNOWN_CALLERS,
    YES_NO,
    Moment,
)

from ivr.bootstrap import build
from ivr.cli.demo.customer import Customer, Part, names_of
from ivr.cli.demo.spotter import PromptSpotter
from ivr.cli.demo.stage import OUR_NUMBER, QUICK, Stage
from ivr.content import load
from ivr.domain.callbacks import Callback
from ivr.domain.cases import Case
from ivr.domain.orders import Order
from ivr.domain.turn import At, Say
from ivr.espeak import voices
from ivr.service.ports import Speaker
from ivr.settings import Settings

ZONES = {"en-US": "America/New_York", "ko-KR": "Asia/Seoul"}
TOLERANCE = timedelta(seconds=90)
"""Between saying "in one minute" and its being understood."""
NEEDS_CALLBACK = {"delivered_not_received", "return_refund"}
"""Kinds whose call ends in a promise; the others are finished by self-service."""


@dataclass(frozen=True)
class Story:
    """One caller with what they want."""

    number: int
    locale: str
    kind: str
    caller: str
    order: Order
    moment: Moment
    part: Part
    began_at: datetime


def draw(number: int, locale: str, chance: random.Random, orders: list[Order]) -> Story:
    """One story; the same seed draws the same."""
    kind = chance.choice(sorted(REQUESTS[locale]))
    fitting = [order for order in orders if kind != "delivered_not_received" or order.status == "delivered"]
    order, moment = chance.choice(fitting), chance.choice(MOMENTS[locale])
    yes, no = chance.choice(YES_NO[locale])
    words = chance.choice(DIGITS[locale]).split()
    part = Part(
        request=chance.choice(REQUESTS[locale][kind]),
        digits=order.id[-7:],
        digits_said=" ".join(words[int(digit)] for digit in order.id[-7:]),
        when=moment.said,
        half_key=moment.half_key,
        yes=yes,
        no=no,
        menu_key=MENU_KEYS[kind],
        wants_callback=kind in NEEDS_CALLBACK,
        cancels=kind == "cancel_order",
        voice=chance.choice(voices(locale)[:6]),
        rate=chance.choice(RATES),
        interrupts=True,
    )
    now = datetime.now(UTC)
    return Story(number, locale, kind, UNKNOWN_CALLERS[locale].format(300 + number), order, moment, part, now)


def acted_part(story: Story, speaker: Speaker, prompts: dict[str, str]) -> Part:
    """The part, with ears for the moment that is read back."""
    zone = ZONES[story.locale]

    def right(told: str) -> bool:
        now = datetime.now(UTC)
        expected = story.moment.expected(now.astimezone(ZoneInfo(zone)))
        if expected is None:
            return False
        near = (expected + timedelta(seconds=30 * step) for step in range(-4, 3)) if story.moment.after else (expected,)
        said = (speaker.text(story.locale, Say("moment", {"when": At(at.astimezone(UTC), zone, now)})) for at in near)
        return told in set(said)

    def keyed() -> str:
        return story.moment.keys(datetime.now(ZoneInfo(zone)) + timedelta(seconds=40))

    return replace(story.part, is_right_moment=right, when_keys=keyed, wanted=names_of(story.kind, prompts))


def outcome(stage: Stage, story: Story) -> str:
    """Empty if the story ended as it must, else what is wrong."""
    with stage.store.read() as uow:
        customer = uow.customers.by_number(story.caller)
        cases = [c for c in uow.cases.recent(500) if customer and c.customer_id == customer.id]
        callback = uow.callbacks.open_for_number(story.caller)
    right = [c for c in cases if c.kind == story.kind and c.order_id == story.order.id]
    wrong = [c for c in cases if _is_wrong(story, c)]
    if wrong or not right:
        told = [(c.kind.value, c.order_id) for c in cases]
        return f"{'also another case' if right else 'no case'} {story.kind} about {story.order.id[-7:]}; cases {told}"
    return _wrong_promise(story, right[0], callback)


def _is_wrong(story: Story, case: Case) -> bool:
    """About another order, or another request about one. A question handed to an agent claims neither."""
    return case.order_id not in (None, story.order.id) or (
        case.kind in REQUESTS[story.locale] and case.kind != story.kind
    )


def _wrong_promise(story: Story, case: Case, callback: Callback | None) -> str:
    if callback is None:
        return "no callback" if story.kind in NEEDS_CALLBACK else ""
    if callback.case_id != case.id:
        return "the callback belongs to another case"
    due_at = callback.due_at.astimezone(ZoneInfo(ZONES[story.locale]))
    expected = story.moment.expected(callback.created_at.astimezone(ZoneInfo(ZONES[story.locale])))
    if expected is None:
        return "" if callback.asap else f"promised {due_at}, wanted as soon as possible"
    return "" if abs(due_at - expected) <= TOLERANCE else f"promised {due_at}, wanted {expected}"


class Theatre:
    """Plays stories, several at once."""

    def __init__(self, stage: Stage, speaker: Speaker, prompts: dict[str, dict[str, str]], *, by_keys: bool) -> None:
        self._stage, self._speaker, self._prompts, self._by_keys = stage, speaker, prompts, by_keys
        self.failures: list[str] = []
        self.seconds: list[float] = []

    def play(self, stories: Iterator[Story], parallel: int) -> None:
        """All of them."""
        waiting: SimpleQueue[Story] = SimpleQueue()
        for story in stories:
            waiting.put(story)
        threads = [threading.Thread(target=self._work, args=(waiting,)) for _ in range(parallel)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, waiting: "SimpleQueue[Story]") -> None:
        while True:
            try:
                story = waiting.get_nowait()
            except Empty:
                return
            self._one(story)

    def _one(self, story: Story) -> None:
        began = time.monotonic()
        heard: list[str] = []
        prompts = self._prompts[story.locale]
        handset = self._stage.carrier.handset(story.caller, locale=story.locale)
        part = acted_part(story, self._speaker, prompts)
        actor = Customer(handset, replace(part, speaks=0 if self._by_keys else part.speaks), PromptSpotter(prompts))
        try:
            handset.dial(OUR_NUMBER)
            actor.talk(timeout=600)
        except TimeoutError as lost:
            heard.append(str(lost))
        handset.hang_up()
        time.sleep(0.3)
        wrong = outcome(self._stage, story)
        self.seconds.append(time.monotonic() - began)
        print(f"{story.locale} #{story.number} {story.kind} {self.seconds[-1]:.0f} s", flush=True)
        if wrong:
            way = " > ".join(spotted.key for spotted in actor.heard)
            told = (
                f"{story.locale} #{story.number} {story.part.voice} “{story.part.request}” {story.kind}: {wrong}; {way}"
            )
            self.failures.append(" ".join((told, *heard)))
            print("FAILED", self.failures[-1], flush=True)


def run(arguments: argparse.Namespace, locale: str, *, by_keys: bool) -> dict[str, object]:
    """One language on a fresh stage."""
    options = replace(QUICK, speed=arguments.speed, noise_db=None if by_keys else NOISE_DB)
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder), options) as stage:
        content = load(Settings.from_env({}).grammars_dir)
        ivr = build(Settings.from_env({"IVR_DATABASE_URL": stage.database_url}))
        orders = [
            order for row in ivr.shop.demo_rows() for order in ivr.shop.find_orders(_plain(row.order_number), locale)
        ]
        if not by_keys:
            stage.until_heard(locale)
        chance = random.Random(f"{arguments.seed}-{locale}")
        stories = [draw(i, locale, chance, orders) for i in range(arguments.stories)]
        prompts = {name: dict(content.locales[name].prompts) for name in content.locales}
        theatre = Theatre(stage, ivr.speaker, prompts, by_keys=by_keys)
        theatre.play(iter(stories), arguments.parallel)
    right = arguments.stories - len(theatre.failures)
    mean = sum(theatre.seconds) / max(1, len(theatre.seconds))
    return {
        "stories": arguments.stories,
        "right": right,
        "share": round(right / arguments.stories, 3),
        "wall_s": round(mean, 1),
    }


def _plain(order_number: str) -> str:
    return order_number.replace("-", "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=50, help="in each language")
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--speed", type=float, default=2.0, help="call time runs so much faster than the wall clock")
    parser.add_argument("--parallel", type=int, default=2)
    parser.add_argument("--locales", nargs="*", default=sorted(REQUESTS))
    parser.add_argument("--peer", action="store_true", help="play the stories by keypad alone, too")
    arguments = parser.parse_args()
    told: dict[str, object] = {"seed": arguments.seed}
    for locale in arguments.locales:
        told[locale] = run(arguments, locale, by_keys=False)
        print(locale, told[locale], flush=True)
        if arguments.peer:
            told[f"{locale} keypad"] = run(arguments, locale, by_keys=True)
    print(json.dumps(told, ensure_ascii=False))
    shares = [row["share"] for row in told.values() if isinstance(row, dict)]
    return 0 if all(isinstance(share, float) and share >= 0.95 for share in shares) else 1


if __name__ == "__main__":
    sys.exit(main())
