"""`explain`: why a case was decided as it was, rule by rule, from what its timeline keeps."""

import argparse

from ivr.cli.context import read_settings
from ivr.cli.database import filled_store
from ivr.errors import NotFound
from ivr.service.explaining import explained


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which case."""
    parser.add_argument("case", help="the case's number, as it is spoken")


def run(arguments: argparse.Namespace) -> int:
    """Print the chain of each decision. Raises NotFound, StorageUnavailable."""
    digits = "".join(filter(str.isdigit, arguments.case))
    with filled_store(read_settings(quiet=True)) as store, store.read() as uow:
        case = uow.cases.by_number(digits)
        if case is None:
            raise NotFound(f"there is no case {arguments.case}; the supervisor's page lists their numbers")
        decisions = [event for event in uow.events.of_case(case.id) if event.kind == "decided"]
    if not decisions:
        print(f"case {case.number}: no rule was asked about it")
    for event in decisions:
        print("\n".join(explained(event)))
    return 0
