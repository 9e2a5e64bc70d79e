"""A database that is away, busy, foreign or refused: an error that says what to do, and work goes on afterwards."""

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event

from ivr.domain.calls import Call
from ivr.errors import Conflict, SettingsError, StorageUnavailable
from ivr.storage import SqlStore
from tests.storage import rows
from tests.storage.rows import save
from tests.stores import CUT


@pytest.mark.parametrize(
    "url", ["mysql://a/b", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true", "ringback", ""]
)
def test_an_address_that_cannot_work_is_refused_with_one_that_does(url: str) -> None:
    with pytest.raises(SettingsError, match="sqlite:///"):
        SqlStore(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_server_that_is_away_is_storage_unavailable(scheme: str) -> None:
    store = SqlStore(f"{scheme}://nobody:secret@127.0.0.1:1/nothing", patience_seconds=0)
    for unit in (store.begin, store.read):
        with pytest.raises(StorageUnavailable, match="IVR_DATABASE_URL"), unit():
            pass
    assert "IVR_DATABASE_URL" in store.check()
    assert "secret" not in store.check()
    store.close()


def test_a_server_that_starts_again_is_waited_for_before_anything_is_begun(
    postgres_store: SqlStore, postgres_url: str
) -> None:
    save(postgres_store, rows.case())
    refused = ["starting up", "starting up"]

    def connect(*_: object) -> None:
        if refused:
            raise psycopg.OperationalError(refused.pop())

    cut_all(postgres_url)
    event.listen(postgres_store._write, "do_connect", connect)
    with postgres_store.begin() as uow:
        assert uow.cases.get("case") is not None
    assert not refused
    event.remove(postgres_store._write, "do_connect", connect)


def test_a_file_that_is_no_database_is_storage_unavailable(tmp_path: Path) -> None:
    (tmp_path / "note.db").write_text("these are not rows " * 100)
    store = SqlStore(f"sqlite:///{tmp_path / 'note.db'}")
    with pytest.raises(StorageUnavailable, match="not a database"), store.begin():
        pass
    store.close()


def test_a_database_without_tables_says_how_to_make_them(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'new' / 'folder' / 'ringback.db'}")
    with store.read() as uow, pytest.raises(StorageUnavailable, match="python -m ivr"):
        uow.cases.get("case")
    store.close()


def test_connections_cut_by_the_server_fail_one_transaction_and_are_replaced(
    postgres_store: SqlStore, postgres_url: str
) -> None:
    save(postgres_store, rows.case())
    with pytest.raises(StorageUnavailable), postgres_store.begin() as uow:  # noqa: PT012
        uow.cases.next_serial()
        cut_all(postgres_url)
        uow.cases.get("case")
    with postgres_store.read() as uow:
        assert uow.cases.get("case") is not None


def test_connections_cut_while_idle_are_replaced_without_anybody_noticing(
    postgres_store: SqlStore, postgres_url: str
) -> None:
    for id in ("first", "second", "third"):
        save(postgres_store, rows.case(id))
        with postgres_store.read() as uow:
            assert uow.cases.get(id) is not None
        cut_all(postgres_url)


def test_a_connection_cut_before_commit_is_storage_unavailable(postgres_store: SqlStore, postgres_url: str) -> None:
    with pytest.raises(StorageUnavailable), postgres_store.begin() as uow:  # noqa: PT012
        uow.cases.add(rows.case())
        uow.cases.get("other")
        cut_all(postgres_url)
        uow.commit()
    with postgres_store.read() as uow:
        assert uow.cases.get("case") is None


def cut_all(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(CUT)


def test_a_write_lock_held_too_long_is_storage_unavailable_and_reading_goes_on(sqlite_url: str) -> None:
    store = SqlStore(f"{sqlite_url}?timeout=0.1")
    save(store, rows.case())
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable, match="locked"), store.begin():
        pass
    with store.read() as uow:
        assert uow.cases.get("case") is not None
    other.execute("ROLLBACK")
    other.close()
    save(store, rows.case("other"))
    store.close()


def test_a_database_that_another_process_is_just_making_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE first (id)")
    other.execute("BEGIN IMMEDIATE")  # SQLite refuses WAL to a second writer without waiting
    release = threading.Timer(0.2, other.execute, ["COMMIT"])
    release.start()
    store = SqlStore(f"sqlite:///{path}")
    store.migrate()
    assert store.check() == ""
    store.close()
    release.join()
    other.close()


def test_a_transaction_begun_inside_another_fails_instead_of_waiting_for_ever(sqlite_url: str) -> None:
    store = SqlStore(f"{sqlite_url}?timeout=0.1")
    with store.begin(), pytest.raises(StorageUnavailable), store.begin():
        pass
    store.close()


def test_a_row_lock_held_too_long_is_a_conflict(postgres_url: str) -> None:
    store = SqlStore(f"{postgres_url}&options=-c%20lock_timeout%3D100ms")
    save(store, rows.case())
    with store.begin() as one, store.begin() as two:
        for uow in (one, two):
            case = uow.cases.get("case")
            assert case is not None
            case.summary = "changed"
        one.cases.open_of("nobody")
        with pytest.raises(Conflict):
            two.commit()
        one.commit()
    store.close()


def test_reading_cannot_write_even_by_a_guard(store: SqlStore) -> None:
    with store.read() as uow, pytest.raises(StorageUnavailable, match=r"(?i)read.?only"):
        uow.guards.set_note("n", {})


def test_promises_are_written_through_to_the_disk(sqlite_store: SqlStore, postgres_store: SqlStore) -> None:
    """The settings that a power cut asks about."""
    with sqlite_store.begin() as uow:
        ask = uow._session.connection().exec_driver_sql
        answers = [ask(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert answers == ["wal", 1, 1]
    with postgres_store.begin() as uow:
        ask = uow._session.connection().exec_driver_sql
        limits = ("statement_timeout", "idle_in_transaction_session_timeout", "timezone")
        assert [ask(f"SHOW {name}").scalar() for name in limits] == ["15s", "1min", "UTC"]


def test_what_was_promised_is_synced_before_it_is_told_and_a_turn_of_a_call_is_not(
    sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("ivr.storage.engines.os.fsync", synced.append)
    with sqlite_store.begin() as uow:
        uow.calls.add(Call(sid="CA" + "1" * 32, from_number=None, started_at=datetime(2026, 1, 5, tzinfo=UTC)))
        uow.commit()
    assert synced == []
    with sqlite_store.begin() as uow:
        uow.guards.set_note("n", {})
        uow.commit()
    assert len(synced) == 1


def test_promise_that_the_disk_does_not_take_is_never_told(
    sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ivr.storage.engines.os.fsync", full)
    with sqlite_store.begin() as uow:
        uow.guards.set_note("n", {})
        with pytest.raises(StorageUnavailable, match="No space left"):
            uow.commit()
