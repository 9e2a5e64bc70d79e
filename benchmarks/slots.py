"""How long it takes to find out when a callback can be promised, with many promised already.

    python benchmarks/slots.py [--rows 1000 100000] [--agents 100] [--database postgres sqlite]

The callbacks are those of stored_rows.py: two of five are promised for named times in the next 30 days. Agents work in
five shifts. Measured, each as the median of many: `take` (is there room at this moment, as every booking asks), `day`
and `week` (all free slots of so long, as page and API list them). The peer, on the same rows: one count for each slot
of a week, as a simple calendar would ask. The last line is one JSON object.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from chaos_databases import database
from dispatch_world import Place
from sqlalchemy import create_engine
from stored_rows import Rows, noon_before

from ivr.domain.agents import Agent
from ivr.domain.shifts import read_shifts
from ivr.service.slots import Wanted
from ivr.storage import SqlStore, engines

SHIFTS = (
    "mon-fri 08:00-16:00",
    "mon-fri 10:00-18:00",
    "tue-sat 09:00-17:00",
    "mon-sun 12:00-20:00",
    "sat-sun 09:00-19:00",
)
ZONE = "America/New_York"
MOST_MS = {"take": 50.0, "week": 1000.0}
"""Milliseconds at every number of rows; a page waits for the second."""
WANTED = Wanted("orders", "en-US")
WEEK = timedelta(days=7)
PEER = "SELECT count(*) FROM callbacks WHERE status = 'scheduled' AND due_at >= {0} AND due_at < {0}"


class Bench:
    """One database, growing."""

    def __init__(self, url: str, agents: int) -> None:
        now = datetime.now(UTC)
        self._place = Place(url, timedelta())
        self._store = SqlStore(url)
        self._rows = Rows(url, noon_before(now), agents)
        self._engine = self._place.engine("slots")[0]
        self._url = url
        with self._store.begin() as uow:
            for i in range(agents):
                shifts = read_shifts(SHIFTS[i % len(SHIFTS)], ZONE)
                number = f"+1646{3_000_000 + i}"
                uow.agents.add(Agent(id=f"agent{i}", name=f"Agent {i}", number=number, status_at=now, shifts=shifts))
            uow.commit()

    def measure(self, rows: int) -> dict[str, Any]:
        """Milliseconds of each question."""
        self._rows.grow(rows)
        slots, bookings = self._engine.bookings.slots, self._engine.bookings
        hours = bookings.hours(bookings.check_number("+12125550143"), ZONE)
        at = datetime.now(UTC) + timedelta(days=3)
        with self._store.begin() as uow:
            slots.take(uow, WANTED, at)  # the share of unanswered calls is counted once an hour
            uow.commit()

        def ask(what: Callable[[Any], Any]) -> Callable[[], Any]:
            def asked() -> Any:
                with self._store.read() as uow:
                    return what(uow)

            return asked

        told = {
            "rows": rows,
            "take": timed(ask(lambda uow: slots.has_room(uow, WANTED, at))),
            "day": timed(ask(lambda uow: list(slots.free(uow, WANTED, hours, at, at + WEEK / 7)))),
            "week": timed(ask(lambda uow: list(slots.free(uow, WANTED, hours, at, at + WEEK)))),
            "peer_week": timed(self._peer(at)),
        }
        return told

    def _peer(self, at: datetime) -> Callable[[], Any]:
        engine = create_engine(engines.parse(self._url))
        mark = "%s" if engine.dialect.name == "postgresql" else "?"

        def ask() -> None:
            with closing(engine.connect()) as connection:
                for i in range(7 * 40):  # forty quarters of an hour a day
                    begins = at + timedelta(minutes=15 * i)
                    values = (begins, begins + timedelta(minutes=15))
                    if mark == "?":
                        values = tuple(f"{value:%Y-%m-%d %H:%M:%S.%f}" for value in values)  # type: ignore[assignment]
                    connection.exec_driver_sql(PEER.format(mark), values).scalar()

        return ask


def timed(ask: Callable[[], Any], times: int = 7) -> float:
    """Milliseconds, the median; the first is not counted."""
    ask()
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        spent.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(spent), 1)


def judged(kind: str, told: list[dict[str, Any]]) -> list[str]:
    """What takes longer than a caller or a page can wait."""
    return [
        f"{kind}, {row['rows']} rows: {name} {row[name]} ms"
        for row in told
        for name, most in MOST_MS.items()
        if row[name] > most
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--database", nargs="+", choices=("postgres", "sqlite"), default=["postgres", "sqlite"])
    arguments = parser.parse_args()
    told: dict[str, list[dict[str, Any]]] = {}
    for kind in arguments.database:
        with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
            bench = Bench(url, arguments.agents)
            told[kind] = []
            for rows in sorted(arguments.rows):
                told[kind].append(bench.measure(rows))
                print(kind, told[kind][-1], flush=True)
    wrong = [word for kind, rows in told.items() for word in judged(kind, rows)]
    print("too slow:", wrong or "nothing")
    print(json.dumps({"wrong": wrong, **told}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
