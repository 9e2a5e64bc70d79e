"""Fixtures of the callback engine's tests."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ivr.storage import SqlStore
from tests.service.world import World
from tests.stores import empty_postgres


@pytest.fixture(scope="session")
def shared_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One SQLite file for all tests of this folder: a new engine would compile every statement anew."""
    return Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("service") / "ringback.db"))


@pytest.fixture(scope="session")
def shared_store(shared_file: Path) -> Iterator[SqlStore]:
    store = SqlStore(f"sqlite:///{shared_file}")
    yield store
    store.close()


@pytest.fixture
def new_store(shared_file: Path, shared_store: SqlStore) -> Callable[[], SqlStore]:
    """Empties the store, as often as a generated test needs."""

    def make() -> SqlStore:
        empty(shared_file)
        return shared_store

    return make


@pytest.fixture
def new_postgres_store(postgres_url: str, postgres_store: SqlStore) -> Callable[[], SqlStore]:
    """Empties the store on PostgreSQL, as often as a generated test needs."""

    def make() -> SqlStore:
        empty_postgres(postgres_url)
        return postgres_store

    return make


@pytest.fixture
def store(new_store: Callable[[], SqlStore]) -> SqlStore:
    """An empty store on SQLite: what the databases do differently is tested in tests/storage and in the races."""
    return new_store()


@pytest.fixture
def world(store: SqlStore) -> World:
    """A call centre on an empty database, at noon in New York."""
    return World(store)


def empty(file: Path) -> None:
    """Delete every row but the migration's own."""
    with closing(sqlite3.connect(file)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if not table.startswith(("sqlite_", "alembic")):
                connection.execute(f"DELETE FROM {table}")
        connection.commit()
