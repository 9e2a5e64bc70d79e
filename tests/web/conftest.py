"""Fixtures of the tests of pages and API."""

from collections.abc import Callable

import pytest

from ivr.storage import SqlStore
from tests.web.site import Site, a_site


@pytest.fixture
def sqlite_store(new_store: Callable[[], SqlStore]) -> SqlStore:
    """Empty, with every statement compiled that an earlier test used."""
    return new_store()


@pytest.fixture
def site(sqlite_store: SqlStore) -> Site:
    return a_site(sqlite_store)


@pytest.fixture
def new_site(sqlite_store: SqlStore) -> Callable[..., Site]:
    """Makes a site with further settings."""
    return lambda **settings: a_site(sqlite_store, **settings)
