"""The policy lab's proof: the production engine in simulated time, against Erlang's formulas, and a day of 2,000 calls.

    python benchmarks/policy.py [--calls 2000] [--agents 20] [--callers 1000] [--days 2]

1. Without callbacks the engine is a queue. At three loads each it is held against Erlang C (endless patience) and
   Erlang A (exponential patience), within 5 %. A queue's waits depend on each other so much that a plain estimate of
   that precision needs some ten million calls a load. So the difference is taken where it is exact: between the waits
   in the engine and those of the same callers served first come, first served by hand (common random numbers); and
   the rule by hand, which is cheap, runs for twelve million callers (control variate; Law and Kelton, Simulation
   Modeling and Analysis, ch. 11). Estimate = long run by hand + mean difference; margins are half 95 % confidence
   intervals. The engine's plain estimate is printed beside it.
2. A day with and without callbacks; promises kept must be at least 95 %, inversions at equal priority none.

The last line is one JSON object with all figures.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import hypot, sqrt
from typing import Any

from erlang import Answer, Queue, erlang_a, erlang_c, long_run, served_by_hand

from ivr.domain.hours import OpeningHours
from ivr.domain.policies import CallbackRules, DialRules
from ivr.simulation.centre import Centre
from ivr.simulation.figures import figures_of
from ivr.simulation.lab import Setting
from ivr.simulation.policy import IDEAL, Policy, rules_of
from ivr.simulation.public import Caller, Habits, day_of, steady
from ivr.simulation.report import table

HANDLE, PATIENCE, ZONE = 300.0, 300.0, "America/New_York"
LOADS = {"erlang_c": (0.7, 0.8, 0.9), "erlang_a": (0.9, 1.0, 1.1)}
START = datetime(2026, 3, 2, tzinfo=UTC)
ALWAYS = OpeningHours.parse("always", "UTC")
TOLERANCE = 0.05
NAMES = {"delayed": "P(wait)", "wait": "mean wait, s", "abandoned": "P(hung up)"}


@dataclass
class Compared:
    """One load."""

    model: str
    load: float
    formula: Answer
    hand: Sequence[Answer]
    """The long run by hand, by replication."""
    engine: list[Answer]
    same_by_hand: list[Answer]
    """The very callers of the engine's runs."""
    worst_seconds: float = 0.0
    """The largest difference between a caller's wait in the engine and by hand."""


def waits_of(people: Sequence[Caller], agents: int, habits: Habits) -> list[tuple[float, bool]]:
    """Each caller's wait in the engine, and whether they hung up."""
    base = CallbackRules(dial=DialRules(wrap_up_seconds=0))
    policy = Policy(name="queue", callbacks=False, agents=agents)
    rules = replace(rules_of(policy, base, zone="UTC", dials_per_second=0), opening=ALWAYS)
    centre = Centre(Setting(rules=rules, policy=policy, pace=IDEAL, habits=habits, zone="UTC"), people)
    centre.run()
    guests = [centre.lab.guests[caller.number] for caller in people]
    return [(guest.waited_seconds or 0.0, guest.abandoned_at is not None) for guest in guests]


def answer_of(fates: Sequence[tuple[float, bool]]) -> Answer:
    """Averages over callers."""
    count = len(fates)
    delayed = sum(wait > 0.001 for wait, _ in fates) / count
    return Answer(delayed, sum(wait for wait, _ in fates) / count, sum(gone for _, gone in fates) / count)


def compare(model: str, load: float, options: argparse.Namespace) -> Compared:
    """Formula, long run by hand, engine."""
    patience = PATIENCE if model == "erlang_a" else 0.0
    queue = Queue(options.agents * load / HANDLE, 1 / HANDLE, options.agents, 1 / patience if patience else 0.0)
    formula = erlang_a(queue) if patience else erlang_c(queue)
    compared = Compared(model, load, formula, long_run(queue, seed=7), [], [])
    habits = Habits(handle_seconds=HANDLE, handle_spread=0, patience_seconds=patience, agent_misses=0)
    for seed in range(options.days):
        per_hour = queue.arrivals * 3600
        people = steady(per_hour, options.callers / per_hour, start=START, seed=seed, habits=habits)
        engine = waits_of(people, options.agents, habits)
        drawn = [((p.at - START).total_seconds(), p.handle_seconds, p.patience_seconds) for p in people]
        by_hand = served_by_hand(drawn, options.agents)
        compared.engine.append(answer_of(engine))
        compared.same_by_hand.append(answer_of(by_hand))
        worst = max(abs(a[0] - b[0]) for a, b in zip(engine, by_hand, strict=True))
        compared.worst_seconds = max(compared.worst_seconds, worst)
    return compared


def mean(values: Sequence[float]) -> float:
    """Average."""
    return sum(values) / len(values)


def margin(values: Sequence[float]) -> float:
    """Half of the 95 % confidence interval of the mean of independent replications."""
    if len(values) < 2:
        return 0.0
    middle = mean(values)
    return 1.96 * sqrt(sum((value - middle) ** 2 for value in values) / (len(values) - 1) / len(values))


def judged(compared: Compared) -> dict[str, Any]:
    """Each measure: formula, estimate with its margin, error; and the engine's plain estimate."""
    found: dict[str, Any] = {"model": compared.model, "load": compared.load, "measures": {}}
    for name in NAMES:
        truth = getattr(compared.formula, name)
        if not truth:
            continue
        long, ours, same = (
            [getattr(a, name) for a in group] for group in (compared.hand, compared.engine, compared.same_by_hand)
        )
        difference = [a - b for a, b in zip(ours, same, strict=True)]
        estimate = mean(long) + mean(difference)
        found["measures"][name] = {
            "formula": truth,
            "estimate": estimate,
            "margin": hypot(margin(long), margin(difference)),
            "error": estimate / truth - 1,
            "plain": mean(ours),
        }
    found["worst_seconds"] = compared.worst_seconds
    return found


def show(row: dict[str, Any]) -> bool:
    """Print one load; whether it is within the tolerance."""
    right = True
    for name, m in row["measures"].items():
        fits = abs(m["error"]) <= TOLERANCE and m["margin"] <= TOLERANCE * m["formula"]
        right = right and fits
        print(
            f"  {row['model']} load {row['load']:.1f}  {NAMES[name]:13} formula {m['formula']:8.4f}"
            f"  estimate {m['estimate']:8.4f} ± {m['margin']:.4f} ({m['error']:+.1%})  engine alone {m['plain']:8.4f}"
            f"  {'ok' if fits else 'WRONG'}"
        )
    print(f"    largest difference of one caller's wait, engine and by hand: {row['worst_seconds']:.3f} s", flush=True)
    return right and row["worst_seconds"] < 0.01


def day(options: argparse.Namespace) -> tuple[bool, dict[str, Any]]:
    """The day with and without callbacks."""
    habits = Habits()
    print(f"\nA day of {options.calls} expected calls, {options.agents} agents, seed {options.seed}; assumptions:")
    for line in habits.told():
        print(f"  {line}")
    people = day_of(options.calls, date(2026, 3, 10), zone=ZONE, seed=options.seed, habits=habits)
    runs = []
    for policy in (
        Policy(name="without callbacks", callbacks=False, agents=options.agents),
        Policy(name="callbacks", agents=options.agents),
    ):
        setting = Setting(rules=rules_of(policy, zone=ZONE), policy=policy, habits=habits, zone=ZONE, seed=options.seed)
        centre = Centre(setting, people)
        centre.run()
        runs.append(figures_of(centre))
    print("\n".join(table(runs)), flush=True)
    without, with_them = runs
    right = with_them.kept_share >= 0.95 and not with_them.lost and not any(r.inversions_per_1000 for r in runs)
    ratio = with_them.abandoned / max(1, without.abandoned)
    print(f"hung up, with callbacks to without: {ratio:.2f}; {'ok' if right else 'WRONG'}")
    return right, {"without": without.as_data(), "with": with_them.as_data(), "abandoned_ratio": round(ratio, 3)}


def main() -> int:
    """Everything; 1 if anything is out of bounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=2000, help="of the day")
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--callers", type=int, default=1000, help="a load and replication")
    parser.add_argument("--days", type=int, default=2, help="replications a load")
    options = parser.parse_args()
    began = time.monotonic()
    print(f"The engine as a queue: {options.agents} agents, handling {HANDLE:g} s, patience {PATIENCE:g} s (Erlang A)")
    rows, right = [], True
    for model, loads in LOADS.items():
        for load in loads:
            rows.append(judged(compare(model, load, options)))
            right = show(rows[-1]) and right
    fits, figures = day(options)
    took = timedelta(seconds=round(time.monotonic() - began))
    print(f"took {took}")
    habits = asdict(Habits())
    print(json.dumps({"ok": right and fits, "erlang": rows, "day": figures, "habits": habits}))
    return 0 if right and fits else 1


if __name__ == "__main__":
    sys.exit(main())
