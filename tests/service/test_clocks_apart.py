"""Two machines on one database, whose clocks are five minutes apart: the database's time rules."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.clock import LOOK_SECONDS, SharedClock
from ivr.domain.callbacks import CallbackStatus, Party
from ivr.errors import StorageUnavailable
from ivr.service.ports import Clock
from ivr.service.store import Store
from ivr.storage import SqlStore
from tests.fakes.clock import FakeClock
from tests.service.world import AGENT, World, audited

APART = timedelta(minutes=5)
SOON = timedelta(minutes=30)


@dataclass
class Wrong:
    """A machine's clock that is so far from the true time."""

    true: FakeClock
    by: timedelta

    def now(self) -> datetime:
        return self.true.now() + self.by


def started(world: World, by: timedelta) -> Callable[[], None]:
    """Another process of the same system, on a machine with such a clock; its tick."""
    clock: Clock = SharedClock(Wrong(world.clock, by), world.clock.now, world.clock.monotonic)
    ports = replace(world.ports(), clock=clock)
    engine = world.engine.__class__(
        ports, world.rules, node=f"node{by}", public_url="https://voice.example.com", monotonic=world.clock.monotonic
    )
    return engine.dispatcher.tick


@pytest.mark.parametrize("first", [APART, -APART])
def test_two_processes_whose_clocks_differ_ring_nobody_early_late_or_twice(store: Store, first: timedelta) -> None:
    world = World(store)
    ticks = started(world, first), started(world, -first)
    world.agent()
    callback = world.book(at=world.clock.now() + SOON)
    world.clock.advance(SOON.total_seconds() - 60)
    for tick in ticks:
        tick()
    assert (world.phone.calls, world.callback(callback).status) == ([], CallbackStatus.SCHEDULED)
    world.clock.advance(60)
    for tick in ticks:
        tick()
    assert [call.to for call in world.phone.calls] == [AGENT]
    world.answer(Party.AGENT)
    world.press("1")
    for tick in ticks:
        tick()
    assert [call.party for call in world.phone.calls] == [Party.AGENT, Party.CUSTOMER]
    assert audited(world) == []


def test_the_databases_time_is_looked_at_now_and_then_and_the_last_look_counts_while_it_is_away() -> None:
    true = FakeClock()
    wrong, looks = Wrong(true, APART), [true.now]

    def asked() -> datetime:
        return looks[-1]()

    def away() -> datetime:
        raise StorageUnavailable("away")

    clock = SharedClock(wrong, asked, true.monotonic)
    assert clock.now() == true.now()
    looks.append(away)
    true.advance(LOOK_SECONDS + 1)
    clock.look()
    assert clock.now() == true.now()
    looks.append(true.now)
    wrong.by = timedelta(milliseconds=400)
    clock.look()
    assert clock.now() == true.now() + wrong.by, "what a question takes is no difference"


@pytest.mark.postgres
def test_the_server_tells_its_time(postgres_store: SqlStore) -> None:
    assert postgres_store.is_shared
    assert abs(postgres_store.database_now() - datetime.now(UTC)) < timedelta(minutes=5)
