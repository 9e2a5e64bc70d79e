"""How many promises stand where, which of them are late, and that neither reads their rows."""

from sqlalchemy import event

from ivr.domain.callbacks import CallbackStatus
from ivr.service.overview_store import CallbackSearch
from ivr.storage import SqlStore
from tests.storage import rows
from tests.storage.rows import NOW, ids, later
from tests.storage.test_queries import line_up


def test_promises_are_counted_by_status_and_late_ones_apart(store: SqlStore) -> None:
    line_up(
        store,
        rows.callback("late", promised_by_at=later(seconds=-1)),
        rows.callback("in_time"),
        rows.callback("kept", promised_by_at=later(seconds=-1), first_rung_at=later(seconds=-9)),
        rows.callback("rung", status=CallbackStatus.DIALING, promised_by_at=later(seconds=-1)),
        rows.callback("done", status=CallbackStatus.DONE),
    )
    with store.read() as uow:
        assert uow.callbacks.counted(NOW) == {
            "unverified": 0, "scheduled": 3, "dialing": 1, "needs_human": 0, "overdue": 1,
        }  # fmt: skip


def test_a_promise_is_late_until_it_has_rung_also_while_it_waits_for_another_try(store: SqlStore) -> None:
    late = {"promised_by_at": later(seconds=-1)}
    line_up(
        store,
        rows.callback("tried_again_later", due_at=later(minutes=5), **late),
        rows.callback("rung", first_rung_at=NOW, **late),
        rows.callback("in_hand", status=CallbackStatus.UNVERIFIED, **late),
        rows.callback("in_time"),
    )
    with store.read() as uow:
        found = uow.overview.find_callbacks(CallbackSearch(late_at=NOW), 9)
    assert sorted(ids(found)) == ["in_hand", "tried_again_later"]


def test_free_times_and_counts_are_read_from_an_index_without_its_rows(sqlite_url: str) -> None:
    store, asked = SqlStore(sqlite_url), []
    with store.read() as uow:
        event.listen(store._read, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
        uow.callbacks.places(NOW, later(days=1))
        uow.callbacks.counted(NOW)
        uow.overview.count_scheduled()
    with store._read.connect() as connection:
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in list(asked)]
    store.close()
    scans = [step.detail for plan in plans for step in plan if "ix_callbacks_due" in step.detail]
    assert len(scans) == 3
    assert all("USING COVERING INDEX" in scan for scan in scans), scans
