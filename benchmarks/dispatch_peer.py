"""The peer of dispatch.py: APScheduler 3 with its own SQLAlchemy job store, one process, on the same database."""

import pickle
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine
from stored_rows import tidy

from ivr.storage import engines

TABLE = "apscheduler_jobs"
RAN: list[tuple[str, float]] = []
"""Which job ran, and when."""
READY = threading.Event()
STORED = """INSERT INTO apscheduler_jobs (id, next_run_time, job_state)
WITH RECURSIVE n(i) AS (SELECT {low} UNION ALL SELECT i + 1 FROM n WHERE i < {high} - 1)
SELECT 'stored' || i, {later} + i % 2500000, CAST('x' AS {kind}) FROM n"""
"""Jobs of the next weeks; what they would do is never read."""


def ring(name: str) -> None:
    """The job: no telephone, no HTTP."""
    RAN.append((name, time.time()))
    if len(RAN) == RAN_ALL[0]:
        READY.set()


RAN_ALL = [0]


class Peer:
    """One database's job store."""

    def __init__(self, url: str) -> None:
        self._url = str(engines.parse(url).render_as_string(hide_password=False))
        self._engine = create_engine(self._url)
        self._stored = 0
        SQLAlchemyJobStore(engine=self._engine, tablename=TABLE).start(None, "default")

    def grow(self, to: int) -> None:
        """Store so many jobs in all."""
        kind = "bytea" if self._engine.dialect.name == "postgresql" else "blob"
        later = (datetime.now(UTC) + timedelta(days=2)).timestamp()
        with self._engine.begin() as connection:
            chosen = STORED.format(low=self._stored, high=to, later=later, kind=kind)
            connection.exec_driver_sql(chosen.replace("%", "%%") if kind == "bytea" else chosen)
        self._stored = to
        tidy(self._url)

    def jobs(self, count: int) -> float:
        """Jobs a second, of so many that are due."""
        with self._running(count) as scheduler:
            self._due(scheduler, [datetime.now(UTC)] * count)
            began = time.perf_counter()
            scheduler.resume()
            if not READY.wait(600):
                raise RuntimeError(f"APScheduler ran {len(RAN)} of {count} jobs")
            return count / (time.perf_counter() - began)

    def bookings(self, count: int) -> float:
        """Jobs a second that are added."""
        at = datetime.now(UTC) + timedelta(days=1)
        with self._running(count) as scheduler:
            began = time.perf_counter()
            for i in range(count):
                scheduler.add_job(ring, "date", run_date=at, args=(str(i),))
            return count / (time.perf_counter() - began)

    def lateness(self, due_at: Sequence[datetime]) -> list[float]:
        """Seconds after its time at which each job ran."""
        with self._running(len(due_at)) as scheduler:
            self._due(scheduler, due_at)
            scheduler.resume()
            READY.wait((max(due_at) - datetime.now(UTC)).total_seconds() + 30)
            return [at - due_at[int(name)].timestamp() for name, at in RAN]

    @contextmanager
    def _running(self, count: int) -> Iterator[BackgroundScheduler]:
        RAN.clear()
        READY.clear()
        RAN_ALL[0] = count
        scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(engine=self._engine, tablename=TABLE)},
            executors={"default": ThreadPoolExecutor(10)},
            job_defaults={"misfire_grace_time": None},
            timezone=UTC,
        )
        scheduler.start(paused=True)
        yield scheduler
        scheduler.shutdown(wait=False)
        with self._engine.begin() as connection:
            connection.exec_driver_sql(f"DELETE FROM {TABLE} WHERE substr(id, 1, 6) <> 'stored'")

    def _due(self, scheduler: BackgroundScheduler, due_at: Sequence[datetime]) -> None:
        """Added as add_job would, in one transaction: how long that takes is measured apart."""
        job = scheduler.add_job(ring, "date", run_date=due_at[0], args=("0",), id="template")
        state = job.__getstate__()
        rows = [self._row(state, i, at) for i, at in enumerate(due_at)]
        scheduler.remove_job("template")
        mark = "%s" if self._engine.dialect.name == "postgresql" else "?"
        with self._engine.begin() as connection:
            connection.exec_driver_sql(f"INSERT INTO {TABLE} VALUES ({mark}, {mark}, {mark})", rows)

    def _row(self, state: dict[str, Any], i: int, at: datetime) -> tuple[str, float, bytes]:
        mine = {**state, "id": f"due{i}", "args": (str(i),), "next_run_time": at}
        return f"due{i}", at.timestamp(), pickle.dumps(mine, pickle.HIGHEST_PROTOCOL)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()
