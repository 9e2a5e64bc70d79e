"""`call`: a call in the terminal. What is typed is heard, `#1` presses a key, an empty line is silence."""

import argparse
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ivr.bootstrap import Ivr, build
from ivr.cli.context import read_settings
from ivr.cli.no_carrier import NoPhone
from ivr.domain.agents import Agent, AgentStatus
from ivr.domain.hearing import Hypothesis
from ivr.domain.turn import Next, Turn
from ivr.parts import load_content
from ivr.service.timeline import new_id
from ivr.settings import Settings

HELP: Final = "type what the caller says · #1 presses keys · an empty line is silence · Ctrl-D hangs up"
AGENTS: Final = {"free": AgentStatus.AVAILABLE, "busy": AgentStatus.BUSY, "none": None}
OVER: Final = (Next.HANG_UP, Next.JOIN, Next.PAY)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Who calls, in which language, whether an agent is there."""
    parser.add_argument("--from", dest="caller", help="the caller's number; empty: withheld (default: a customer)")
    parser.add_argument("--locale", help="the language that greets, such as ko-KR")
    parser.add_argument("--agent", choices=sorted(AGENTS), default="busy", help="default: %(default)s")
    parser.add_argument("--keep", action="store_true", help="use IVR_DATABASE_URL: what is promised is kept")


def run(arguments: argparse.Namespace) -> int:
    """Talk until one side hangs up."""
    settings = read_settings(quiet=True)
    with tempfile.TemporaryDirectory(prefix="ringback-") as folder:
        if not arguments.keep:
            settings = replace(settings, database_url=f"sqlite:///{Path(folder) / 'call.db'}")
        if arguments.locale:
            settings = _greeting_in(settings, arguments.locale)
        with build(settings, phone=NoPhone(), messenger=None) as ivr:
            if not arguments.keep:
                _put_agent(ivr, AGENTS[arguments.agent])
            caller = _caller(ivr) if arguments.caller is None else arguments.caller
            print(HELP)
            TypedCall(ivr, _typed, print).talk(caller)
    return 0


class TypedCall:
    """One call by typing; `read` gives a line, or None to hang up, and `tell` shows one."""

    def __init__(self, ivr: Ivr, read: Callable[[], str | None], tell: Callable[[str], None]) -> None:
        self._ivr = ivr
        self._read = read
        self._tell = tell
        self._sid = f"CA{new_id()}"

    def talk(self, caller: str) -> None:
        """From the greeting to the goodbye."""
        turn = self._ivr.calls.arrive(self._sid, caller, self._ivr.settings.phone_number)
        self._say(turn)
        while turn.next not in OVER:
            line = self._read()
            if line is None:
                break
            before, turn = turn, self._answer(turn, line.strip())
            if turn.number != before.number:
                self._say(turn)
            else:
                self._tell("   (nothing new is said)")
        self._ivr.calls.ended(self._sid)

    def _answer(self, turn: Turn, line: str) -> Turn:
        if not line:
            return self._ivr.calls.silence(self._sid, turn.number)
        if line.startswith("#") and line[1:]:
            return self._ivr.calls.keys(self._sid, turn.number, line[1:].replace(" ", ""))
        heard = [Hypothesis(line)]
        after = self._ivr.calls.speech(self._sid, turn.number, heard, engine="typed", audio_seconds=0.0)
        self._tell(f"   {self._understood()}")
        return after

    def _say(self, turn: Turn) -> None:
        for say in turn.say:
            self._tell(f"⏺ {self._ivr.speaker.text(say.locale or turn.locale, say)}")
        if turn.next != Next.LISTEN:
            self._tell(f"   [{turn.next.value.replace('_', ' ')}]")

    def _understood(self) -> str:
        with self._ivr.store.read() as uow:
            mine = (event for event in uow.events.recent(20) if event.call_sid == self._sid and event.kind == "heard")
            event = next(mine, None)
        return understood(event.data) if event else "not heard: this turn is over"


def understood(data: Mapping[str, Any]) -> str:
    """What was understood, in one line: intents, slots, how surely."""
    intents = data.get("intents") or []
    if not intents:
        return "not understood"
    return f"understood ({data.get('certainty', '')}): {', then '.join(map(_intent, intents))}"


def _intent(intent: Mapping[str, Any]) -> str:
    slots = " ".join(f"{name}={value}" for name, value in intent.items() if name != "name")
    return f"{intent['name']} {slots}".strip()


def _put_agent(ivr: Ivr, status: AgentStatus | None) -> None:
    if status is None:
        return
    now, locales = ivr.clock.now(), tuple(ivr.speaker.locales)
    agent = Agent(id=new_id(), name="Agent", number="+12025550100", locales=locales, status=status, status_at=now)
    with ivr.store.begin() as uow:
        uow.agents.add(agent)
        uow.commit()


def _caller(ivr: Ivr) -> str:
    """A customer of the demonstration who speaks the language that greets."""
    greeting = ivr.speaker.locales[0]
    customers = sorted(ivr.shop.customers, key=lambda customer: customer.locale != greeting)
    return customers[0].number


def _greeting_in(settings: Settings, locale: str) -> Settings:
    others = settings.locales or tuple(load_content(settings).locales)
    return replace(settings, locales=(locale, *(name for name in others if name != locale)))


def _typed() -> str | None:
    try:
        return input("> ")
    except EOFError:
        return None
