"""Fixtures of the callback engine's tests."""

import pytest

from ivr.service.store import Store
from tests.service.world import World


@pytest.fixture
def world(store: Store) -> World:
    """A call centre on an empty database, at noon in New York."""
    return World(store)
