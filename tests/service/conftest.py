"""Fixtures of the callback engine's tests."""

from collections.abc import Callable

import pytest

from ivr.storage import SqlStore
from tests.service.world import World
from tests.stores import empty_postgres


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
