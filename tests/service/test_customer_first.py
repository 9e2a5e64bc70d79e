"""Customers whose telephone rings first, with a free agent reserved meanwhile."""

from datetime import timedelta

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, Outcome, Party
from ivr.domain.policies import CallbackRules, DialRules
from ivr.domain.turn import Next
from ivr.storage import SqlStore
from tests.service.world import AGENT, CUSTOMER, OTHER_AGENT, World, audited, spoken

RULES = CallbackRules(dial=DialRules(dials_per_second=0, pass_seconds=120, ring_first=Party.CUSTOMER))


@pytest.fixture
def world(store: SqlStore) -> World:
    """A call centre whose rule is to ring customers first."""
    return World(store, RULES)


def rung_first(world: World) -> str:
    """A callback whose customer, a plain person, has answered; the agent's telephone rings."""
    world.agent()
    callback = world.book()
    world.tick()
    assert [call.to for call in world.phone.calls] == [CUSTOMER]
    assert world.agent_row().status == AgentStatus.RESERVED
    turn = world.answer(Party.CUSTOMER)
    assert (spoken(turn), turn.next) == (["customer_waits"], Next.HOLD)
    world.tick()
    assert [call.to for call in world.phone.calls] == [CUSTOMER, AGENT]
    return callback


def lost(world: World, how: str) -> None:
    """The reserved agent does not take it."""
    if how == "no-answer":
        world.report(world.ringing(Party.AGENT), "no-answer")
        return
    world.answer(Party.AGENT)
    world.press(how)
    world.hang_up(Party.AGENT)


def test_customer_who_answers_is_joined_when_the_reserved_agent_accepts(world: World) -> None:
    callback = rung_first(world)
    assert spoken(world.answer(Party.AGENT)) == ["whisper_live"]
    assert world.press("1").next is Next.JOIN
    customer = world.ringing(Party.CUSTOMER)
    assert customer.path == f"/voice/leg/{customer.leg_id}/present"
    joined = world.engine.legs.present(customer.leg_id)
    assert (spoken(joined), joined.next) == (["agent_joins"], Next.JOIN)
    world.meet()
    world.clock.advance(60)
    world.hang_up(Party.CUSTOMER)
    done = world.callback(callback)
    assert (done.status, done.was_kept, done.tries) == (CallbackStatus.DONE, True, 1)
    assert world.phone.live() == []


def test_agent_is_rung_while_the_first_sentence_is_spoken(world: World) -> None:
    world.agent()
    world.book()
    world.tick()
    world.picks_up()
    world.tick()
    assert [call.to for call in world.phone.calls] == [CUSTOMER]
    world.verdict("human")
    world.tick()
    assert [call.to for call in world.phone.calls] == [CUSTOMER, AGENT]


def test_no_agent_is_rung_for_a_voicemail_and_the_reserved_one_is_free_again(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.picks_up()
    world.verdict("machine_end_beep")
    world.tick()
    assert [call.to for call in world.phone.calls] == [CUSTOMER]
    assert (world.callback(callback).status, world.agent_row().status) == (
        CallbackStatus.SCHEDULED,
        AgentStatus.AVAILABLE,
    )


@pytest.mark.parametrize("how", ["no-answer", "2", "3"])
def test_customer_is_told_and_waits_while_the_next_agent_is_tried_in_the_old_place(world: World, how: str) -> None:
    callback = rung_first(world)
    world.agent("Bob", OTHER_AGENT)
    before = world.callback(callback)
    lost(world, how)
    customer = world.ringing(Party.CUSTOMER)
    told = world.engine.legs.present(customer.leg_id)
    assert (spoken(told), told.next) == (["customer_next_agent"], Next.HOLD)
    world.tick()
    assert [call.to for call in world.phone.calls] == [CUSTOMER, AGENT, OTHER_AGENT]
    assert spoken(world.engine.legs.present(customer.leg_id)) == ["customer_waits"]
    world.answer(Party.AGENT)
    world.press("1")
    assert world.engine.legs.present(customer.leg_id).next is Next.JOIN
    world.meet()
    world.clock.advance(60)
    world.hang_up(Party.AGENT)
    done = world.callback(callback)
    assert (done.status, done.ticket_at, done.tries) == (CallbackStatus.DONE, before.ticket_at, 1)
    world.hang_up(Party.CUSTOMER)
    assert audited(world) == []


@pytest.mark.parametrize("how", ["key", "hang_up"])
@pytest.mark.parametrize("during", ["ringing", "waiting"])
def test_customer_who_does_not_wait_keeps_the_place_and_an_agent_is_rung_first_next_time(
    world: World, how: str, during: str
) -> None:
    callback = rung_first(world)
    ticket_at = world.callback(callback).ticket_at
    if during == "waiting":
        lost(world, "2")
    if how == "key":
        turn = world.keyed("1", 0)
        assert (spoken(turn), turn.next) == (["customer_later"], Next.HANG_UP)
        assert world.keyed("1", 0) == turn  # delivered twice
    world.hang_up(Party.CUSTOMER)
    waits = world.callback(callback)
    assert (waits.status, waits.tries, waits.ticket_at) == (CallbackStatus.SCHEDULED, 1, ticket_at)
    assert (waits.ring_first, waits.due_at) == (Party.AGENT, world.clock.now() + timedelta(minutes=1))
    world.agent("Bob", OTHER_AGENT)
    world.tick(61)
    assert world.phone.calls[-1].party == Party.AGENT
    assert audited(world) == []


def test_customer_who_waits_alone_too_long_is_let_go_and_rung_again(world: World) -> None:
    callback = rung_first(world)
    lost(world, "3")
    world.tick(RULES.dial.waiting_seconds / 2)
    world.sweep()
    assert world.ringing(Party.CUSTOMER).is_live
    world.clock.advance(RULES.dial.waiting_seconds)
    turn = world.engine.legs.present(world.ringing(Party.CUSTOMER).leg_id)
    assert (spoken(turn), turn.next) == (["customer_later"], Next.HANG_UP)
    assert world.callback(callback).status == CallbackStatus.SCHEDULED


def test_callback_that_is_canceled_while_its_customer_waits_ends_the_wait(world: World) -> None:
    callback = rung_first(world)
    lost(world, "2")
    world.cancel(callback)
    turn = world.engine.legs.present(world.ringing(Party.CUSTOMER).leg_id)
    assert (spoken(turn), turn.next) == (["goodbye"], Next.HANG_UP)


def test_the_callbacks_own_wish_goes_before_the_rule(world: World) -> None:
    world.agent()
    world.book(ring_first=Party.AGENT)
    world.tick()
    assert [call.to for call in world.phone.calls] == [AGENT]


def test_customer_who_is_not_reached_is_tried_again_and_the_agent_was_never_rung(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.report(world.ringing(Party.CUSTOMER), "ringing", "no-answer")
    assert (world.callback(callback).outcome, world.agent_row().status) == (Outcome.NO_ANSWER, AgentStatus.AVAILABLE)
    assert [call.to for call in world.phone.calls] == [CUSTOMER]


def test_redirect_that_was_lost_is_made_good_when_the_music_ends(world: World) -> None:
    rung_first(world)
    world.answer(Party.AGENT)
    world.press("1")
    assert world.keyed(None, 0).next is Next.JOIN
