"""`doctor`: says what is set up, which engine hears which language, what works, and what to do about the rest."""

import argparse
from collections.abc import Iterable
from typing import Final

from ivr.cli import checks
from ivr.cli.context import read_settings

MARKS: Final = {checks.Verdict.GOOD: "✔", checks.Verdict.NOTE: "–", checks.Verdict.BAD: "✘"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much to ask of the outside."""
    parser.add_argument("--offline", action="store_true", help="ask neither the carrier nor our public address")


def run(arguments: argparse.Namespace) -> int:
    """Exit status 1 if something that is needed does not work."""
    settings = read_settings(quiet=True)
    print("set by the environment, or by default:")
    for name, value in settings.describe().items():
        print(f"    {name:<28} {value}")
    findings = list(_told(checks.examine(settings, offline=arguments.offline)))
    bad = [finding for finding in findings if finding.verdict == checks.Verdict.BAD]
    print(f"\n{len(bad)} of {len(findings)} checks need your hand." if bad else "\nReady for calls.")
    return 1 if bad else 0


def _told(findings: Iterable[checks.Finding]) -> Iterable[checks.Finding]:
    """Each as soon as it is known: some take seconds."""
    for finding in findings:
        print(f"{MARKS[finding.verdict]} {finding.about:<16} {finding.text}", flush=True)
        if finding.remedy:
            print(f"  {'':<16} → {finding.remedy}", flush=True)
        yield finding
