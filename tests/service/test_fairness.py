"""Whose turn it is, and who serves them: head starts are bounded, and the agent who knows the case goes first."""

from datetime import timedelta

import pytest

from ivr.domain.callbacks import CallbackStatus, Party
from ivr.domain.cases import ORDINARY, URGENT_KIND
from ivr.domain.fairness import HEAD_STARTS
from ivr.service import attempts, dispatch
from ivr.service.attempts import Beginning
from ivr.service.turn_figures import turns_of_the_last_day
from tests.service.world import AGENT, CUSTOMER, OTHER_AGENT, World

MINUTES = int(HEAD_STARTS[URGENT_KIND] / timedelta(minutes=1))


def served(world: World) -> str:
    """An agent is rung for whoever is next, who takes the callback back then; returns their number."""
    world.tick()
    with world.store.read() as uow:
        (attempt,) = uow.attempts.live()
        callback = uow.callbacks.get(attempt.callback_id or "")
    assert callback is not None
    world.cancel(callback.id)
    world.deliver()
    world.sweep()
    return callback.number


def test_stream_of_urgent_requests_passes_an_ordinary_one_for_so_long_and_no_longer(world: World) -> None:
    world.book(CUSTOMER, priority=ORDINARY)
    for minute in range(2 * MINUTES):
        world.clock.advance(60)
        world.book(f"+1202555{minute:04d}", priority=URGENT_KIND)
    world.agent()
    order = [served(world) for _ in range(MINUTES + 1)]
    assert order.index(CUSTOMER) == MINUTES, "only those who came within the head start went before"


def test_wait_is_told_by_the_same_order(world: World) -> None:
    world.agent()
    world.book(CUSTOMER, priority=ORDINARY)
    with world.store.read() as uow:
        estimate = world.engine.line.estimate
        assert estimate(uow, "general", locale="en-US", priority=URGENT_KIND).ahead == 0
        world.clock.advance(60 * MINUTES + 1)
        assert estimate(uow, "general", locale="en-US", priority=URGENT_KIND).ahead == 1


def talked(world: World, agent: str) -> str:
    """A customer has talked with this agent about a case, which is not over; returns it."""
    callback = world.book()
    world.agent_takes_it()
    assert world.ringing(Party.AGENT).to == agent
    world.answer(Party.CUSTOMER)
    world.meet()
    world.hang_up(Party.AGENT)
    world.hang_up(Party.CUSTOMER)
    world.sweep(21)
    return world.callback(callback).case_id


def test_agent_who_talked_about_the_case_before_is_rung_again_before_those_who_are_idle_for_longer(
    world: World,
) -> None:
    world.agent("Ada", AGENT)
    world.clock.advance(1)
    world.agent("Bob", OTHER_AGENT)
    case = talked(world, AGENT)
    again = world.book(case_id=case)
    world.book("+12025550199")
    world.tick()
    assert [call.to for call in world.phone.live()] == [AGENT, OTHER_AGENT]
    assert world.attempts(again)[0].agent_id == "Ada"


def test_nobody_waits_for_the_agent_who_knows_the_case(world: World) -> None:
    world.agent("Ada", AGENT)
    case = talked(world, AGENT)
    world.agent("Bob", OTHER_AGENT)
    other = world.book("+12025550199")
    world.tick()
    assert world.attempts(other)[0].agent_id == "Ada"
    again = world.book(case_id=case)
    world.tick()
    assert (world.attempts(again)[0].agent_id, world.callback(again).status) == ("Bob", CallbackStatus.DIALING)


def test_the_timeline_of_a_day_tells_who_was_served_out_of_turn(world: World) -> None:
    world.agent("Ada", AGENT)
    world.book("+12025550188")
    world.tick(1)
    first = world.book(CUSTOMER)
    world.clock.advance(1)
    second = world.book("+12025550199")
    world.agent("Bob", OTHER_AGENT)
    world.clock.advance(1)
    with world.store.begin() as uow:
        turns = turns_of_the_last_day(uow, world.clock.now())
        assert (turns.begun, turns.inversions) == (1, 0)
        agent, entry = uow.agents.get("Bob"), uow.callbacks.get(second)
        attempts.begin(uow, entry, agent, Beginning(number=1), world.clock.now())  # never by the dispatcher
        uow.commit()
    with world.store.read() as uow:
        turns = turns_of_the_last_day(uow, world.clock.now())
        later = turns_of_the_last_day(uow, world.clock.now() + timedelta(days=2))
    assert (turns.begun, turns.inversions, turns.per_1000) == (2, 1, 500)
    assert list(turns.overtaken) == [first]
    assert later.begun == 0


def test_agent_who_knows_the_case_is_found_behind_any_number_of_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "LOOK", 0)
    world.engine.dispatcher._batch = 1
    world.agent("Ada", AGENT)
    case = talked(world, AGENT)
    for n in range(4):
        world.agent(f"agent{n}", f"+120255502{n:02d}")
    world.clock.advance(1)
    with world.store.begin() as uow:
        uow.agents.get("Ada").status_at = world.clock.now()  # idle for less time than all others
        uow.commit()
    world.book(case_id=case)
    world.tick()
    assert [call.to for call in world.phone.live()] == [AGENT]
