"""Complaints about other callback systems, and odd moments, that no other test tells of (docs/complaints.md)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, Party
from ivr.domain.turn import Next
from ivr.service.line import WaitEstimate
from tests.service.world import AGENT, CUSTOMER, OTHER_AGENT, OTHER_CUSTOMER, World

BEFORE_CLOSING = datetime(2026, 3, 10, 22, 58, 40, tzinfo=UTC)
"""18:58:40 in New York; the hours end at 19:00."""
NEXT_MORNING = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)


def agents(world: World, count: int) -> None:
    for n in range(count):
        world.agent(f"agent{n}", f"+120255502{n:02d}")


def customers(world: World, count: int) -> None:
    for n in range(count):
        world.book(f"+120255501{n:02d}")


def test_no_more_telephones_ring_than_agents_are_free(world: World) -> None:
    agents(world, 3)
    customers(world, 50)
    for _ in range(5):
        world.tick(1)
    assert len(world.phone.live()) == 3
    assert {call.party for call in world.phone.calls} == {Party.AGENT}


def test_as_many_are_rung_at_once_as_agents_are_free(world: World) -> None:
    agents(world, 8)
    customers(world, 20)
    world.tick()
    assert len(world.phone.live()) == 8


def test_who_is_next_is_known_without_asking_the_carrier(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def find_calls(to: str, since: datetime) -> Sequence[object]:
        asked.append(to)
        return ()

    monkeypatch.setattr(world.phone, "find_calls", find_calls)
    monkeypatch.setattr(world.phone, "fetch", asked.append)
    world.agent()
    customers(world, 5)
    world.agent_takes_it()
    assert ([call.party for call in world.phone.calls], asked) == ([Party.AGENT, Party.CUSTOMER], [])


def test_wait_of_somebody_on_hold_is_estimated_anew_from_who_is_left(world: World) -> None:
    def told(sid: str) -> WaitEstimate:
        with world.store.read() as uow:
            return world.engine.line.estimate(uow, "general", locale="en-US", call_sid=sid)

    agents(world, 1)
    ahead = [world.book(f"+120255501{n:02d}") for n in range(6)]
    world.clock.advance(1)
    sid = world.hold(number=CUSTOMER)
    first = told(sid)
    for callback_id in ahead[:4]:
        world.cancel(callback_id)
    assert (first.ahead, told(sid).ahead) == (6, 2)
    assert told(sid).high_seconds < first.high_seconds


def test_window_that_closes_while_the_customer_rings_serves_whoever_answers(world: World) -> None:
    world.clock.set(BEFORE_CLOSING)
    world.agent()
    callback_id = world.book()
    world.agent_takes_it()
    world.report(world.ringing(Party.CUSTOMER), "ringing")
    world.clock.advance(85)
    assert world.answer(Party.CUSTOMER).next is Next.JOIN
    for party in (Party.AGENT, Party.CUSTOMER):
        world.enter(world.ringing(party))
    world.clock.advance(60)
    world.hang_up(Party.CUSTOMER)
    callback = world.callback(callback_id)
    assert (callback.status, callback.was_kept) == (CallbackStatus.DONE, True)


def test_window_that_closes_while_the_customer_rings_in_vain_moves_the_next_try_to_the_morning(world: World) -> None:
    world.clock.set(BEFORE_CLOSING)
    world.agent()
    callback_id = world.book()
    world.agent_takes_it()
    world.clock.advance(85)
    world.report(world.ringing(Party.CUSTOMER), "ringing", "busy")
    dialed = len(world.phone.calls)
    for _ in range(10):
        world.tick(600)
    assert len(world.phone.calls) == dialed
    assert world.callback(callback_id).due_at >= NEXT_MORNING


def test_voicemail_of_an_agent_is_set_away_and_the_next_agent_is_rung(world: World) -> None:
    """It picks up, talks over the whisper and presses nothing: no customer hears it."""
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    callback_id = world.book()
    world.tick()
    world.picks_up(Party.AGENT)
    world.press(None)
    world.press(None, turn=2)
    world.tick()
    assert [call.to for call in world.phone.calls] == [AGENT, OTHER_AGENT]
    assert (world.agent_row().status, world.callback(callback_id).tries) == (AgentStatus.AWAY, 0)


def test_agent_who_accepts_too_late_joins_nobody(world: World) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    world.book()
    world.tick()
    world.answer(Party.AGENT)
    late = world.ringing(Party.AGENT)
    world.press(None)
    world.press(None, turn=2)
    world.tick()
    world.answer(Party.AGENT)
    assert world.press("1").next is Next.JOIN
    assert world.engine.legs.keyed(late.leg_id, "1", turn=2).next is Next.HANG_UP
    world.tick()
    assert [call.to for call in world.phone.calls] == [AGENT, OTHER_AGENT, CUSTOMER]


def test_customers_of_two_agents_who_accept_at_once_are_each_rung_once(world: World) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    world.book()
    world.clock.advance(1)
    world.book(OTHER_CUSTOMER)
    world.tick()
    calls = world.phone.live()
    for call in calls:
        world.report(call, "ringing", "in-progress")
        world.engine.legs.answered(call.leg_id, call.sid)
    for call in (*calls, *calls):
        world.engine.legs.keyed(call.leg_id, "1", turn=1)
    world.tick()
    world.tick(timedelta(seconds=1).total_seconds())
    assert sorted(call.to for call in world.phone.calls if call.party == Party.CUSTOMER) == [CUSTOMER, OTHER_CUSTOMER]
