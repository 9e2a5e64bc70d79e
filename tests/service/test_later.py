"""Agents who pass on or want no call for a while, and why."""

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import Outcome, Party
from ivr.domain.turn import Next
from tests.service.world import AGENT, OTHER_AGENT, OTHER_CUSTOMER, RULES, World, spoken


def test_agent_who_wants_it_later_rests_while_the_next_is_rung_and_comes_back(world: World) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    callback = world.book()
    world.tick()
    world.answer(Party.AGENT)
    turn = world.press("3")
    assert (spoken(turn), turn.next) == (["whisper_why_later"], Next.LISTEN)
    world.hang_up(Party.AGENT)
    world.tick()
    assert [call.to for call in world.phone.calls] == [AGENT, OTHER_AGENT]
    assert (world.attempts(callback)[0].outcome, world.callback(callback).tries) == (Outcome.LATER, 0)
    assert world.agent_row().status == AgentStatus.AWAY
    world.book(OTHER_CUSTOMER)
    world.tick(RULES.dial.later_seconds - 10)
    world.sweep()
    assert AGENT not in [call.to for call in world.phone.live()]
    world.sweep(11)
    assert world.agent_row().status == AgentStatus.AVAILABLE
    world.tick()
    assert AGENT in [call.to for call in world.phone.live()]


def test_agent_who_comes_back_by_hand_does_not_rest_any_longer(world: World) -> None:
    world.agent()
    world.book()
    world.tick()
    world.answer(Party.AGENT)
    world.press("3")
    with world.store.begin() as uow:
        agent = uow.agents.get("Ada")
        assert agent is not None
        agent.move(AgentStatus.AVAILABLE, world.clock.now())
        uow.commit()
    assert world.agent_row().back_at is None


@pytest.mark.parametrize(
    ("key", "why", "reason"), [("2", "1", "other_skill"), ("3", "2", "break"), ("2", None, None), ("3", "7", None)]
)
def test_reason_is_recorded_once_and_may_be_left_out(
    world: World, key: str, why: str | None, reason: str | None
) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.answer(Party.AGENT)
    asked = world.press(key)
    last = world.press(why, turn=asked.number)
    assert (spoken(last), last.next) == (["whisper_declined"], Next.HANG_UP)
    world.press("3", turn=asked.number)
    assert world.attempts(callback)[0].reason == (reason or "other")
    assert world.kinds(callback).count("agent_reason") == 1
