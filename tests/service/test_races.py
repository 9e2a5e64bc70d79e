"""Several processes on one database, as threads with a node each: one ring for each promise, whoever is first."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

import pytest

from ivr.domain.callbacks import CallbackStatus, Party
from ivr.errors import CallbackRefused, Conflict
from ivr.service.booking import AlreadyBooked
from ivr.service.engine import CallbackEngine
from ivr.storage import SqlStore
from tests.service.world import World

PROMISES = 12
PROCESSES = 4


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest) -> World:
    store = request.getfixturevalue(f"{request.param}_store")
    assert isinstance(store, SqlStore)
    return World(store)


def together(*acts: Callable[[], object]) -> None:
    """Run all at once; an error in any of them is the test's."""
    barrier = threading.Barrier(len(acts))
    errors: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        barrier.wait(30)
        try:
            act()
        except BaseException as error:  # noqa: BLE001  told in the main thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]


def processes(world: World) -> list[CallbackEngine]:
    return [
        CallbackEngine(world.ports(), world.rules, node=f"node{n}", monotonic=world.clock.monotonic)
        for n in range(PROCESSES)
    ]


def staffed(world: World) -> list[str]:
    """As many promises as agents, all due."""
    for n in range(PROMISES):
        world.agent(f"agent{n}", f"+120255502{n:02d}")
    return [world.book(f"+120255501{n:02d}") for n in range(PROMISES)]


def ticks(engine: CallbackEngine) -> Callable[[], None]:
    return lambda: [engine.dispatcher.tick() for _ in range(6)] and None


def twice(numbers: Iterable[str]) -> list[str]:
    return [number for number, times in Counter(numbers).items() if times > 1]


def test_several_dispatchers_ring_each_agent_and_customer_once(world: World) -> None:
    callbacks = staffed(world)
    engines = processes(world)
    together(*[ticks(engine) for engine in engines])
    assert twice(call.to for call in world.phone.calls) == []
    assert len(world.phone.calls) == PROMISES
    rung = list(world.phone.calls)
    for call in rung:
        world.phone.report(call, "in-progress")

    def accept(engine: CallbackEngine) -> None:
        for call in rung:
            engine.legs.answered(call.leg_id, call.sid)
            engine.legs.keyed(call.leg_id, "1", turn=1)

    together(*[partial(accept, engine) for engine in engines])
    together(*[ticks(engine) for engine in engines])
    assert twice(call.to for call in world.phone.calls) == []
    assert sum(call.party == Party.CUSTOMER for call in world.phone.calls) == PROMISES
    assert {world.callback(c).status for c in callbacks} == {CallbackStatus.DIALING}


def test_canceled_while_claimed_nothing_goes_on_ringing(world: World) -> None:
    callbacks = staffed(world)
    engines = processes(world)

    def cancel_all() -> None:
        for callback in callbacks:
            cancel(world, callback)

    together(cancel_all, *[ticks(engine) for engine in engines])
    world.deliver()
    world.sweep(61)
    assert world.phone.live() == []
    assert {world.callback(c).status for c in callbacks} == {CallbackStatus.CANCELED}
    assert {world.agent_row(f"agent{n}").attempt_id for n in range(PROMISES)} == {None}


def test_one_webhook_delivered_to_all_nodes_at_once_counts_once(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    customer = world.ringing(Party.CUSTOMER)
    customer.status = "busy"

    def busy(engine: CallbackEngine) -> None:
        engine.legs.status(customer.leg_id, customer.sid, call_status="busy", sequence="2")

    together(*[partial(busy, engine) for engine in processes(world)])
    row = world.callback(callback)
    assert (row.status, row.tries) == (CallbackStatus.SCHEDULED, 1)
    assert world.kinds(callback).count("attempt_ended") == 1


def test_one_number_asked_for_at_once_from_everywhere_is_booked_once(world: World) -> None:
    requests = [world.request() for _ in range(PROCESSES)]
    booked: list[str] = []

    def ask(n: int) -> None:
        try:
            with world.store.begin() as uow:
                callback = world.engine.bookings.book(uow, requests[n])
                uow.commit()
            booked.append(callback.id)
        except (Conflict, AlreadyBooked):
            return

    together(*[partial(ask, n) for n in range(PROCESSES)])
    assert len(booked) == 1


def test_the_last_place_is_promised_once(world: World) -> None:
    world.agent()
    at = world.clock.now() + timedelta(hours=3)
    for serial in range(2):
        world.book(f"+120255501{serial:02d}", at=at)
    requests = [world.request(f"+120255503{serial:02d}", at=at) for serial in range(6)]
    ends: list[str] = []

    def ask(serial: int) -> None:
        for _ in range(20):
            try:
                with world.store.begin() as uow:
                    world.engine.bookings.book(uow, requests[serial])
                    uow.commit()
                    ends.append("booked")
                    return
            except CallbackRefused as error:
                ends.append(error.reason)
                return
            except Conflict:
                continue

    together(*[lambda serial=serial: ask(serial) for serial in range(len(requests))])  # type: ignore[misc]
    assert Counter(ends) == {"booked": 1, "full": 5}


def cancel(world: World, callback: str) -> None:
    """As the web layer does: again after a conflict."""
    for _ in range(20):
        try:
            world.cancel(callback)
            return
        except Conflict:
            continue
    raise AssertionError("twenty conflicts in a row")
