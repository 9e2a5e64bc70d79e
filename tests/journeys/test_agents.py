"""Agents: free at once, passing on, not answering; what the caller and the customer notice of it."""

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, Outcome, Party
from ivr.domain.cases import ESCALATED, CaseStatus
from tests.journeys.conftest import NewWorld
from tests.journeys.world import KIM_AGENT, LEE_AGENT, PATIENCE, STRANGER, World

LOYAL = "+14155550117"
"""Of the demo shop."""


def test_caller_who_says_agent_is_joined_with_a_free_one(world: World) -> None:
    agent = world.agent()
    caller = world.calls_in()
    caller.say("agent")
    caller.hears("connecting you with an agent", PATIENCE)
    world.rings(agent)
    agent.answer()
    agent.hears("A caller is on the line.*Press 1 to take it", PATIENCE)
    agent.press("1")
    caller.hears("Here is your agent", PATIENCE)
    world.talk(agent, caller)
    world.until(lambda: world.case().effort == 2, "the effort is on the case")
    assert world.case().status is CaseStatus.RESOLVED
    assert world.callbacks() == []
    assert world.rung(STRANGER) == 0


def test_customer_of_many_years_goes_before_others(world: World) -> None:
    caller = world.calls_in(LOYAL)
    caller.press("5")
    caller.hears("I can call you back", PATIENCE)
    caller.press("1")
    caller.hears("We will call you as soon as possible", PATIENCE)
    world.hangs_up(caller)
    assert world.callback(LOYAL).priority == ESCALATED


def test_agent_who_passes_on_costs_the_customer_neither_try_nor_place(world: World) -> None:
    ticket_at = world.asks_for_callback().ticket_at
    first, second = world.agent(), world.agent("Lee", LEE_AGENT)
    world.rings(first)
    first.answer()
    first.hears("Press 1 to take it, 2 pass, 3 later", PATIENCE)
    first.press("2")
    first.hears("Passed on. Why", PATIENCE)
    first.press("1")
    first.hears("Passed on. Goodbye", PATIENCE)
    world.rings(second)
    assert (world.callback().tries, world.callback().ticket_at) == (0, ticket_at)
    assert world.rung(STRANGER) == 0
    world.accepts(second)
    customer = world.phone()
    world.rings(customer)
    customer.answer()
    world.talk(second, customer)
    world.until(lambda: world.callback().status is CallbackStatus.DONE, "the promise is done")
    assert [attempt.outcome for attempt in world.attempts()] == [Outcome.DECLINED, Outcome.JOINED]
    assert world.attempts()[0].reason == "other_skill"
    assert world.agent_row("Kim").status is AgentStatus.AVAILABLE


def test_agent_whose_phone_rings_out_is_away_and_told_while_the_next_is_rung(new_world: NewWorld) -> None:
    world = new_world(settings={"IVR_RING_SECONDS_AGENT": "5"})
    world.asks_for_callback()
    first, second = world.agent(), world.agent("Lee", LEE_AGENT)
    second.on_ring = "answer"
    world.rings(first)
    first.receives_text("your phone was not answered, so you are set to away", PATIENCE)
    assert world.agent_row("Kim").status is AgentStatus.AWAY
    world.until(lambda: world.tick() or world.rung(LEE_AGENT), "the next agent is rung")
    second.hears("Press 1 to take it", PATIENCE)
    assert world.callback().tries == 0
    second.press("1")
    customer = world.phone()
    world.rings(customer)
    customer.answer()
    world.talk(second, customer)
    assert next(leg.outcome for leg in world.legs(Party.AGENT)) is Outcome.NO_ANSWER
    assert world.rung(KIM_AGENT) == 1


def test_caller_on_hold_whose_agent_hangs_up_hears_the_hold_turn_and_gets_the_next(world: World) -> None:
    first, second = world.agent(), world.agent("Lee", LEE_AGENT, status=AgentStatus.AWAY)
    caller = world.calls_in()
    caller.press("0")
    caller.hears("connecting you with an agent", PATIENCE)
    world.rings(first)
    first.answer()
    first.hears("Press 1 to take it", PATIENCE)
    first.hang_up()
    caller.hears("You are still in line", PATIENCE)
    world.set_agent(AgentStatus.AVAILABLE, "Lee")
    world.accepts(second)
    caller.hears("Here is your agent", PATIENCE)
    world.talk(second, caller)


def test_caller_on_hold_who_chatters_beside_the_phone_stays_in_line(world: World) -> None:
    agent = world.agent(status=AgentStatus.AWAY)
    caller = world.calls_in()
    caller.press("0")
    caller.hears("All agents are busy|call you back", PATIENCE)
    caller.press("3")
    caller.hears("Please stay on the line", PATIENCE)
    for _ in range(4):
        seen = len(caller.heard)
        caller.say("did you feed the cat")
        world.until(lambda seen=seen: len(caller.heard) > seen, "something is heard again")
    assert {heard.kind for heard in caller.heard[-4:]} == {"play"}
    caller.say("I'll hold")
    caller.hears("You are still in line. The wait is", PATIENCE)
    world.set_agent(AgentStatus.AVAILABLE)
    world.accepts(agent)
    caller.hears("Here is your agent", PATIENCE)
    world.talk(agent, caller)


def test_caller_on_hold_who_takes_a_callback_keeps_the_place(world: World) -> None:
    world.agent(status=AgentStatus.AWAY)
    caller = world.calls_in()
    caller.press("0")
    caller.hears("call you back", PATIENCE)
    caller.press("3")
    caller.hears("Please stay on the line", PATIENCE)
    (call,) = world.calls()
    hold = world.read(lambda uow: uow.holds.get(call.sid))
    caller.press("1")
    caller.hears("We will call you as soon as possible", PATIENCE)
    assert hold is not None
    assert world.callback().ticket_at == hold.ticket_at
    world.hangs_up(caller)
