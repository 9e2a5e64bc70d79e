"""The customer's side of an attempt: joined, busy, no answer, machine, rating, and what follows."""

from datetime import timedelta

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, Outcome, Party
from ivr.domain.cases import CaseStatus
from ivr.domain.turn import At, Next
from tests.fakes.phone import Fault
from tests.service.world import CUSTOMER, RULES, World, spoken


def connected(world: World) -> str:
    """A callback whose agent and customer talk."""
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.clock.advance(5)
    world.answer(Party.CUSTOMER)
    world.meet()
    return callback


def missed(world: World, status: str) -> str:
    """A callback whose customer's call ended so; the agent had accepted."""
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.report(world.ringing(Party.CUSTOMER), "ringing", status)
    return callback


def test_customer_hears_who_calls_and_joins_the_agent(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    turn = world.answer(Party.CUSTOMER)
    assert spoken(turn) == ["customer_connecting"]
    assert (turn.next, turn.is_agent) == (Next.JOIN, False)
    assert turn.conference == f"attempt-{world.attempts(callback)[0].id}"
    assert world.attempts(callback)[0].joined_at is None
    world.meet()
    assert world.agent_row().status == AgentStatus.BUSY
    assert world.case_row(world.callback(callback).case_id).status == CaseStatus.WITH_AGENT


def test_customer_who_hangs_up_after_talking_ends_the_promise_and_the_agents_call(world: World) -> None:
    callback = connected(world)
    world.clock.advance(120)
    world.hang_up(Party.CUSTOMER)
    done = world.callback(callback)
    assert (done.status, done.tries, done.was_kept) == (CallbackStatus.DONE, 1, True)
    assert world.phone.live() == []
    assert world.agent_row().status == AgentStatus.WRAP_UP
    assert world.case_row(done.case_id).status == CaseStatus.RESOLVED


def test_agent_is_free_again_after_wrapping_up(world: World) -> None:
    connected(world)
    world.clock.advance(120)
    world.hang_up(Party.CUSTOMER)
    world.sweep(19)
    assert world.agent_row().status == AgentStatus.WRAP_UP
    world.sweep(2)
    assert world.agent_row().status == AgentStatus.AVAILABLE


def test_customer_rates_the_effort_after_the_agent_has_left(world: World) -> None:
    callback = connected(world)
    world.clock.advance(60)
    world.hang_up(Party.AGENT)
    customer = world.ringing(Party.CUSTOMER)
    asked = world.engine.legs.left_conference(customer.leg_id)
    assert (spoken(asked), asked.next) == (["rate_effort"], Next.LISTEN)
    attempt = world.attempts(callback)[0].id
    assert spoken(world.engine.legs.rate(attempt, "2")) == ["rate_thanks", "goodbye"]
    assert world.case_row(world.callback(callback).case_id).effort == 2
    world.engine.legs.rate(attempt, "2")
    assert world.kinds(callback).count("effort_rated") == 1


@pytest.mark.parametrize("key", [None, "8", "0", "12", "*"])
def test_anything_but_1_to_7_is_no_rating(world: World, key: str | None) -> None:
    callback = connected(world)
    attempt = world.attempts(callback)[0].id
    assert spoken(world.engine.legs.rate(attempt, key)) == ["goodbye"]
    assert world.case_row(world.callback(callback).case_id).effort is None


@pytest.mark.parametrize(
    ("status", "wait", "news"),
    [
        ("busy", timedelta(minutes=2), "agent_customer_busy"),
        ("no-answer", timedelta(minutes=10), "agent_customer_no_answer"),
        ("failed", timedelta(minutes=1), "agent_customer_failed"),
        ("canceled", timedelta(minutes=1), "agent_customer_failed"),
    ],
)
def test_customer_not_reached_is_tried_again_by_rule(world: World, status: str, wait: timedelta, news: str) -> None:
    callback = missed(world, status)
    waits = world.callback(callback)
    assert (waits.status, waits.tries) == (CallbackStatus.SCHEDULED, 1)
    assert waits.due_at == world.clock.now() + wait
    agent = world.ringing(Party.AGENT)
    assert agent.path == f"/voice/leg/{agent.leg_id}/news"
    told = world.engine.legs.news(agent.leg_id)
    assert (spoken(told), told.next) == ([news], Next.HANG_UP)
    when = told.say[0].args["when"]
    assert isinstance(when, At)
    assert when.at == waits.due_at
    assert world.agent_row().status == AgentStatus.AVAILABLE


def test_customer_busy_then_answers_keeps_the_place(world: World) -> None:
    callback = missed(world, "busy")
    ticket = world.callback(callback).ticket_at
    world.hang_up(Party.AGENT)
    world.tick(60)
    assert len(world.phone.calls) == 2
    world.clock.advance(61)
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    world.clock.advance(60)
    world.hang_up(Party.CUSTOMER)
    done = world.callback(callback)
    assert (done.status, done.tries, done.ticket_at) == (CallbackStatus.DONE, 2, ticket)


def test_customer_never_reached_is_left_to_a_person(world: World) -> None:
    callback = missed(world, "no-answer")
    for _ in range(6):
        if world.phone.live():
            world.hang_up(Party.AGENT)
        if world.callback(callback).status != CallbackStatus.SCHEDULED:
            break
        world.clock.set(world.callback(callback).due_at)
        world.agent_takes_it()
        world.report(world.ringing(Party.CUSTOMER), "ringing", "no-answer")
    assert (world.callback(callback).status, world.callback(callback).tries) == (CallbackStatus.NEEDS_HUMAN, 4)


def test_next_try_never_falls_outside_the_hours(world: World) -> None:
    world.clock.set(world.clock.now().replace(hour=22, minute=55))  # 18:55 in New York
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.report(world.ringing(Party.CUSTOMER), "no-answer")
    assert world.callback(callback).due_at == world.clock.now().replace(day=11, hour=13, minute=0)


def test_customer_who_leaves_in_the_greeting_is_rung_again(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    world.clock.advance(2)
    world.hang_up(Party.CUSTOMER)
    waits = world.callback(callback)
    assert (waits.status, waits.outcome) == (CallbackStatus.SCHEDULED, Outcome.CUSTOMER_HUNG_UP)
    assert world.agent_row().status == AgentStatus.AVAILABLE


def test_agent_who_hangs_up_during_the_greeting_costs_the_customer_nothing_and_they_are_told(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    customer = world.ringing(Party.CUSTOMER)
    world.enter(world.ringing(Party.AGENT))
    world.clock.advance(4)
    world.hang_up(Party.AGENT)
    waits = world.callback(callback)
    assert (waits.status, waits.tries) == (CallbackStatus.SCHEDULED, 0)
    assert customer.path == f"/voice/leg/{customer.leg_id}/news"
    assert spoken(world.engine.legs.news(customer.leg_id)) == ["customer_agent_lost"]
    world.enter(customer)  # late: the greeting was over before the redirect arrived
    assert world.attempts(callback)[0].outcome == Outcome.AGENT_HUNG_UP
    world.hang_up(Party.CUSTOMER)
    world.sweep(RULES.dial.pass_seconds)  # the only agent there is has just passed it on
    world.agent_takes_it()
    assert world.ringing(Party.CUSTOMER).to == CUSTOMER


@pytest.mark.parametrize("who", [Party.AGENT, Party.CUSTOMER])
def test_lost_conference_event_does_not_ring_anybody_again_after_a_talk(world: World, who: Party) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    world.clock.advance(31)
    world.hang_up(who)
    done = world.callback(callback)
    assert (done.status, done.reason, done.was_kept) == (CallbackStatus.DONE, "joined", True)
    assert world.agent_row().status == AgentStatus.WRAP_UP


def test_conference_events_of_others_join_nobody_and_repeated_ones_join_once(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    attempt = world.attempts(callback)[0].id
    world.engine.legs.entered("0" * 32, world.ringing(Party.AGENT).sid)
    for sid in ("CA" + "f" * 32, world.ringing(Party.CUSTOMER).sid, world.ringing(Party.CUSTOMER).sid):
        world.engine.legs.entered(attempt, sid)
    assert world.attempts(callback)[0].joined_at is None
    world.meet()
    world.meet()
    assert world.kinds(callback).count("joined") == 1


def test_document_that_fails_after_the_talk_asks_for_the_rating_again(world: World) -> None:
    connected(world)
    world.clock.advance(60)
    customer = world.ringing(Party.CUSTOMER)
    world.hang_up(Party.AGENT)
    assert spoken(world.engine.legs.answered(customer.leg_id, customer.sid)) == ["rate_effort"]


def test_machine_is_looked_for_on_the_customers_leg_only(world: World) -> None:
    connected(world)
    assert [call.detect_machine for call in world.phone.calls] == [False, True]


def test_customer_number_the_carrier_refuses_goes_to_a_person(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.answer(Party.AGENT)
    world.press("1")
    world.phone.faults.append(Fault.BAD_NUMBER)
    world.tick()
    needs = world.callback(callback)
    assert (needs.status, needs.reason) == (CallbackStatus.NEEDS_HUMAN, "carrier_refused_number")
    assert world.ringing(Party.AGENT).path.endswith("/news")


def test_promise_is_kept_when_the_phone_first_rings_in_time_and_broken_when_late(world: World) -> None:
    world.agent()
    callback = world.book()
    world.clock.set(world.callback(callback).promised_by_at + timedelta(seconds=1))
    world.agent_takes_it()
    world.report(world.ringing(Party.CUSTOMER), "ringing")
    assert world.callback(callback).first_rung_at == world.clock.now()
    assert world.callback(callback).was_kept is False


def test_late_repeated_and_disordered_webhooks_change_nothing(world: World) -> None:
    callback = connected(world)
    customer = world.ringing(Party.CUSTOMER)
    world.clock.advance(60)
    world.hang_up(Party.CUSTOMER)
    before = (world.callback(callback), world.kinds(callback), world.agent_row())
    for sequence, status in [(0, "ringing"), (2, "completed"), (1, "in-progress"), (0, "initiated"), (9, "busy")]:
        world.engine.legs.status(customer.leg_id, customer.sid, call_status=status, sequence=str(sequence))
    assert world.engine.legs.answered(customer.leg_id, customer.sid).next is Next.HANG_UP
    assert world.kinds(callback) == before[1]
    assert (world.callback(callback).version, world.agent_row().status) == (before[0].version, before[2].status)


def test_end_that_arrives_before_the_answer_counts(world: World) -> None:
    callback = missed(world, "busy")
    world.hang_up(Party.AGENT)
    assert world.callback(callback).tries == 1


def test_customer_number_is_never_shown_whole_in_the_timeline(world: World) -> None:
    callback = connected(world)
    with world.store.read() as uow:
        shown = str([event.data for event in uow.events.of_case(world.callback(callback).case_id)])
    assert CUSTOMER[-7:] not in shown
