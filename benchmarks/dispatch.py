"""How fast promises are booked, claimed and dialed, how late, and whether that stays so with a million of them stored.

    python benchmarks/dispatch.py [--rows 1000 10000 100000 1000000] [--seconds 5] [--database postgres sqlite]

For each number of stored callbacks (stored_rows.py: three of five done with all that was written about them, the rest
promised for the next weeks), on the same database in the same run:

- booked: customer, case and callback, one commit each; the peer adds jobs.
- claimed: `Dispatcher.claim`, in batches of 500, one commit a batch (callback, agent, attempt, leg, timeline).
- dialed: whole ticks, the five commits of reliability.md 4b but the last; "http": through the official client to a
  carrier that answers at once. Rate limit and daily cap off. The peer runs as many due jobs that do nothing.
- on time: callbacks that fall due at random moments while agents are free, with the production clock: seconds from the
  due moment to the agent's leg, and from the agent's key 1 to the customer's leg; the peer's jobs at the same moments.

One, two and four dispatchers on PostgreSQL, one on SQLite. The peer is APScheduler 3 with its own SQLAlchemy job store,
in one process: it must not run in two. Between two measures the rows are put back and vacuumed, not timed. `--due` are
the callbacks and free agents of one measure. The last line is one JSON object.
"""

import argparse
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from chaos_databases import database
from chaos_world import next_local
from dispatch_peer import Peer
from dispatch_workers import Done, answerer, at_once, claims, dials, dispatchers
from dispatch_world import Floor, Place, booked_for
from stored_rows import Rows, noon_before

ON_TIME_SECONDS, ON_TIME_SHARE, FLAT = 1.0, 0.95, 2.0
TARGETS = {"claimed": 2000.0, "dialed": 300.0, "dialed_http": 120.0}
"""A second, with four dispatchers on PostgreSQL, at every number of rows."""
ARRIVALS = 5.0
"""Callbacks a second that fall due in the measure of lateness: agents are free all the time."""
Figures = dict[str, Any]


class Bench:
    """One database, growing."""

    def __init__(self, kind: str, url: str, carrier_url: str, arguments: argparse.Namespace) -> None:
        now = datetime.now(UTC)
        offset = next_local(now, time_of_day(11)) - now
        self._arguments, self._carrier_url = arguments, carrier_url
        self._place = Place(url, offset)
        self._numbers = arguments.dispatchers if kind == "postgres" else [1]
        self._floor = Floor(self._place, arguments.due)
        self._floor.staff()
        self._rows = Rows(url, noon_before(now + offset), arguments.due)
        self._peer = Peer(url)

    def measure(self, rows: int) -> Figures:
        """Everything, with so many stored."""
        self._rows.grow(rows)
        self._peer.grow(rows)
        seconds = self._arguments.seconds
        told: Figures = {"rows": rows, "booked": self._booked(seconds)}
        http = Place(self._place.database_url, self._place.offset, self._carrier_url)
        for number in self._numbers:
            told |= self._rates(f"claimed_{number}", claims, self._place, number)
            told |= self._rates(f"dialed_{number}", dials, self._place, number)
            told |= self._rates(f"dialed_http_{number}", dials, http, number)
        told |= self._on_time(max(self._numbers), 2 * seconds)
        count = self._arguments.due
        return told | {"peer_jobs": self._peer.jobs(count), "peer_booked": self._peer.bookings(min(count, 1000))}

    def _booked(self, seconds: float) -> float:
        with self._tidied():
            return booked_for(self._place, seconds)

    def _rates(self, name: str, job: Callable[..., None], place: Place, number: int) -> Figures:
        """The median of rounds that take so many seconds together."""
        rates, cpu_ms, twice, spent = [], [], 0, 0.0
        while spent < self._arguments.seconds:
            with self._tidied():
                self._floor.promise(self._arguments.due)
                done = at_once(job, place, number, self._arguments.seconds)
                twice += self._floor.doubled() + _dialed_twice(done)
            took = max(one.ended for one in done) - min(one.began for one in done)
            count = sum(one.count for one in done)
            rates.append(count / took)
            cpu_ms.append(1000 * sum(one.cpu_seconds for one in done) / max(count, 1))
            spent += took
        middle = len(rates) // 2
        cost = {f"{name}_cpu_ms": round(sorted(cpu_ms)[middle], 2)}
        return {name: sorted(rates)[middle], f"{name}_twice": twice} | cost

    def _on_time(self, number: int, seconds: float) -> Figures:
        chance = random.Random(1)
        with self._tidied():
            with dispatchers(self._place, number) as finish:
                start = datetime.now(UTC) + timedelta(seconds=5)
                moments = [
                    start + timedelta(seconds=chance.uniform(0, seconds)) for _ in range(int(seconds * ARRIVALS))
                ]
                self._floor.promise(len(moments), [moment + self._place.offset for moment in moments])
                time.sleep(max(0.0, (max(moments) - datetime.now(UTC)).total_seconds()) + 3)
                told = finish()
            agents, customers = self._floor.waits(told)
        again = datetime.now(UTC) + timedelta(seconds=5)
        peer = self._peer.lateness([again + (moment - start) for moment in moments])
        return {
            "due": len(moments),
            "agent_late": _spread(agents),
            "agent_on_time": sum(late <= ON_TIME_SECONDS for late in agents) / len(moments),
            "customer_wait": _spread(customers),
            "peer_late": _spread(peer),
        }

    @contextmanager
    def _tidied(self) -> Iterator[None]:
        yield
        self._floor.clear()

    def close(self) -> None:
        """Give the connections back."""
        self._floor.close()
        self._peer.close()


def _dialed_twice(done: Sequence[Done]) -> int:
    """By the telephones' own count: the same leg, or the same agent, more than once."""
    dialed = [call for one in done for call in one.dialed]
    by_leg, by_number = Counter(leg for leg, *_ in dialed), Counter(number for _, number, *_ in dialed)
    return sum(count > 1 for count in (*by_leg.values(), *by_number.values()))


def _spread(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values) or [float("nan")]
    at = {"p50": 0.5, "p95": 0.95, "max": 1.0}
    return {name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) for name, share in at.items()}


def judged(kind: str, told: Sequence[Figures]) -> list[str]:
    """What falls short of the promises of the design, in words."""
    wrong = [f"{kind}, {row['rows']} rows: {name} {row[name]}" for row in told for name in row if _is_twice(row, name)]
    for row in told:
        if row["agent_on_time"] < ON_TIME_SHARE:
            wrong.append(f"{kind}, {row['rows']} rows: {row['agent_on_time']:.0%} of agents' legs on time")
        if kind == "postgres" and "claimed_4" in row:
            best = {name: max(row.get(f"{name}_{n}", 0) for n in (1, 2, 4)) for name in TARGETS}
            short = [name for name, least in TARGETS.items() if best[name] < least]
            wrong += [f"{kind}, {row['rows']} rows: {name} {best[name]:.0f} a second" for name in short]
    for name, factor in flatness(told).items():
        if factor > FLAT:
            wrong.append(f"{kind}: {name} differs {factor:.1f} times between numbers of rows")
    return wrong


def _is_twice(row: Figures, name: str) -> bool:
    return name.endswith("_twice") and row[name] > 0


def flatness(told: Sequence[Figures]) -> dict[str, float]:
    """The fastest over the slowest of all numbers of rows."""
    names = [name for name in told[0] if name == "booked" or re.fullmatch(r"claimed_\d+", name)]
    return {name: max(row[name] for row in told) / min(row[name] for row in told) for name in names}


def show(kind: str, row: Figures) -> None:
    """One number of rows."""
    print(f"\n{kind}, {row['rows']:,} callbacks stored")
    for name, value in row.items():
        peer = row["peer_booked"] if name == "booked" else row["peer_jobs"]
        if isinstance(value, float) and not name.startswith(("peer", "agent")) and not name.endswith("_ms"):
            cost = f"   {row[f'{name}_cpu_ms']:.2f} ms of CPU each" if f"{name}_cpu_ms" in row else ""
            print(f"  {name:16} {value:8.0f} a second   {value / peer:6.2f} x APScheduler's {peer:.0f}{cost}")
    late, waits, theirs = row["agent_late"], row["customer_wait"], row["peer_late"]
    print(f"  agent's leg after due, s      {late}  on time {row['agent_on_time']:.1%} of {row['due']}")
    print(f"  customer's leg after key 1, s {waits}")
    ratio = late["p95"] / theirs["p95"]
    print(f"  APScheduler's job after due   {theirs}  ratio of p95 {ratio:.2f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--seconds", type=float, default=5, help="of each measure")
    parser.add_argument("--due", type=int, default=4000, help="callbacks that are due, and free agents, of a measure")
    parser.add_argument("--dispatchers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--database", nargs="+", choices=("postgres", "sqlite"), default=["postgres", "sqlite"])
    arguments = parser.parse_args()
    told: dict[str, list[Figures]] = {}
    for kind in arguments.database:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            url = stack.enter_context(database(kind, Path(folder)))
            bench = Bench(kind, url, stack.enter_context(answerer()), arguments)
            told[kind] = []
            for rows in sorted(arguments.rows):
                told[kind].append(bench.measure(rows))
                show(kind, told[kind][-1])
            bench.close()
    print(f"\nload of the machine at the end: {os.getloadavg()}, {os.cpu_count()} processors")
    flat = {kind: flatness(rows) for kind, rows in told.items()}
    wrong = [word for kind, rows in told.items() for word in judged(kind, rows)]
    print("\nflat (fastest over slowest):", flat)
    print("short of the design:", wrong or "nothing")
    print(json.dumps({"wrong": wrong, "flat": flat, **told}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
