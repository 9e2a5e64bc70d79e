"""`python -m ivr audit`: its exit status and what it prints."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.domain.callbacks import CallbackStatus
from ivr.storage import SqlStore
from tests.cli.conftest import Ran
from tests.storage import rows

NOW = datetime.now(UTC)


def test_clean_ledger_is_status_0_and_says_how_much_was_read(ivr: Callable[..., Ran], store: SqlStore) -> None:
    rows.save(store, rows.case(), rows.callback(status=CallbackStatus.DONE, reason="joined", ended_at=NOW))
    ran = ivr("audit")
    assert (ran.status, ran.out) == (0, "1 callbacks and 0 dials read, 0 violations\n")


def test_violation_is_status_1_and_names_callback_masked_number_and_remedy(
    ivr: Callable[..., Ran], store: SqlStore
) -> None:
    rows.save(store, rows.case(), rows.callback("lost one", number="+12025550187", status=CallbackStatus.DIALING))
    ran = ivr("audit")
    assert ran.status == 1
    assert "attempts_disagree: callback lost one, number …87" in ran.out
    assert "python -m ivr dispatch" in ran.out
    assert "0187" not in ran.out


def test_database_without_tables_is_status_2(
    ivr: Callable[..., Ran], environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("IVR_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    ran = ivr("audit")
    assert (ran.status, ran.out) == (2, "")
    assert "storage_unavailable" in ran.err


def test_database_that_does_not_answer_is_status_2(ivr: Callable[..., Ran], environment: pytest.MonkeyPatch) -> None:
    environment.setenv("IVR_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/ringback")
    ran = ivr("audit")
    assert ran.status == 2
    assert ran.err.startswith("storage_unavailable: ")
