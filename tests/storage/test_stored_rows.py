"""The stored past that the benchmarks measure on fits the tables of today, and the audit finds nothing in it."""

import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.domain.policies import DialRules
from ivr.service.audit import Audit
from ivr.storage import SqlStore
from ivr.understanding.numbers import PhoneNumbers
from tests.conftest import ROOT
from tests.fakes.clock import FakeClock


@pytest.fixture
def stored_rows(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    yield __import__("stored_rows")
    del sys.modules["stored_rows"]


def test_stored_past_is_as_the_engine_leaves_it(sqlite_url: str, stored_rows: Any) -> None:
    store, now = SqlStore(sqlite_url), datetime(2026, 3, 10, 18, tzinfo=UTC)
    stored_rows.Rows(sqlite_url, stored_rows.noon_before(now), agents=3).grow(40)
    clock = FakeClock()
    clock.set(now)
    with store.read() as uow:
        assert sum(uow.callbacks.counted(now).values()) == 16
    assert list(Audit(store, clock, PhoneNumbers("US"), DialRules()).violations()) == []
    store.close()
