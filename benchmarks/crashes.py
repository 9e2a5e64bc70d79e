"""The crash matrix: something strikes a dispatcher at each numbered step of a callback. One call must result.

    python benchmarks/crashes.py [--database sqlite postgres] [--strike kill freeze restart cut]

A step is the moment before or after a commit that changes something, and before or after a request to the carrier.
There the process dies by SIGKILL; or is frozen for 7 s; or the database is restarted without warning, with recovery
from its log; or all its connections are cut (the last two on PostgreSQL). Another dispatcher is started at once. A
matrix ends with the first run in which there was no such step any more. The matrices run side by side, each with its
own databases: a step is mostly waiting. The peer: the matrix of SIGKILL with an engine in which whoever sees a leg that
is not placed places it. The last line is one JSON object.
"""

import argparse
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from chaos import Run, is_sound, staged
from chaos_carrier import QUICK
from chaos_databases import cut, restart
from chaos_worker import work
from chaos_world import RULES, World
from sqlalchemy import Engine, event

from ivr.phone.http import QuietHttpClient
from ivr.storage.store import SqlUnitOfWork

FREEZE_SECONDS = 7
PATIENCE = 300.0
"""Seconds; a lost status callback alone costs twenty, on a busy machine more."""
MOST_STEPS = 60


def _send(signal_number: int) -> Callable[[str], None]:
    return lambda url: os.kill(os.getpid(), signal_number)


STRIKES: dict[str, Callable[[str], None]] = {
    "kill": _send(signal.SIGKILL),
    "freeze": _send(signal.SIGSTOP),
    "restart": restart,
    "cut": cut,
}
"""What happens, at a database's address."""
ONLY_SERVERS = ("restart", "cut")


class Doom:
    """Counts steps; at the chosen one it strikes, and leaves the step's name in a file."""

    def __init__(self, step: int, strike: Callable[[], None], note: Path) -> None:
        self._left, self._strike, self._note = step, strike, note

    def step(self, name: str) -> None:
        """One more step is reached."""
        self._left -= 1
        if self._left == 0:
            self._note.write_text(name)
            self._strike()


class Watched:
    """A process whose steps are counted: SQLAlchemy tells of each commit, the client of each request."""

    def __init__(self, doom: Doom) -> None:
        self._doom = doom
        self._written = threading.local()
        event.listen(Engine, "begin", self._begin)
        event.listen(Engine, "before_cursor_execute", self._execute)
        event.listen(Engine, "commit", lambda connection: self._step("before"))
        commit, request = SqlUnitOfWork.commit, QuietHttpClient.request

        def committed(uow: SqlUnitOfWork) -> None:
            commit(uow)
            self._step("after")

        def requested(client: QuietHttpClient, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            name = f"{method} {url.rsplit('/', 1)[1][:5]}"
            doom.step(f"before {name}")
            response = request(client, method, url, *args, **kwargs)
            doom.step(f"after {name}")
            return response

        SqlUnitOfWork.commit, QuietHttpClient.request = committed, requested  # type: ignore[method-assign]

    def _begin(self, connection: Any) -> None:
        self._written.tables = set()

    def _execute(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        words = statement.split()
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            self._written.tables.add(words[1] if words[0] == "UPDATE" else words[2])

    def _step(self, when: str) -> None:
        tables = getattr(self._written, "tables", set()) - {"beats"}
        if tables:
            self._doom.step(f"{when} commit of {', '.join(sorted(tables))}")


def doomed(world: World, node: str, step: int, strike: str, note: str) -> None:
    """A dispatcher that is struck at one step."""
    Watched(Doom(step, partial(STRIKES[strike], world.database_url), Path(note)))
    work(world, node)


def struck(database: str, strike: str, step: int, mutant: str) -> dict[str, Any] | None:
    """One promise with one stroke; None: there is no such step."""
    # A frozen process must not outsleep the settle time (reliability.md 4d).
    settle = FREEZE_SECONDS + 3 if strike == "freeze" else RULES.dial.settle_seconds
    with staged(database, 1, faults=0, seed=str(step), manners=QUICK, mutant=mutant, settle_seconds=settle) as one:
        note = Path(one.world.clock_file).with_name("step")
        _endure(one, strike, step, note)
        return {"step": note.read_text(), **one.report()} if note.exists() else None


def _endure(one: Run, strike: str, step: int, note: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["crashes"])
    is_freeze = strike == "freeze"
    first = context.Process(target=doomed, args=(one.world, "first", step, strike, str(note)), daemon=True)
    second = context.Process(target=work, args=(one.world, "second"), daemon=True)
    first.start()
    until, wakes_at = time.monotonic() + PATIENCE, None
    while time.monotonic() < until and one.look() != 0 and not one.is_caught():
        if note.exists() and second.pid is None:
            second.start()
            wakes_at = time.monotonic() + FREEZE_SECONDS if is_freeze else None
        if wakes_at is not None and time.monotonic() >= wakes_at:
            os.kill(first.pid or 0, signal.SIGCONT)
            wakes_at = None
        time.sleep(0.1)
    time.sleep(FREEZE_SECONDS if is_freeze else 1)
    while one.look() is None and time.monotonic() < until:
        time.sleep(0.1)  # the database is still starting
    for process in (first, second):
        if process.pid is not None:
            process.kill()


def matrix(database: str, strike: str, mutant: str = "") -> dict[str, Any]:
    """All steps, and those of which anything but one call came."""
    rows = []
    for step in range(1, MOST_STEPS):
        row = struck(database, strike, step, mutant)
        if row is None:
            break
        rows.append(row)
        right = "one call" if _is_right(row) else f"WRONG {row}"
        print(f"{mutant or 'engine'} {database} {strike} {step:3} {row['step']:60} {right}", flush=True)
    wrong = [row["step"] for row in rows if not _is_right(row)]
    return {"database": database, "strike": strike, "steps": len(rows), "wrong": wrong}


def _is_right(row: dict[str, Any]) -> bool:
    return is_sound(row) and row["once"] == 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", nargs="+", choices=("sqlite", "postgres"), default=["sqlite", "postgres"])
    parser.add_argument("--strike", nargs="*", choices=sorted(STRIKES), default=list(STRIKES))
    parser.add_argument("--no-peer", action="store_true", help="leave the engine without a lease out")
    parser.add_argument("--at-once", type=int, default=7, help="matrices that run side by side")
    arguments = parser.parse_args()
    pairs = [(base, strike) for base in arguments.database for strike in arguments.strike]
    with ProcessPoolExecutor(arguments.at_once, multiprocessing.get_context("spawn")) as side_by_side:
        engine = [
            side_by_side.submit(matrix, *pair) for pair in pairs if pair[0] == "postgres" or pair[1] not in ONLY_SERVERS
        ]
        without = None if arguments.no_peer else side_by_side.submit(matrix, arguments.database[0], "kill", "no-lease")
        told, peer = [one.result() for one in engine], without.result() if without else {}
    for row in told:
        print(f"{row['database']}, {row['strike']}: {row['steps']} steps, wrong: {row['wrong'] or 'none'}")
    if peer:
        print(f"the peer, an engine without a lease: {len(peer['wrong'])} of {peer['steps']} steps wrong")
    print(json.dumps({"matrices": told, "peer": peer}))
    return 1 if any(row["wrong"] or not row["steps"] for row in told) else 0


if __name__ == "__main__":
    sys.exit(main())
