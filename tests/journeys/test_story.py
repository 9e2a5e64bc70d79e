"""The story that must always work: a spoken call becomes a case, and a callback that is kept."""

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, LegState, Outcome, Party
from ivr.domain.cases import CaseKind, CaseStatus
from tests.journeys.conftest import NewWorld
from tests.journeys.world import ORDER, PATIENCE, STRANGER, World

ORDER_ID = "11318101111815908"
TIMELINE = [
    "call_started", "case_opened", "wait_told", "callback_booked", "call_ended", "attempt_started",
    "agent_accepted", "customer_rung", "joined", "attempt_ended", "callback_done", "effort_rated",
]  # fmt: skip


def in_order(kinds: list[str], wanted: list[str]) -> bool:
    """Whether the wanted kinds are there in this order, others between them."""
    left = iter(kinds)
    return all(kind in left for kind in wanted)


def talk_by_voice(world: World) -> None:
    world.clock.becomes_afternoon()
    caller = world.calls_in()
    caller.say("it says delivered but I don't have it")
    caller.hears("last seven digits", PATIENCE)
    caller.say("one eight one five nine oh eight")
    caller.hears("tea kettle, with the order number ending in 1.*8", PATIENCE)
    caller.say("yes")
    caller.hears("reports the tea kettle as delivered yesterday", PATIENCE)
    caller.hears("opened case number", PATIENCE)
    caller.hears("All agents are busy. The wait is between", PATIENCE)
    caller.say("call me in one minute")
    caller.hears("I will call you today.*Is that right", PATIENCE)
    caller.say("yes")
    caller.hears("We will call you today.*Your case number is", PATIENCE)
    world.hangs_up(caller)


def talk_by_keys(world: World) -> None:
    caller = world.calls_in()
    caller.press("2")
    caller.hears("last seven digits", PATIENCE)
    caller.press(f"{ORDER}#")
    caller.hears("tea kettle", PATIENCE)
    caller.press("1")
    caller.hears("All agents are busy", PATIENCE)
    caller.press("2")
    caller.hears("key the time as four digits", PATIENCE)
    caller.press("1#")
    caller.hears("We will call you as soon as possible", PATIENCE)
    world.hangs_up(caller)


def promise_is_kept(world: World) -> None:
    """The agent comes back, the minute passes, both are rung and joined; the rows say so."""
    world.set_agent(AgentStatus.AVAILABLE)
    world.clock.advance(61)
    agent, customer = world.phone(world.agent_row().number), world.phone(STRANGER)
    world.rings(agent)
    agent.answer()
    agent.hears("Callback.*tea kettle.*In time. Press 1 to take it", PATIENCE)
    assert "Tries so far" not in agent.heard[-1].text
    agent.press("1")
    world.rings(customer)
    customer.answer()
    customer.hears("calling you back about case", PATIENCE)
    world.talk(agent, customer)
    world.until(lambda: world.case().effort, "the effort is on the case")
    world.until(lambda: not any(leg.is_live for leg in world.legs()), "both have hung up")


def story_is_told(world: World) -> None:
    case, callback = world.case(), world.callback()
    (attempt,) = world.attempts()
    assert (case.kind, case.order_id, case.effort) == (CaseKind.DELIVERED_NOT_RECEIVED, ORDER_ID, 2)
    assert (case.status, case.outcome) == (CaseStatus.RESOLVED, "talked_with_agent")
    assert (callback.status, callback.was_kept, callback.tries) == (CallbackStatus.DONE, True, 1)
    assert attempt.outcome is Outcome.JOINED
    assert [leg.state for leg in world.legs()] == [LegState.ENDED] * 2
    assert [leg.party for leg in world.legs()] == [Party.AGENT, Party.CUSTOMER]
    events = world.events()
    assert in_order([event.kind for event in events], TIMELINE), [event.kind for event in events]
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert world.agent_row().status is AgentStatus.WRAP_UP
    assert world.failures() == 0


def test_story_by_voice_is_kept(world: World) -> None:
    world.agent(status=AgentStatus.AWAY)
    talk_by_voice(world)
    promise_is_kept(world)
    story_is_told(world)
    assert world.case().summary == "it says delivered but i don't have it"


@pytest.mark.postgres
def test_story_by_voice_is_kept_on_postgres(new_world: NewWorld, postgres_url: str) -> None:
    world = new_world(database_url=postgres_url)
    world.agent(status=AgentStatus.AWAY)
    talk_by_voice(world)
    promise_is_kept(world)
    story_is_told(world)


def test_story_by_keys_alone_is_kept(new_world: NewWorld) -> None:
    world = new_world("keypad")
    world.agent(status=AgentStatus.AWAY)
    talk_by_keys(world)
    promise_is_kept(world)
    story_is_told(world)
