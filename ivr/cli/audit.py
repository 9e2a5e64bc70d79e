"""`audit`: proves from the tables that every promise was kept to the letter, or names each one that was not."""

import argparse
from collections.abc import Mapping
from typing import Final

from ivr.cli.context import read_settings
from ivr.cli.database import filled_store
from ivr.domain.ledger import Breach, Violation
from ivr.parts import callback_rules, make_clock, number_rules
from ivr.service.audit import Audit
from ivr.service.timeline import masked

REMEDIES: Final[Mapping[Breach, str]] = {
    Breach.TWO_CUSTOMER_LEGS: "apologise to the customer; look for a missing index (uq_legs_live_customer)",
    Breach.TWO_LEGS_TO_NUMBER: "look for a missing index (uq_legs_live_number), or raise IVR_SETTLE_SECONDS",
    Breach.OUTSIDE_WINDOW: "apologise to the customer; compare the clocks of all machines",
    Breach.OUTSIDE_HOURS: "apologise to the customer; check IVR_CALLING_HOURS and the zones of this number",
    Breach.DIALED_AFTER_END: "apologise to the customer, who was rung for a promise that had ended",
    Breach.UNRECORDED_DIAL: "rows were changed by hand or lost: compare with the carrier's list of calls",
    Breach.ATTEMPTS_DISAGREE: "run a dispatcher (`python -m ivr dispatch`); if it stays, ring the customer yourself",
    Breach.NO_NEXT_STEP: "run a dispatcher (`python -m ivr dispatch`); if it stays, ring the customer yourself",
    Breach.END_WITHOUT_REASON: "rows were changed by hand: see the case's timeline, and ring the customer if in doubt",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose: everything is read."""
    parser.epilog = (
        "Exit status: 0 all is well, 1 promises were broken (each is named), 2 the database does not answer."
    )


def run(arguments: argparse.Namespace) -> int:
    """0: clean; 1: violations. Raises StorageUnavailable, which becomes 2."""
    settings = read_settings(quiet=True)
    with filled_store(settings) as store:
        audit = Audit(store, make_clock(settings), number_rules(settings), callback_rules(settings).dial)
        found = 0
        for violation in audit.violations():
            found += 1
            print(told(violation), flush=True)
        print(f"{audit.read.callbacks} callbacks and {audit.read.dials} dials read, {found} violations")
    return 1 if found else 0


def told(violation: Violation) -> str:
    """What is wrong, with whom, and what to do."""
    whom = f"callback {violation.callback_id}" if violation.callback_id else "no callback"
    where = f"{whom}, number {masked(violation.number)}, {violation.at:%Y-%m-%d %H:%M:%S} UTC"
    return f"✘ {violation.breach}: {where}: {violation.detail}\n  → {REMEDIES[violation.breach]}"
