"""Long outages around closing time, a rush at closing, a full disk (reliability.md, section 8, rows 12, 18 and 19)."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from ivr.domain.callbacks import CallbackStatus, Party
from ivr.domain.policies import CallbackRules, DialRules
from ivr.errors import StorageUnavailable
from ivr.service.store import Store
from ivr.storage import SqlStore
from tests.fakes.phone import Fault
from tests.service.world import RULES, World, audited

CLOSING = datetime(2026, 3, 10, 23, tzinfo=UTC)
"""Seven in the evening in New York, on the day on which a world begins."""
MORNING = datetime(2026, 3, 11, 13, tzinfo=UTC)


def test_carrier_away_for_three_hours_across_closing_rings_nobody_at_night_and_all_in_the_morning(
    world: World,
) -> None:
    world.agent()
    world.clock.set(CLOSING - timedelta(minutes=90))
    callback = world.book()
    world.phone.faults.extend([Fault.REFUSED_CONNECTION] * 1000)
    for _ in range(3 * 60):
        world.tick(60)
        world.sweep()
    world.phone.faults.clear()
    assert world.phone.calls == []
    for _ in range(60):
        world.tick(10)
        world.sweep()
    row = world.callback(callback)
    assert (world.phone.calls, row.status, row.due_at) == ([], CallbackStatus.SCHEDULED, MORNING)
    world.clock.set(MORNING)
    world.agent_takes_it()
    assert [call.party for call in world.phone.calls] == [Party.AGENT, Party.CUSTOMER]
    assert audited(world) == []


def test_rush_before_closing_is_dialed_at_the_rate_and_nobody_is_rung_after_it(store: Store) -> None:
    world = World(store, CallbackRules(dial=DialRules(dials_per_second=1, wrap_up_seconds=0)))
    world.clock.set(CLOSING - timedelta(seconds=150))
    numbers = [f"+120255501{n:02d}" for n in range(60)]
    callbacks = [world.book(number) for number in numbers]
    for n in range(20):
        world.agent(f"agent{n}", f"+120255502{n:02d}")
    for _ in range(300):
        world.tick(1)
        for call in world.phone.live():
            if call.party is Party.AGENT and call.status == "queued":
                world.report(call, "ringing", "in-progress")
                world.engine.legs.answered(call.leg_id, call.sid)
                world.engine.legs.keyed(call.leg_id, "1", turn=1)
            elif call.party is Party.CUSTOMER and call.status == "queued":
                world.report(call, "ringing", "busy")
    world.sweep()
    rung = [call for call in world.phone.calls if call.party is Party.CUSTOMER]
    dialed = [call.placed_at for call in world.phone.calls]
    assert rung
    assert max(call.placed_at for call in rung) <= CLOSING - timedelta(seconds=RULES.dial.customer_ring_seconds)
    assert max(sum(at <= other < at + timedelta(seconds=10) for other in dialed) for at in dialed) <= 11
    rows = [world.callback(callback) for callback in callbacks]
    assert {row.status for row in rows} == {CallbackStatus.SCHEDULED}
    assert all(row.due_at >= MORNING for row in rows)


@contextmanager
def full(store: SqlStore) -> Iterator[None]:
    """The disk is full: no page may be added to this database."""

    def no_more(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # SQLite takes what is used as the least

    event.listen(store._write, "connect", no_more)
    store.close()
    yield
    event.remove(store._write, "connect", no_more)
    store.close()


@pytest.fixture
def full_file(shared_file: Path, new_store: Callable[[], SqlStore]) -> SqlStore:
    """An empty store without one free page inside it."""
    store = new_store()
    with closing(sqlite3.connect(shared_file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
    return store


def test_full_disk_refuses_bookings_keeps_what_was_promised_and_goes_on_when_there_is_room(full_file: SqlStore) -> None:
    world = World(full_file)
    world.agent()
    with full(full_file):
        promised = list(_booked_until_refused(world))
        with suppress(StorageUnavailable):
            world.tick()
        assert _open(world) == set(promised)
    promised.append(world.book("+12025550199"))
    world.tick(RULES.dial.lease_seconds + 1)  # the claim may have been written before there was no room for more
    assert len(world.phone.calls) == 1
    assert _open(world) == set(promised)


def _booked_until_refused(world: World) -> Iterator[str]:
    for n in range(100):
        try:
            yield world.book(f"+120255501{n:02d}")
        except StorageUnavailable:
            return
    pytest.fail("the disk was never full")


def _open(world: World) -> set[str]:
    with world.store.read() as uow:
        return {c.id for c in uow.callbacks.listed([CallbackStatus.SCHEDULED, CallbackStatus.DIALING], 1000)}
