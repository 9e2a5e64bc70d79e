"""Several legs pass the point of no return together and are requested at once; no promise is weaker for it."""

from dataclasses import replace
from threading import Barrier

import pytest

from ivr.domain.callbacks import CallbackStatus, Leg, LegState, Party
from ivr.errors import Conflict
from ivr.service.engine import CallbackEngine, EnginePorts
from ivr.service.reports import Reports
from ivr.service.scenes import Scene
from ivr.storage import SqlStore
from tests.fakes.phone import Fault
from tests.service.world import RULES, Killed, World

AT_ONCE = 4
SETTLE, LOOK = RULES.dial.settle_seconds, RULES.dial.look_seconds


class Wide(World):
    """Requests fly at once."""

    def ports(self) -> EnginePorts:
        return replace(super().ports(), requests_at_once=AT_ONCE)


def crowd(store: SqlStore, number: int = AT_ONCE, **dial: object) -> tuple[Wide, list[str]]:
    """So many callbacks that are due, and an agent for each."""
    world = Wide(store, replace(RULES, dial=replace(RULES.dial, **dial)))  # type: ignore[arg-type]
    for n in range(number):
        world.agent(f"agent{n}", f"+120255502{n:02d}")
    return world, [world.book(f"+120255501{n:02d}") for n in range(number)]


def states(world: World, callbacks: list[str]) -> list[LegState]:
    return [world.legs(callback, Party.AGENT)[0].state for callback in callbacks]


def settle(world: World) -> None:
    for seconds in (SETTLE, LOOK, 1):
        world.sweep(seconds)


def test_requests_are_in_flight_at_once_and_each_call_is_kept(store: SqlStore) -> None:
    world, callbacks = crowd(store, AT_ONCE + 1)
    together = Barrier(AT_ONCE, timeout=60)  # broken if they came one after the other

    def ring(call: object) -> None:
        if len(world.phone.calls) <= AT_ONCE:
            together.wait()

    world.phone.on_place = ring
    world.tick()
    assert states(world, callbacks) == [LegState.PLACED] * (AT_ONCE + 1)
    assert len({call.to for call in world.phone.calls}) == len(world.phone.calls) == AT_ONCE + 1


def test_one_bad_answer_changes_nothing_for_the_others(store: SqlStore) -> None:
    world, callbacks = crowd(store)
    world.phone.faults.extend([Fault.BAD_NUMBER, Fault.CREATED_TIMEOUT])
    world.tick()
    assert sorted(states(world, callbacks)) == sorted(
        [LegState.REJECTED, LegState.PLACING, LegState.PLACED, LegState.PLACED]
    )
    settle(world)
    assert [call.to for call in world.phone.calls].count(world.phone.calls[0].to) == 1


@pytest.mark.parametrize("point", ["placing", "posted", "placed"])
def test_process_killed_in_the_middle_rings_nobody_twice(store: SqlStore, point: str) -> None:
    world, callbacks = crowd(store)
    world.kill_at = point
    with pytest.raises(Killed):
        world.engine.dispatcher.tick()
    world.restart()
    settle(world)
    world.tick()
    live = [call.to for call in world.phone.live()]
    assert len(live) == len(set(live)) == AT_ONCE
    assert {world.callback(callback).status for callback in callbacks} == {CallbackStatus.DIALING}
    assert all(sum(one.to == call.to for one in world.phone.calls) == 1 for call in world.phone.calls)


def test_daily_cap_and_rate_hold_inside_a_round(store: SqlStore) -> None:
    world, _ = crowd(store, dials_per_day=3)
    world.tick()
    assert len(world.phone.calls) == 3


def test_rate_lets_one_pass(store: SqlStore) -> None:
    world, _ = crowd(store, dials_per_second=1)
    world.tick()
    assert len(world.phone.calls) == 1
    world.tick(1)
    assert len(world.phone.calls) == 2


def test_one_dispatcher_reaches_a_high_rate(store: SqlStore) -> None:
    world, _ = crowd(store, 12, dials_per_second=10)
    world.tick()
    assert len(world.phone.calls) == 5
    world.tick(0.5)
    assert len(world.phone.calls) == 10


def test_do_not_call_and_a_cancel_take_only_their_own_leg_out_of_the_round(store: SqlStore) -> None:
    world, callbacks = crowd(store, 3)
    quiet = world.callback(callbacks[0]).number

    def change(name: str) -> None:
        if name == "claimed":
            with store.begin() as uow:
                uow.guards.add_do_not_call(quiet, world.clock.now(), "asked")
                uow.commit()
            world.cancel(callbacks[1])

    monotonic = world.clock.monotonic
    world.engine = CallbackEngine(world.ports(), world.rules, node="one", monotonic=monotonic, checkpoint=change)
    world.tick()
    assert states(world, callbacks) == [LegState.ENDED, LegState.ENDED, LegState.PLACED]


def test_frozen_process_sends_none_of_them(store: SqlStore) -> None:
    world, callbacks = crowd(store)

    def freeze(name: str) -> None:
        if name == "placing":
            world.clock.advance(2)

    monotonic = world.clock.monotonic
    world.engine = CallbackEngine(world.ports(), world.rules, node="one", monotonic=monotonic, checkpoint=freeze)
    world.tick()
    assert world.phone.calls == []
    assert states(world, callbacks) == [LegState.INTENT] * AT_ONCE


def test_an_answer_that_conflicts_for_ever_is_left_to_the_reconciler(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, callbacks = crowd(store)
    spoiled = callbacks[0]
    placed = Reports.placed

    def conflicts(self: Reports, scene: Scene, leg: Leg, sid: str, *, how: str) -> None:
        if leg.callback_id == spoiled:
            raise Conflict("again")
        placed(self, scene, leg, sid, how=how)

    monkeypatch.setattr(Reports, "placed", conflicts)
    world.tick()
    assert states(world, callbacks) == [LegState.PLACING] + [LegState.PLACED] * (AT_ONCE - 1)
    monkeypatch.undo()
    settle(world)
    assert states(world, callbacks) == [LegState.PLACED] * AT_ONCE
