"""The store in memory keeps what the database promises."""

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, Party
from ivr.errors import Conflict
from ivr.service.store import Store
from ivr.simulation.memory_store import MemoryStore
from tests.service.world import CUSTOMER, World


@pytest.fixture
def store() -> Store:
    return MemoryStore()


def test_transaction_without_commit_leaves_no_trace(store: Store) -> None:
    world = World(store)
    world.agent()
    callback_id = world.book()
    with store.begin() as uow:
        callback, agent = uow.callbacks.get(callback_id), uow.agents.get("Ada")
        assert callback is not None
        assert agent is not None
        callback.move(CallbackStatus.CANCELED)
        agent.status = AgentStatus.AWAY
        uow.guards.set_note("note", {"is": "there"})
        assert uow.guards.is_new_webhook("CA1", "status", "1")
        assert not uow.callbacks.due(world.clock.now(), 10)
    assert world.is_open(callback_id)
    assert world.agent_row().status == AgentStatus.AVAILABLE
    with store.begin() as uow:
        assert uow.guards.get_note("note") is None
        assert uow.guards.is_new_webhook("CA1", "status", "1")
        assert [callback.id for callback in uow.callbacks.due(world.clock.now(), 10)] == [callback_id]


def test_number_with_an_open_callback_or_a_live_leg_takes_no_second(store: Store) -> None:
    world = World(store)
    world.agent()
    callback = world.callback(world.book())
    world.tick()
    with store.read() as uow:
        (attempt,) = uow.attempts.live()
        (leg,) = uow.legs.of_attempt(attempt.id)
    with store.begin() as uow, pytest.raises(Conflict):
        uow.callbacks.add(callback)
    with store.begin() as uow, pytest.raises(Conflict):
        uow.legs.add(leg)
    assert callback.number == CUSTOMER


def test_story_of_a_callback_ends_in_memory_as_on_a_database(store: Store) -> None:
    world = World(store)
    world.agent()
    callback_id = world.book()
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    world.meet()
    world.clock.advance(100)
    world.hang_up(Party.CUSTOMER)
    assert world.callback(callback_id).status == CallbackStatus.DONE
