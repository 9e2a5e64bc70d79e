"""`policy check|simulate`: reads the shop's rules, and tries changed ones on past decisions before they are taken."""

import argparse
from pathlib import Path
from typing import Final

from ivr.cli.context import read_settings
from ivr.cli.database import filled_store
from ivr.content.policies import all_policies, changed
from ivr.domain.money import spoken_money
from ivr.domain.policy.trial import Past, Trial, run_trial

SHOWN: Final = 20
"""Flips that are printed."""
MOST: Final = 100_000
"""Past decisions that are tried, the newest."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which rules."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("check", help="name the mistakes of grammars/policies, or count its rules")
    simulate = actions.add_parser("simulate", help="how many past decisions would flip, and what it would cost")
    simulate.add_argument(
        "--with", dest="path", type=Path, required=True, metavar="FILE_OR_FOLDER", help="the changed rules"
    )


def run(arguments: argparse.Namespace) -> int:
    """Raises ContentError, which names file and line; StorageUnavailable."""
    settings = read_settings(quiet=True)
    rules = all_policies(settings.grammars_dir)
    if arguments.action == "check":
        print(f"{sum(map(len, rules.topics.values()))} rules about {len(rules.topics)} topics, no mistakes")
        return 0
    other = changed(rules, arguments.path)
    with filled_store(settings) as store, store.read() as uow:
        past = [Past(event.case_id or "", event.data) for event in uow.settlements.decisions(MOST)]
        trial = run_trial(other, past)
        numbers = {flip.case_id: case.number for flip in trial.flips if (case := uow.cases.get(flip.case_id))}
    print("\n".join(told(trial, numbers)))
    return 0


def told(trial: Trial, numbers: dict[str, str]) -> list[str]:
    """The figures, the cost, and the first flips."""
    lines = [f"{trial.tried} past decisions, {len(trial.flips)} would flip"]
    for currency, (before, after) in sorted(trial.cost.items()):
        was, would, more = (spoken_money(minor, currency).amount for minor in (before, after, abs(after - before)))
        lines.append(f"cost {currency}: {was} before, {would} after ({'+' if after >= before else '-'}{more})")
    for flip in trial.flips[:SHOWN]:
        case = numbers.get(flip.case_id, "?")
        lines.append(f"  case {case}, {flip.topic}: {' by '.join(flip.before)} → {' by '.join(flip.after)}")
    if len(trial.flips) > SHOWN:
        lines.append(f"  and {len(trial.flips) - SHOWN} more")
    return lines
