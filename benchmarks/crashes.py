"""The crash matrix: a dispatcher dies, or freezes for 7 s, at each numbered step of a callback. One call must result.

    python benchmarks/crashes.py [--database sqlite] [--freeze]

A step is the moment before or after a commit that changes something, and before or after a request to the carrier. The
process dies there by SIGKILL (or sleeps by SIGSTOP); another one is started at once. The matrix ends with the first run
in which there was no such step any more. The peer: the same matrix with an engine in which whoever sees a leg that is
not placed places it. The last line is one JSON object.
"""

import argparse
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from chaos import Run, is_sound, staged
from chaos_worker import work
from chaos_world import RULES, World
from sqlalchemy import Engine, event

from ivr.phone.http import QuietHttpClient
from ivr.storage.store import SqlUnitOfWork

FREEZE_SECONDS = 7
PATIENCE = 60.0
MOST_STEPS = 60


class Doom:
    """Counts steps; at the chosen one it strikes, and leaves the step's name in a file."""

    def __init__(self, step: int, signal_number: int, note: Path) -> None:
        self._left, self._signal, self._note = step, signal_number, note

    def step(self, name: str) -> None:
        """One more step is reached."""
        self._left -= 1
        if self._left == 0:
            self._note.write_text(name)
            os.kill(os.getpid(), self._signal)


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


def doomed(world: World, node: str, step: int, signal_number: int, note: str) -> None:
    """A dispatcher that is struck at one step."""
    Watched(Doom(step, signal_number, Path(note)))
    work(world, node)


def strike(arguments: argparse.Namespace, step: int, mutant: str = "") -> dict[str, Any] | None:
    """One promise with one stroke; None: there is no such step."""
    settle = _settle(arguments)
    with staged(arguments.database, 1, faults=0, seed=str(step), mutant=mutant, settle_seconds=settle) as one:
        note = Path(one.world.clock_file).with_name("step")
        _endure(arguments, one, step, note)
        return {"step": note.read_text(), **one.report()} if note.exists() else None


def _settle(arguments: argparse.Namespace) -> int:
    """Seconds; a frozen process must not outsleep it (reliability.md 4d)."""
    return FREEZE_SECONDS + 3 if arguments.freeze else RULES.dial.settle_seconds


def _endure(arguments: argparse.Namespace, one: Run, step: int, note: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["crashes"])
    struck = signal.SIGSTOP if arguments.freeze else signal.SIGKILL
    first = context.Process(target=doomed, args=(one.world, "first", step, struck, str(note)), daemon=True)
    second = context.Process(target=work, args=(one.world, "second"), daemon=True)
    first.start()
    until, wakes_at = time.monotonic() + PATIENCE, None
    while time.monotonic() < until and one.open():
        if note.exists() and second.pid is None:
            second.start()
            wakes_at = time.monotonic() + FREEZE_SECONDS if arguments.freeze else None
        if wakes_at is not None and time.monotonic() >= wakes_at:
            os.kill(first.pid or 0, signal.SIGCONT)
            wakes_at = None
        time.sleep(0.1)
    time.sleep(1 if not arguments.freeze else FREEZE_SECONDS)
    for process in (first, second):
        if process.pid is not None:
            process.kill()


def matrix(arguments: argparse.Namespace, mutant: str = "") -> list[dict[str, Any]]:
    """All steps, each with what came of it."""
    rows = []
    for step in range(1, MOST_STEPS):
        row = strike(arguments, step, mutant)
        if row is None:
            break
        rows.append(row)
        right = "one call" if is_sound(row) and row["once"] else f"WRONG {row}"
        print(f"{mutant or 'engine'} {step:3} {row['step']:60} {right}", flush=True)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="sqlite")
    parser.add_argument("--freeze", action="store_true", help=f"sleep for {FREEZE_SECONDS} s instead of dying")
    parser.add_argument("--no-peer", action="store_true", help="leave the engine without a lease out")
    arguments = parser.parse_args()
    rows = matrix(arguments)
    peer = [] if arguments.no_peer else matrix(arguments, "no-lease")
    wrong = [row["step"] for row in rows if not (is_sound(row) and row["once"])]
    told = {"steps": len(rows), "wrong": wrong, "peer_wrong": sum(not is_sound(row) for row in peer)}
    print(json.dumps({"database": arguments.database, "freeze": arguments.freeze, **told}))
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
