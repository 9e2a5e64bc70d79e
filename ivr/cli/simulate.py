"""`simulate`: tries a policy out on a day, generated or as it was, with the engine that runs in production."""

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from ivr import logs
from ivr.cli.context import read_settings
from ivr.cli.database import filled_store
from ivr.errors import SettingsError
from ivr.settings import Settings
from ivr.simulation.arrivals_log import callers_of
from ivr.simulation.centre import Centre
from ivr.simulation.figures import Figures, figures_of
from ivr.simulation.lab import Setting
from ivr.simulation.picture import Drawn, draw
from ivr.simulation.policy import Policy, rules_of
from ivr.simulation.public import Caller, Habits, day_of
from ivr.simulation.report import table

EVENTS = 1_000_000
"""Lines of the timeline that are read for a day as it was."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The day, the people, the policy, the output."""
    day, policy = parser.add_argument_group("the day"), parser.add_argument_group("the policy")
    day.add_argument("--date", type=date.fromisoformat, help="local day, 2026-03-10 (default: today)")
    day.add_argument(
        "--from-log", action="store_true", help="the callers of that day in the database, not made-up ones"
    )
    day.add_argument("--calls", type=int, default=2000, help="callers expected in a made-up day (default: 2000)")
    day.add_argument("--seed", type=int, default=1, help="the same seed gives the same people")
    day.add_argument("--zone", help="time zone of callers and agents (default: IVR_HOURS_ZONE)")
    day.add_argument("--handle", type=float, default=300.0, metavar="SECONDS", help="mean conversation (default: 300)")
    day.add_argument("--patience", type=float, default=300.0, metavar="SECONDS", help="mean patience; 0: endless")
    day.add_argument("--accept", type=float, default=0.37, metavar="SHARE", help="who takes a callback (default: 0.37)")
    day.add_argument("--unanswered", type=float, default=0.07, metavar="SHARE", help="callbacks that reach nobody")
    policy.add_argument("--agents", type=int, default=20)
    policy.add_argument("--callbacks", choices=("on", "off", "both"), default="both")
    policy.add_argument("--offer-after", type=int, default=120, metavar="SECONDS", help="told wait that is offered one")
    policy.add_argument("--tries", type=int, default=4, help="rings of a customer before a person decides (default: 4)")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="write the day hour by hour as SVG")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Run the day under each policy. Nothing is dialed and no row is written."""
    settings = read_settings(quiet=True)
    logs.configure(settings.log, level=logging.ERROR)  # a simulated carrier's refusals are no news
    arguments.date = arguments.date or datetime.now(UTC).date()
    arguments.zone = arguments.zone or settings.hours_zone
    habits = _habits(arguments)
    people = _people(arguments, settings, habits)
    centres = [_centre(policy, arguments, habits, people) for policy in _policies(arguments)]
    for centre in centres:
        centre.run()
    _print([figures_of(centre) for centre in centres], arguments, habits)
    if arguments.picture:
        drawn = [Drawn(centre.lab.setting.policy.name, list(centre.lab.guests.values())) for centre in centres]
        arguments.picture.write_text(draw(_title(arguments, len(people)), drawn, arguments.zone), "utf-8")
    return 0


def _habits(arguments: argparse.Namespace) -> Habits:
    usual = Habits()
    part = arguments.unanswered / (usual.no_answer + usual.machine + usual.busy)
    return replace(
        usual,
        handle_seconds=arguments.handle,
        patience_seconds=arguments.patience,
        accept=arguments.accept,
        no_answer=usual.no_answer * part,
        machine=usual.machine * part,
        busy=usual.busy * part,
    )


def _people(arguments: argparse.Namespace, settings: Settings, habits: Habits) -> tuple[Caller, ...]:
    chosen = {"zone": arguments.zone, "seed": arguments.seed, "habits": habits}
    if not arguments.from_log:
        return day_of(arguments.calls, arguments.date, **chosen)
    with filled_store(settings) as store, store.read() as uow:
        people = callers_of(uow.events.recent(EVENTS), arguments.date, **chosen)
    if not people:
        raise SettingsError(f"the database knows nobody who wanted an agent on {arguments.date}; give another --date")
    return people


def _policies(arguments: argparse.Namespace) -> list[Policy]:
    chosen = Policy(agents=arguments.agents, offer_seconds=arguments.offer_after, tries=arguments.tries)
    without, with_them = replace(chosen, name="without callbacks", callbacks=False), replace(chosen, name="callbacks")
    return {"on": [with_them], "off": [without], "both": [without, with_them]}[arguments.callbacks]


def _centre(policy: Policy, arguments: argparse.Namespace, habits: Habits, people: Sequence[Caller]) -> Centre:
    rules = rules_of(policy, zone=arguments.zone)
    setting = Setting(rules=rules, policy=policy, habits=habits, zone=arguments.zone, seed=arguments.seed)
    return Centre(setting, people)


def _print(runs: Sequence[Figures], arguments: argparse.Namespace, habits: Habits) -> None:
    if arguments.json:
        print(json.dumps([run.as_data() for run in runs]))
        return
    print(_title(arguments, runs[0].calls))
    for line in habits.told():
        print(f"  {line}")
    print("\n".join(["", *table(runs)]))


def _title(arguments: argparse.Namespace, calls: int) -> str:
    source = "from the database" if arguments.from_log else f"made up, seed {arguments.seed}"
    return f"{arguments.date}, {arguments.zone}: {calls} callers ({source}), {arguments.agents} agents"
