"""Fixtures: a shop behind HTTP, with nothing asked of it yet."""

from collections.abc import Iterator

import pytest

from tests.commerce.shop import Shop


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with Shop() as running:
        yield running


@pytest.fixture(autouse=True)
def fresh(shop: Shop) -> None:
    shop.answer = None
    shop.asked.clear()
    shop.changes.clear()
