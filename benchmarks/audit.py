"""How long `python -m ivr audit` takes over a million callbacks, and how much memory.

    python benchmarks/audit.py [--rows 10000 100000 1000000] [--peer-rows 100000] [--database postgres sqlite]

The rows are those of stored_rows.py, and one broken promise that must be found. The command itself runs, as a process
of its own. The peer, on the same rows, up to --peer-rows: every row read and judged in Python, page by page, by the
same rules. The last line is one JSON object.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from chaos_databases import database
from dispatch_world import RULES, Floor, Place, Shifted
from sqlalchemy import create_engine, select
from stored_rows import Rows, noon_before

from ivr.domain.callbacks import Callback
from ivr.domain.ledger import Replay, judge_time
from ivr.service.audit import Audit, gathered, paged
from ivr.storage import SqlStore, engines, tables
from ivr.understanding.numbers import PhoneNumbers

AGENTS, PAGE = 400, 1000
FAULT = "UPDATE callbacks SET reason = '' WHERE id IN (SELECT min(id) FROM callbacks WHERE status = 'done')"


def command(url: str) -> dict[str, Any]:
    """Seconds, peak of memory and the words of `python -m ivr audit`."""
    began = time.perf_counter()
    arguments = [sys.executable, "-m", "ivr", "audit"]
    done = subprocess.run(arguments, env={**os.environ, "IVR_DATABASE_URL": url}, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    told = done.stdout.strip().rsplit("\n", 1)[-1]
    return {"seconds": round(seconds, 1), "peak_mb": round(peak), "status": done.returncode, "told": told}


def read_everything(url: str) -> tuple[float, int]:
    """The peer: seconds and violations."""
    store, began, found = SqlStore(url), time.perf_counter(), 0
    audit = Audit(store, Shifted(), PhoneNumbers("US"), RULES.dial, PAGE)
    for _ in _violations(audit, store):
        found += 1
    store.close()
    return time.perf_counter() - began, found


def _violations(audit: Audit, store: SqlStore) -> Any:
    replay, last, c = Replay(), "", tables.callbacks.c
    with store.read() as uow:
        ledger: Any = uow.ledger
        for entry in paged(lambda after: ledger._entries(after, PAGE)):
            yield from replay.read(entry.line, entry.leg)
            yield from judge_time(entry.line, entry.leg, audit._zones(entry.leg.number), entry.zone)
        while callbacks := ledger._all(select(Callback).where(c.id > last).order_by(c.id).limit(PAGE)):
            last = callbacks[-1].id
            for promise in gathered(uow, callbacks):
                yield from promise.judge(datetime.now(UTC), RULES.dial)


def measure(kind: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """One database, growing."""
    told = []
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
        now = datetime.now(UTC)
        place = Place(url, Shifted().now() - now)
        rows, floor = Rows(url, noon_before(now), AGENTS), Floor(place, AGENTS)
        floor.staff()
        for number in sorted(arguments.rows):
            rows.grow(number)
            _break_one(url)
            row = {"database": kind, "rows": number, **command(url)}
            if number <= arguments.peer_rows:
                seconds, found = read_everything(url)
                row |= {
                    "peer_seconds": round(seconds, 1),
                    "peer_found": found,
                    "ratio": round(seconds / row["seconds"], 1),
                }
            print(row, flush=True)
            told.append(row)
        floor.close()
    return told


def _break_one(url: str) -> None:
    engine = create_engine(engines.parse(url))
    with engine.begin() as connection:
        connection.exec_driver_sql(FAULT)
    engine.dispose()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--peer-rows", type=int, default=100_000)
    parser.add_argument("--database", nargs="+", choices=("postgres", "sqlite"), default=["postgres", "sqlite"])
    arguments = parser.parse_args()
    told = [row for kind in arguments.database for row in measure(kind, arguments)]
    wrong = [row for row in told if row["status"] != 1 or row.get("peer_found", 1) < 1]
    print(json.dumps({"audits": told, "wrong": wrong}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
