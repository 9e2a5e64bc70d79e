"""What the dispatcher begins and what it leaves: hours, caps, rates, skills, the order of the line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, LegState, Party
from ivr.domain.calls import Call
from ivr.domain.hours import OpeningHours
from ivr.domain.policies import CallbackRules, DialRules
from ivr.service import dispatch
from ivr.service.engine import CallbackEngine
from ivr.service.store import Store
from tests.fakes.phone import Fault
from tests.service.world import AGENT, CUSTOMER, OTHER_AGENT, OTHER_CUSTOMER, RULES, World


def rules(**dial: object) -> CallbackRules:
    return replace(RULES, dial=replace(RULES.dial, **dial))  # type: ignore[arg-type]


def test_nothing_rings_before_it_is_due(world: World) -> None:
    world.agent()
    world.book(at=world.clock.now() + timedelta(minutes=1))
    world.tick(59)
    assert world.phone.calls == []
    world.tick(1)
    assert [call.to for call in world.phone.calls] == [AGENT]


def test_dispatcher_knows_when_to_wake(world: World) -> None:
    assert world.engine.dispatcher.next_wake_at() is None
    at = world.clock.now() + timedelta(minutes=1)
    world.book(at=at)
    assert world.engine.dispatcher.next_wake_at() == at


def test_dispatcher_with_nothing_to_do_takes_no_lock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.agent()
    world.book(at=world.clock.now() + timedelta(minutes=1))
    begun: list[None] = []
    begin = world.store.begin
    monkeypatch.setattr(world.store, "begin", lambda: begun.append(None) or begin())
    world.tick()
    assert begun == []
    world.tick(60)
    assert begun
    assert len(world.phone.calls) == 1


def test_a_window_that_closed_while_we_were_down_moves_to_the_next_and_keeps_the_place(world: World) -> None:
    world.agent()
    callback = world.book()
    ticket = world.callback(callback).ticket_at
    world.clock.set(datetime(2026, 3, 11, 2, 0, tzinfo=UTC))
    world.tick()
    world.sweep()
    row = world.callback(callback)
    assert world.phone.calls == []
    assert (row.due_at, row.ticket_at) == (datetime(2026, 3, 11, 13, 0, tzinfo=UTC), ticket)
    assert (row.status, row.reason) == (CallbackStatus.SCHEDULED, "window_closed")
    world.clock.set(row.due_at)
    world.tick()
    assert len(world.phone.calls) == 1


def test_promise_days_late_goes_to_a_person(world: World) -> None:
    callback = world.book()
    world.clock.advance(5 * 24 * 3600)
    for _ in range(5):
        world.sweep(24 * 3600)
    assert world.callback(callback).status == CallbackStatus.NEEDS_HUMAN


def test_customer_is_not_rung_when_the_window_closes_while_the_agent_listens(world: World) -> None:
    world.clock.set(datetime(2026, 3, 10, 22, 58, 30, tzinfo=UTC))  # 18:58:30 in New York
    world.agent()
    callback = world.book()
    world.tick()
    world.clock.advance(61)
    world.answer(Party.AGENT)
    world.press("1")
    world.tick()
    assert [call.to for call in world.phone.calls] == [AGENT]
    assert world.ringing(Party.AGENT).path.endswith("/news")
    assert world.callback(callback).due_at == datetime(2026, 3, 11, 13, 0, tzinfo=UTC)


def test_do_not_call_said_while_the_agent_listens_is_honoured(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.answer(Party.AGENT)
    world.press("1")
    with world.store.begin() as uow:
        uow.guards.add_do_not_call(CUSTOMER, world.clock.now(), "asked")
        uow.commit()
    world.tick()
    assert [call.to for call in world.phone.calls] == [AGENT]
    assert world.callback(callback).status == CallbackStatus.CANCELED


def test_daily_cap_stops_all_dials_and_keeps_all_promises(store: Store) -> None:
    world = World(store, rules(dials_per_day=2))
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.report(world.ringing(Party.CUSTOMER), "busy")
    world.hang_up(Party.AGENT)
    world.tick(600)
    assert len(world.phone.calls) == 2
    assert world.callback(callback).status == CallbackStatus.SCHEDULED
    world.clock.set(datetime(2026, 3, 11, 16, 1, tzinfo=UTC))
    world.sweep()
    world.tick()
    assert len(world.phone.calls) == 3


def test_dials_keep_below_the_rate(store: Store) -> None:
    world = World(store, CallbackRules(dial=DialRules(dials_per_second=1)))
    for n in range(6):
        world.agent(f"agent{n}", f"+120255502{n:02d}")
        world.book(f"+120255501{n:02d}")
    placed: list[int] = []
    for _ in range(12):
        world.tick(0.5)
        placed.append(len(world.phone.calls))
    assert placed[-1] == 6
    assert all(later - earlier <= 1 for earlier, later in zip(placed, placed[2:], strict=False))


def test_no_more_agents_are_reserved_than_can_be_rung_soon(store: Store) -> None:
    world = World(store, CallbackRules(dial=DialRules(dials_per_second=1)))
    for n in range(6):
        world.agent(f"agent{n}", f"+120255502{n:02d}")
        world.book(f"+120255501{n:02d}")
    world.tick()
    with world.store.read() as uow:
        assert len(uow.agents.available(9)) >= 4


def test_one_agent_is_rung_for_one_callback_at_a_time(world: World) -> None:
    world.agent()
    first = world.book()
    world.clock.advance(1)
    second = world.book(OTHER_CUSTOMER)
    world.tick()
    world.tick(1)
    assert [call.to for call in world.phone.calls] == [AGENT]
    assert world.callback(first).status == CallbackStatus.DIALING
    assert world.callback(second).status == CallbackStatus.SCHEDULED


def test_agent_idle_longest_is_rung_first(world: World) -> None:
    world.agent("Ada", AGENT)
    world.clock.advance(1)
    world.agent("Bob", OTHER_AGENT)
    world.book()
    world.tick()
    assert world.phone.calls[0].to == AGENT


def test_someone_nobody_can_take_does_not_hold_up_the_others(world: World) -> None:
    world.agent("Ada", AGENT, skills=("orders",))
    world.book(skill="returns")
    world.clock.advance(1)
    served = world.book(OTHER_CUSTOMER, skill="orders")
    world.tick()
    assert world.callback(served).status == CallbackStatus.DIALING


def test_agent_who_alone_can_take_it_is_found_behind_many_who_cannot(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "LOOK", 1)
    world = World(store, CallbackRules(dial=DialRules(dials_per_second=1)))
    for n in range(4):
        world.agent(f"agent{n}", f"+120255502{n:02d}", skills=("returns",))
    world.clock.advance(1)
    world.agent(skills=("orders",))
    world.book(skill="orders")
    world.tick(1)
    assert [call.to for call in world.phone.live()] == [AGENT]


def test_equal_priority_is_served_by_ticket(world: World) -> None:
    ids = []
    for n in range(4):
        ids.append(world.book(f"+120255501{n:02d}"))
        world.clock.advance(1)
    for n in range(4):
        world.agent(f"agent{n}", f"+120255502{n:02d}")
        world.tick()
        assert [world.callback(i).status == CallbackStatus.DIALING for i in ids] == [k <= n for k in range(4)]


def test_canceled_at_the_same_moment_as_claimed_one_of_them_wins(world: World) -> None:
    world.agent()
    callback = world.book()
    canceled = []

    def cancel_now(name: str) -> None:
        if name == "claimed" and not canceled:
            canceled.append(name)
            world.cancel(callback)

    world.engine = CallbackEngine(
        world.ports(), world.rules, node="one", monotonic=world.clock.monotonic, checkpoint=cancel_now
    )
    world.tick()
    assert canceled
    assert world.phone.calls == []
    assert world.callback(callback).status == CallbackStatus.CANCELED
    assert world.legs(callback, Party.AGENT)[0].state == LegState.ENDED


def test_canceled_between_placing_and_the_request_the_call_is_taken_back(world: World) -> None:
    world.agent()
    callback = world.book()
    world.phone.on_place = lambda call: world.cancel(callback)
    world.tick()
    assert [call.status for call in world.phone.calls] == ["canceled"]
    assert world.legs(callback, Party.AGENT)[0].state == LegState.ENDED


@pytest.mark.parametrize("down", [3 * 3600, 30 * 24 * 3600])
def test_after_any_downtime_every_promise_is_still_there(world: World, down: int) -> None:
    callbacks = [world.book(f"+120255501{n:02d}") for n in range(5)]
    world.clock.advance(down)
    world.sweep()
    world.tick()
    states = {world.callback(callback).status for callback in callbacks}
    assert states <= {CallbackStatus.SCHEDULED, CallbackStatus.DIALING, CallbackStatus.NEEDS_HUMAN}


def test_agent_who_phones_us_is_not_rung_meanwhile(world: World) -> None:
    world.agent()
    callback = world.book()
    call = Call(sid="CA" + "7" * 32, from_number=AGENT, started_at=world.clock.now())
    with world.store.begin() as uow:
        uow.calls.add(call)
        uow.commit()
    world.tick()
    assert world.callback(callback).status == CallbackStatus.SCHEDULED
    with world.store.begin() as uow:
        row = uow.calls.get(call.sid)
        assert row is not None
        row.ended_at = world.clock.now()
        uow.commit()
    world.tick()
    assert world.callback(callback).status == CallbackStatus.DIALING


def test_number_that_todays_plan_refuses_goes_to_a_person_and_stops_nobody_else(world: World) -> None:
    world.agent()
    broken, good = world.book(), world.book(OTHER_CUSTOMER)
    with world.store.begin() as uow:
        row = uow.callbacks.get(broken)
        assert row is not None
        row.number = "+1202"
        uow.commit()
    world.tick()
    assert world.callback(broken).status == CallbackStatus.NEEDS_HUMAN
    assert world.callback(good).status == CallbackStatus.DIALING


def test_agent_does_not_listen_to_music_until_the_daily_cap_ends(store: Store) -> None:
    world = World(store, replace(RULES, dial=replace(RULES.dial, dials_per_day=1)))
    world.agent()
    callback = world.book()
    world.tick()
    world.answer(Party.AGENT)
    world.press("1")
    world.tick()
    assert world.agent_row().status == AgentStatus.RESERVED
    world.tick(16)
    assert world.ringing(Party.AGENT).path.endswith("/news")
    assert (world.callback(callback).status, world.callback(callback).tries) == (CallbackStatus.SCHEDULED, 0)


def test_customer_whom_the_carrier_refuses_again_and_again_goes_to_a_person(store: Store) -> None:
    world = World(store, replace(RULES, dial=replace(RULES.dial, dials_per_callback=2)))
    world.agent()
    callback = world.book()
    for _ in range(2):
        world.tick(61)
        world.answer(Party.AGENT)
        world.press("1")
        world.phone.faults.append(Fault.BAD_CREDENTIALS)
        world.tick()
        world.hang_up(Party.AGENT)
    assert (world.callback(callback).status, world.callback(callback).reason) == (
        CallbackStatus.NEEDS_HUMAN,
        "too_many_dials",
    )


def test_nobody_on_hold_has_an_agent_rung_outside_the_opening_hours(store: Store) -> None:
    opening = OpeningHours.parse("Mon-Fri 09:00-10:00", "America/New_York")  # it is noon
    world = World(store, replace(RULES, opening=opening))
    world.agent()
    sid = world.hold()
    world.tick()
    assert world.phone.calls == []
    with world.store.read() as uow:
        wait = world.engine.line.estimate(uow, "general", locale="en-US", call_sid=sid)
    assert (wait.agent_free, wait.low_seconds > 3600) == (False, True)


def test_moved_promise_is_judged_by_its_own_first_ring(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.report(world.ringing(Party.CUSTOMER), "ringing", "busy")
    assert world.callback(callback).was_kept is True
    world.move(callback, world.clock.now() + timedelta(hours=2))
    moved = world.callback(callback)
    assert (moved.was_kept, moved.tries, moved.first_rung_at) == (None, 0, None)


def test_next_try_is_written_down_when_it_is_decided(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.report(world.ringing(Party.CUSTOMER), "no-answer")
    with world.store.read() as uow:
        events = uow.events.of_case(world.callback(callback).case_id)
    assert [event.at for event in events if event.kind == "callback_waits"] == [world.clock.now()]
