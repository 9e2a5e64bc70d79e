"""A customer's call whose end was never told does not stay alive for ever."""

import pytest

from ivr.domain.agents import AgentStatus
from ivr.service.call_ends import ASK_AFTER
from ivr.service.ports import PlacedCall
from tests.service.world import World

SID = "CA" + "9" * 32
LONG = ASK_AFTER.total_seconds()


def carrier_says(world: World, monkeypatch: pytest.MonkeyPatch, status: str | None) -> list[str]:
    """What the carrier answers when asked about a call, and which calls it was asked about."""
    asked: list[str] = []

    def fetch(sid: str) -> PlacedCall | None:
        asked.append(sid)
        return PlacedCall(sid, "", status) if status else None

    monkeypatch.setattr(world.phone, "fetch", fetch)
    return asked


def is_live(world: World) -> bool:
    with world.store.read() as uow:
        call = uow.calls.get(SID)
    assert call is not None
    return call.is_live


@pytest.mark.parametrize("status", ["completed", "busy", "no-answer", "failed", "canceled", None])
def test_end_that_was_never_told_is_found(world: World, monkeypatch: pytest.MonkeyPatch, status: str | None) -> None:
    world.hold(SID)
    carrier_says(world, monkeypatch, status)
    world.clock.advance(LONG)
    world.engine.call_ends.sweep()
    assert not is_live(world)
    with world.store.read() as uow:
        assert uow.holds.waiting() == []


def test_agent_who_rings_for_a_caller_that_has_gone_is_set_free(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.agent()
    world.hold(SID)
    world.tick()
    assert world.agent_row().status == AgentStatus.RESERVED
    carrier_says(world, monkeypatch, "completed")
    world.clock.advance(LONG)
    world.engine.call_ends.sweep()
    world.deliver()
    assert world.agent_row().status == AgentStatus.AVAILABLE
    assert world.phone.live() == []


def test_call_that_goes_on_is_left_alone_and_asked_about_now_and_then(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.hold(SID)
    asked = carrier_says(world, monkeypatch, "in-progress")
    world.clock.advance(LONG - 1)
    world.engine.call_ends.sweep()
    assert asked == []
    for _ in range(2):
        world.clock.advance(LONG)
        world.engine.call_ends.sweep()
        world.engine.call_ends.sweep()
    assert asked == [SID, SID]
    assert is_live(world)


def test_carrier_that_cannot_be_asked_ends_nothing(world: World) -> None:
    world.hold(SID)
    world.phone.list_is_down = True
    world.clock.advance(LONG)
    world.engine.call_ends.sweep()
    assert is_live(world)
