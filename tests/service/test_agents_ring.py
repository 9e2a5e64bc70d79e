"""The agent's side of an attempt: whisper, accept, pass on, ring out, hang up."""

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, Outcome, Party
from ivr.domain.turn import Next
from tests.fakes.phone import Fault
from tests.service.world import AGENT, CUSTOMER, OTHER_AGENT, World, spoken


def test_agent_hears_who_calls_and_why_before_the_customer_rings(world: World) -> None:
    world.agent()
    world.book()
    world.tick()
    turn = world.answer(Party.AGENT)
    assert spoken(turn) == ["whisper"]
    assert turn.say[0].args["name"] == "Grace"
    assert turn.say[0].args["reason"] == "it says delivered but I don't have it"
    assert turn.next is Next.LISTEN
    assert [choice.key for choice in turn.expects.choices] == ["1", "2", "3"]
    assert [call.to for call in world.phone.calls] == [AGENT]


def test_agent_who_presses_1_waits_in_the_conference_while_the_customer_rings(world: World) -> None:
    world.agent()
    callback = world.book()
    turn = world.agent_takes_it()
    assert (turn.next, turn.is_agent) == (Next.JOIN, True)
    assert turn.conference == f"attempt-{world.attempts(callback)[0].id}"
    assert [call.to for call in world.phone.calls] == [AGENT, CUSTOMER]
    assert world.agent_row().status == AgentStatus.RESERVED


def test_pressing_1_twice_rings_the_customer_once(world: World) -> None:
    world.agent()
    world.book()
    world.agent_takes_it()
    assert world.press("1").next is Next.JOIN
    world.tick(1)
    assert [call.to for call in world.phone.calls] == [AGENT, CUSTOMER]


def test_agent_who_passes_on_costs_the_customer_nothing(world: World) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    callback = world.book()
    before = world.callback(callback)
    world.tick()
    turn = world.press("2") if world.answer(Party.AGENT) else None
    assert turn is not None
    assert (spoken(turn), turn.next) == (["whisper_why_passed"], Next.LISTEN)
    world.hang_up(Party.AGENT)
    world.tick()
    after = world.callback(callback)
    assert [call.to for call in world.phone.calls] == [AGENT, OTHER_AGENT]
    assert (after.tries, after.ticket_at, after.due_at) == (0, before.ticket_at, before.due_at)
    assert world.attempts(callback)[0].outcome == Outcome.DECLINED
    assert world.agent_row().status == AgentStatus.AVAILABLE


def test_only_agent_who_passed_on_is_not_asked_again_at_once(world: World) -> None:
    world.agent()
    world.book()
    world.tick()
    world.answer(Party.AGENT)
    world.press("2")
    world.hang_up(Party.AGENT)
    world.tick(60)
    assert len(world.phone.calls) == 1
    world.tick(61)
    assert [call.to for call in world.phone.calls] == [AGENT, AGENT]


def test_agent_whose_phone_rings_out_is_set_away_told_and_the_next_is_tried_at_once(world: World) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    callback = world.book()
    world.tick()
    world.report(world.ringing(Party.AGENT), "ringing", "no-answer")
    world.tick()
    assert world.agent_row().status == AgentStatus.AWAY
    assert world.messenger.sent == [(AGENT, "agent_set_away")]
    assert [call.to for call in world.phone.calls] == [AGENT, OTHER_AGENT]
    assert world.callback(callback).tries == 0


def test_agent_who_presses_nothing_twice_is_set_away(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.answer(Party.AGENT)
    again = world.press(None)
    assert (spoken(again), again.number) == (["whisper_again"], 2)
    assert world.callback(callback).status == CallbackStatus.DIALING
    world.press(None, turn=2)
    assert world.agent_row().status == AgentStatus.AWAY
    assert world.callback(callback).status == CallbackStatus.SCHEDULED


def test_repeated_silence_of_the_first_whisper_does_not_count_twice(world: World) -> None:
    world.agent()
    world.book()
    world.tick()
    world.answer(Party.AGENT)
    world.press(None)
    world.press(None)
    assert world.agent_row().status == AgentStatus.RESERVED


def test_agent_who_hangs_up_before_a_key_is_free_and_the_next_is_tried(world: World) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    callback = world.book()
    world.tick()
    world.answer(Party.AGENT)
    world.hang_up(Party.AGENT)
    world.tick()
    assert world.attempts(callback)[0].outcome == Outcome.AGENT_HUNG_UP
    assert world.agent_row().status == AgentStatus.AVAILABLE
    assert world.phone.calls[-1].to == OTHER_AGENT


def test_agent_gone_while_the_customer_rings_stops_that_call_and_keeps_the_place(world: World) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    callback = world.book()
    ticket = world.callback(callback).ticket_at
    world.agent_takes_it()
    world.hang_up(Party.AGENT)
    assert world.phone.live(CUSTOMER) == []
    world.tick()
    assert world.phone.calls[-1].to == OTHER_AGENT
    assert world.callback(callback).ticket_at == ticket
    assert world.callback(callback).tries == 0


def test_customer_who_answers_after_the_agent_left_is_told_and_not_joined(world: World) -> None:
    world.agent()
    world.book()
    world.agent_takes_it()
    customer = world.ringing(Party.CUSTOMER)
    agent = world.ringing(Party.AGENT)
    world.phone.report(customer, "in-progress")
    world.phone.report(agent, "completed")
    world.phone.webhooks.rotate(1)  # the agent's end arrives first
    world.deliver()
    turn = world.engine.legs.answered(customer.leg_id, customer.sid)
    assert turn.next is Next.HANG_UP
    assert spoken(turn) in (["customer_agent_lost"], [])


def test_call_that_is_not_the_attempts_leg_is_hung_up(world: World) -> None:
    world.agent()
    world.book()
    world.tick()
    leg_id = world.ringing(Party.AGENT).leg_id
    turn = world.engine.legs.agent_answered(leg_id, "CA" + "f" * 32)
    assert (turn.next, turn.say) == (Next.HANG_UP, ())
    assert world.engine.legs.agent_answered("0" * 32, "CA" + "f" * 32).next is Next.HANG_UP


def test_agent_without_the_skill_or_language_is_not_rung(world: World) -> None:
    world.agent("Ada", AGENT, skills=("returns",))
    world.agent("Bob", OTHER_AGENT, locales=("ko-KR",))
    world.book(skill="orders")
    world.tick()
    assert world.phone.calls == []


def test_agent_whose_number_the_carrier_refuses_is_set_away(world: World) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    world.book()
    world.phone.faults.append(Fault.BAD_NUMBER)
    world.tick()
    world.tick()
    assert world.agent_row().status == AgentStatus.AWAY
    assert world.phone.calls[-1].to == OTHER_AGENT


def test_endless_passing_on_ends_with_a_person(world: World) -> None:
    for n in range(13):
        world.agent(f"agent{n}", f"+120255502{n:02d}")
    callback = world.book()
    for _ in range(13):
        world.tick()
        if not world.phone.live():
            break
        world.answer(Party.AGENT)
        world.press("2")
        world.hang_up(Party.AGENT)
    assert world.callback(callback).status == CallbackStatus.NEEDS_HUMAN
    assert world.callback(callback).reason == "too_many_dials"
