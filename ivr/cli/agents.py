"""`agents`: who answers the telephone, with which skills and languages."""

import argparse
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from ivr.cli.context import read_settings
from ivr.content.loading import DEFAULT_LOCALE
from ivr.domain.agents import Agent, AgentStatus, is_client
from ivr.domain.cases import ALL_SKILLS
from ivr.domain.shifts import Shift, read_shifts, told_shifts
from ivr.errors import IllegalMove, NotFound, NumberRefused, ShiftsRefused
from ivr.parts import make_clock, number_rules, open_store, shared_secret
from ivr.service.ports import Clock, NumberRules
from ivr.service.store import Store, UnitOfWork
from ivr.service.timeline import masked, new_id, record
from ivr.settings import Settings
from ivr.settings_values import e164
from ivr.web.api_keys import agent_token

SETTABLE = (AgentStatus.AVAILABLE, AgentStatus.AWAY, AgentStatus.OFFLINE)
"""The other statuses follow from calls."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """add, list, token, status, shifts."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="add an agent, on shift at once; the same number again changes them")
    adding.add_argument("name", metavar="NAME")
    adding.add_argument(
        "number", metavar="NUMBER", help="their telephone, such as +12025550143, or client:NAME for a softphone"
    )
    adding.add_argument(
        "--skill", action="append", default=[], help="orders or returns; general, the default, takes all"
    )
    adding.add_argument(
        "--locale", action="append", default=[], help="a language they speak, such as en-US; default: the first served"
    )
    actions.add_parser("list", help="show all agents")
    token = actions.add_parser("token", help="print what lets an agent's desk hold, add and hand over in their calls")
    token.add_argument("name", metavar="NAME")
    setting = actions.add_parser("status", help="set an agent available, away or offline")
    setting.add_argument("name", metavar="NAME")
    setting.add_argument("status", choices=[status.value for status in SETTABLE])
    shifts = actions.add_parser("shifts", help="when an agent works, each week; without any they are always on shift")
    shifts.add_argument("name", metavar="NAME")
    shifts.add_argument("shifts", metavar="SHIFTS", nargs="?", help="such as 'mon-fri 09:00-17:00, sat 22:00-02:00'")
    shifts.add_argument("--zone", default="", help="the time zone of these times; default: that of IVR_HOURS_ZONE")
    shifts.add_argument("--clear", action="store_true", help="take all shifts away")


def run(arguments: argparse.Namespace) -> int:
    """Do one of them."""
    settings = read_settings(quiet=True)
    with closing(open_store(settings)) as store:
        desk = AgentsDesk(store, make_clock(settings), number_rules(settings))
        print("\n".join(_told(desk, arguments, settings)))
    return 0


def _told(desk: "AgentsDesk", arguments: argparse.Namespace, settings: Settings) -> list[str]:
    match arguments.action:
        case "add":
            served = _served(settings)
            skills, locales = _words(arguments.skill), _locales(_words(arguments.locale), served) or served[:1]
            added = desk.add(arguments.name, arguments.number, skills=skills, locales=locales)
            return [added, *_notes(skills)]
        case "status":
            return [desk.set_status(arguments.name, AgentStatus(arguments.status))]
        case "token":
            return [agent_token(desk.named(arguments.name), shared_secret(settings))]
        case "shifts":
            return [desk.set_shifts(arguments.name, _shifts(arguments, arguments.zone or settings.hours_zone))]
    return desk.listed()


def _shifts(arguments: argparse.Namespace, zone: str) -> list[Shift]:
    """Raises ShiftsRefused."""
    if arguments.clear == bool(arguments.shifts):
        raise ShiftsRefused("give either shifts, such as 'mon-fri 09:00-17:00', or --clear")
    return [] if arguments.clear else read_shifts(arguments.shifts, zone)


@dataclass(frozen=True)
class AgentsDesk:
    """What the command does, apart from printing; every method returns what to tell."""

    store: Store
    clock: Clock
    numbers: NumberRules

    def add(self, name: str, number: str, *, skills: tuple[str, ...], locales: tuple[str, ...]) -> str:
        """Add an agent, or change the one with this number. Raises NumberRefused, IllegalMove (the name is taken)."""
        dialable = self._number(number)
        with self.store.begin() as uow:
            namesake, agent = uow.agents.by_name(name), uow.agents.by_number(dialable)
            if namesake is not None and namesake.number != dialable:
                raise IllegalMove(f"there is an agent {name} with another number; give this one another name")
            word = "added" if agent is None else "changed"
            if agent is None:
                agent = Agent(id=new_id(), name=name, number=dialable, status_at=self.clock.now())
                uow.agents.add(agent)
            agent.name, agent.skills, agent.locales = name, skills or ("general",), locales
            uow.commit()
            return f"{word}: {_line(agent, self.clock.now())}"

    def listed(self) -> list[str]:
        """One line for each, by name."""
        with self.store.read() as uow:
            agents, now = sorted(uow.agents.all(), key=lambda agent: agent.name), self.clock.now()
            return [_line(agent, now) for agent in agents] or ["no agents yet: python -m ivr agents add NAME NUMBER"]

    def named(self, name: str) -> Agent:
        """Raises NotFound."""
        with self.store.read() as uow:
            agent = uow.agents.by_name(name)
        if agent is None:
            raise NotFound(f"there is no agent {name}; `agents list` shows all")
        return agent

    def set_status(self, name: str, status: AgentStatus) -> str:
        """Raises NotFound."""
        with self.store.begin() as uow:
            agent = _named(uow, name)
            agent.move(status, self.clock.now())
            uow.commit()
            return _line(agent, self.clock.now())

    def set_shifts(self, name: str, shifts: list[Shift]) -> str:
        """In the place of those before; none: always on shift. Raises NotFound."""
        with self.store.begin() as uow:
            agent, now = _named(uow, name), self.clock.now()
            agent.shifts = shifts
            record(uow, now, "shifts_set", data={"agent": name, "shifts": told_shifts(shifts)})
            uow.commit()
            return _line(agent, now)

    def _number(self, number: str) -> str:
        """An operator may know more than the numbering plans do: a full international number is always taken."""
        if is_client(number):
            return number
        try:
            return self.numbers.check(number).e164
        except NumberRefused:
            try:
                return str(e164(number))
            except ValueError as error:
                raise NumberRefused("number", str(error)) from None


def _named(uow: UnitOfWork, name: str) -> Agent:
    agent = uow.agents.by_name(name)
    if agent is None:
        raise NotFound(f"there is no agent {name}; `agents list` shows all")
    return agent


def _line(agent: Agent, now: datetime) -> str:
    who = f"{agent.name:<16} {masked(agent.number):>4}  {agent.status:<10}"
    takes = f"{', '.join(agent.skills):<20} {', '.join(agent.locales):<14}"
    shifts = "; ".join(told_shifts(agent.shifts)) or "always on shift"
    return f"{who} {takes} {shifts}{'' if agent.works_at(now) else ' (off shift now)'}"


def _words(given: list[str]) -> tuple[str, ...]:
    return tuple(word.strip() for part in given for word in part.split(",") if word.strip())


def _notes(skills: tuple[str, ...]) -> list[str]:
    unknown = [skill for skill in skills if skill not in ALL_SKILLS]
    return [f"note: no case asks for {', '.join(unknown)}; cases ask for {', '.join(ALL_SKILLS)}"] if unknown else []


def _served(settings: Settings) -> tuple[str, ...]:
    """The languages there are, the one that greets first."""
    folders = sorted(path.parent.name for path in settings.grammars_dir.glob("*/locale.yaml"))
    ordered = sorted(folders, key=lambda name: name != DEFAULT_LOCALE)
    return tuple(dict.fromkeys((*settings.locales, *ordered))) or (DEFAULT_LOCALE,)


def _locales(given: tuple[str, ...], served: tuple[str, ...]) -> tuple[str, ...]:
    """The languages as we spell them; `en` will do for en-US. Raises NotFound: such an agent would never be rung."""
    return tuple(_locale(name.replace("_", "-").lower(), served) for name in given)


def _locale(wanted: str, served: tuple[str, ...]) -> str:
    found = [name for name in served if wanted in (name.lower(), name.partition("-")[0].lower())]
    if not found:
        raise NotFound(f"no callers are served in {wanted}; --locale takes {', '.join(served)}")
    return found[0]
