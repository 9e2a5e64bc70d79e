"""`demo`: the whole story on this machine's own carrier, first in English, then in Korean; then telephones to try."""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from ivr.carrier.page import ROOT
from ivr.cli.demo.customer import Part, names_of
from ivr.cli.demo.screen import Screen
from ivr.cli.demo.spotter import PromptSpotter
from ivr.cli.demo.stage import OUR_NUMBER, QUICK, Stage, StageError
from ivr.cli.demo.story import BrokenPromise, Cast, Story
from ivr.cli.demo.voice import reading_aloud
from ivr.content import Content, load
from ivr.content.speaker import PromptSpeaker
from ivr.domain.turn import At, Say
from ivr.espeak import available
from ivr.settings import Settings

ENGLISH: Final = Cast(
    title="The story in English",
    locale="en-US",
    zone="America/New_York",
    customer_number="+12025550187",
    agent_name="Anna",
    agent_number="+12025550161",
    agent_says="Hello, this is Anna. I am sending you a new one today.",
    order_id="11976551942819482",
    part=Part(
        request="it says delivered but I don't have it",
        digits="2819482",
        digits_said="two eight one nine four eight two",
        when="in one minute",
        voice="adam",
        interrupts=True,
    ),
)
KOREAN: Final = Cast(
    title="The same story in Korean (한국어)",
    locale="ko-KR",
    zone="Asia/Seoul",
    customer_number="+821000000999",
    agent_name="Jisu",
    agent_number="+821000000998",
    agent_says="안녕하세요, 상담원 지수입니다. 오늘 새 상품을 보내 드리겠습니다.",
    order_id="11595254453726167",
    part=Part(
        request="배송 완료라는데 안 왔어요",
        digits="3726167",
        # espeak's Korean numerals are not heard on a telephone line: this customer keys them, as the prompts say.
        digits_said="",
        when="",
        yes="네",
        no="아니요",
        voice="adam",
        rate=150,
        speaks=1,
        effort="1",
        interrupts=True,
    ),
)


@dataclass(frozen=True)
class Plan:
    """What is played."""

    casts: tuple[Cast, ...]
    once: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which stories, and whether to stay."""
    parser.add_argument("--once", action="store_true", help="exit when the stories are over, also in a terminal")
    parser.add_argument("--language", choices=("en", "ko", "both"), default="both", help="default: %(default)s")
    parser.add_argument("--no-install", action="store_true", help="do not try to fetch Vosk's English model first")


def run(arguments: argparse.Namespace) -> int:
    """0 if every promise was kept; 1 and the reason if not."""
    if not available():
        print("The demo's voice is missing: pip install -e '.[demo]' (make setup does it).", file=sys.stderr)
        return 1
    casts = {"en": (ENGLISH,), "ko": (KOREAN,), "both": (ENGLISH, KOREAN)}[arguments.language]
    screen = Screen()
    if not arguments.no_install:
        _try_english_model(screen)
    with tempfile.TemporaryDirectory(prefix="ringback-demo-") as folder:
        return _play(Plan(casts, arguments.once or not sys.stdout.isatty()), Path(folder), screen)


def _try_english_model(screen: Screen) -> None:
    """Vosk's small English model, if the network lets us have it."""
    screen.line("stage", "python -m ivr models install en-us (Vosk's small English model, about 40 MB) …")
    done = subprocess.run(
        [sys.executable, "-m", "ivr", "models", "install", "en-us"], capture_output=True, text=True, check=False
    )
    told = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    screen.line("stage", told[-1] if told else f"it ended with status {done.returncode}")
    if done.returncode:
        screen.line("stage", "English is therefore heard by PocketSphinx, the offline stand-in")


def _play(plan: Plan, folder: Path, screen: Screen) -> int:
    try:
        with Stage(folder, replace(QUICK, voice=reading_aloud(_content))) as stage:
            _introduce(stage, plan, screen)
            _act(stage, plan, screen)
            _stay(stage, plan, screen)
    except (BrokenPromise, StageError, TimeoutError) as problem:
        screen.line("stage", f"The story failed: {problem}")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _introduce(stage: Stage, plan: Plan, screen: Screen) -> None:
    screen.line("stage", f"app ready after {stage.started_in_seconds:.1f} s: {stage.url}, carrier: {stage.carrier.url}")
    for cast in plan.casts:
        stage.agent(cast.agent_name, cast.agent_number, cast.locale)


def _act(stage: Stage, plan: Plan, screen: Screen) -> None:
    content = _content()
    for cast in plan.casts:
        screen.begin(cast.title)
        screen.line("stage", f"{cast.locale} is heard by {stage.until_heard(cast.locale)}")
        prompts = content.locales[cast.locale].prompts
        wanted = names_of("delivered_not_received", prompts)
        part = replace(with_a_minute(cast, PromptSpeaker(content), stage.now), wanted=wanted)
        Story(stage, replace(cast, part=part), screen, PromptSpotter(prompts)).play()
        screen.line("stage", f"every promise was kept, in {screen.seconds:.0f} seconds")


def with_a_minute(cast: Cast, speaker: PromptSpeaker, clock: Callable[[], datetime]) -> Part:
    """The part, able to key a moment a minute from now, and to tell whether the moment read back is that one.

    `clock`: the app's, which an earlier story may have moved ahead.
    """

    def keys() -> str:
        return (clock().astimezone(ZoneInfo(cast.zone)) + timedelta(seconds=75)).strftime("%H%M")

    def is_right(told: str) -> bool:
        now = clock()
        near = (At(now + timedelta(seconds=s), cast.zone, now) for s in range(-30, 100, 10))
        return told in {speaker.text(cast.locale, Say("moment", {"when": at})) for at in near}

    return replace(cast.part, when_keys=keys, is_right_moment=is_right)


def _content() -> Content:
    return load(Settings.from_env({}).grammars_dir)


def _stay(stage: Stage, plan: Plan, screen: Screen) -> None:
    if plan.once:
        return
    cast = plan.casts[0]
    address = f"{stage.carrier.url}{ROOT}?customer={quote(cast.customer_number)}&agent={quote(cast.agent_number)}"
    print(f"\nTry it yourself, with two telephones: {address}&to={quote(OUR_NUMBER)}")
    print(f"Ask for a callback: {stage.url}/")
    for one in plan.casts:
        stage.command("users", "add", one.agent_name, "--agent", one.agent_name, typed=stage.password)
    names = " or ".join(one.agent_name for one in plan.casts)
    print(f"Agents: {stage.url}/agent/ (name {names}, password {stage.password})")
    print(f"Supervisor: {stage.url}/supervisor/ (name supervisor, password {stage.password})")
    print("Ctrl-C ends it.", flush=True)
    while True:
        time.sleep(1)
