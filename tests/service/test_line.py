"""The honest wait: who is ahead, who is free, how long it takes."""

from datetime import timedelta
from heapq import heapreplace
from random import Random

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import Party
from ivr.service.line import WaitEstimate, wait_range
from tests.service.world import AGENT, CUSTOMER, OTHER_AGENT, OTHER_CUSTOMER, World


def estimate(world: World, **more: object) -> WaitEstimate:
    with world.store.read() as uow:
        return world.engine.line.estimate(uow, "general", locale="en-US", **more)  # type: ignore[arg-type]


def set_status(world: World, name: str, status: AgentStatus) -> None:
    with world.store.begin() as uow:
        agent = uow.agents.get(name)
        assert agent is not None
        agent.status = status
        uow.commit()


def test_free_agent_and_empty_line_is_no_wait(world: World) -> None:
    world.agent()
    assert estimate(world) == WaitEstimate(0, 60, agent_free=True, ahead=0)


def test_nobody_on_shift_is_told_as_such(world: World) -> None:
    world.agent()
    set_status(world, "Ada", AgentStatus.OFFLINE)
    told = estimate(world)
    assert (told.staffed, told.agent_free) == (False, False)
    assert told.low_seconds >= 1800


def test_free_agent_with_people_ahead_is_not_free_for_us(world: World) -> None:
    world.agent()
    world.book()
    told = estimate(world)
    assert (told.agent_free, told.ahead) == (False, 1)


def test_callbacks_that_are_not_due_and_those_behind_us_do_not_count(world: World) -> None:
    world.agent()
    world.book(at=world.clock.now() + timedelta(hours=1))
    world.book(OTHER_CUSTOMER)
    assert estimate(world, priority=1).ahead == 0
    assert estimate(world).ahead == 1


def test_caller_on_hold_is_told_of_those_before_them_only(world: World) -> None:
    world.agent()
    world.book(OTHER_CUSTOMER)
    world.clock.advance(1)
    sid = world.hold(number=CUSTOMER)
    world.clock.advance(1)
    world.book("+12025550145")
    assert estimate(world, call_sid=sid).ahead == 1
    assert estimate(world).ahead == 3


def test_people_whom_other_agents_serve_do_not_count(world: World) -> None:
    world.agent("Ada", AGENT, skills=("general",), locales=("en-US",))
    world.agent("Kim", OTHER_AGENT, locales=("ko-KR",))
    world.book(locale="ko-KR")
    assert estimate(world).agent_free


@pytest.mark.parametrize(
    ("ahead", "agents", "low", "high"), [(0, 1, 2, 12), (0, 5, 1, 3), (3, 1, 14, 33), (3, 4, 3, 9), (20, 2, 45, 68)]
)
def test_wait_is_a_range_in_whole_minutes(ahead: int, agents: int, low: int, high: int) -> None:
    assert wait_range(ahead, agents, 300) == (low * 60, high * 60)


@pytest.mark.parametrize(("ahead", "agents"), [(0, 2), (4, 3), (12, 5)])
def test_waits_of_a_simulated_line_lie_in_the_range_that_is_told(ahead: int, agents: int) -> None:
    draw = Random(7)
    low, high = wait_range(ahead, agents, 300)
    waits = []
    for _ in range(2000):
        ends = sorted(draw.expovariate(1 / 300) for _ in range(agents))
        for _ in range(ahead):
            heapreplace(ends, ends[0] + draw.expovariate(1 / 300))
        waits.append(ends[0])
    assert 0.10 < sum(wait < low for wait in waits) / 2000 < 0.35, "about one in four waits less"
    assert 0.03 < sum(wait > high for wait in waits) / 2000 < 0.15, "about one in ten waits more"


@pytest.mark.parametrize("agents", [1, 2, 7])
def test_more_people_ahead_never_shorten_the_wait(agents: int) -> None:
    waits = [wait_range(ahead, agents, 300) for ahead in range(30)]
    assert waits == sorted(waits)
    assert all(low < high for low, high in waits)


def test_measured_conversations_move_the_average_by_all_the_time_they_take_an_agent(world: World) -> None:
    world.agent()
    world.book()
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    world.clock.advance(1300)
    world.hang_up(Party.CUSTOMER)
    wrap_up = world.rules.dial.wrap_up_seconds
    with world.store.read() as uow:
        assert world.engine.line.handle_seconds(uow, "general") == pytest.approx(0.9 * 300 + 0.1 * (1300 + wrap_up))
