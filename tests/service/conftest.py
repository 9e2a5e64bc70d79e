"""Fixtures of the callback engine's tests."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.storage import SqlStore
from tests.service.world import World


@pytest.fixture
def store(sqlite_store: SqlStore) -> SqlStore:
    """SQLite alone: what the databases do differently is tested in tests/storage and in the races."""
    return sqlite_store


@pytest.fixture
def world(store: SqlStore) -> World:
    """A call centre on an empty database, at noon in New York."""
    return World(store)


@pytest.fixture
def new_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[[], SqlStore]]:
    """Makes as many empty stores as a generated test needs."""
    made: list[SqlStore] = []

    def make() -> SqlStore:
        file = shutil.copy(sqlite_template, tmp_path / f"{len(made)}.db")
        made.append(SqlStore(f"sqlite:///{file}"))
        return made[-1]

    yield make
    for store in made:
        store.close()
