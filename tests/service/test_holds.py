"""Live callers in the same line as callbacks, and what phoning in does to an open callback."""

from datetime import UTC, datetime, timedelta

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, Outcome, Party
from tests.service.test_shifts import set_shifts
from tests.service.world import AGENT, CUSTOMER, OTHER_AGENT, OTHER_CUSTOMER, World, spoken

SID = "CA" + "9" * 32


def accepted(world: World, number: str = CUSTOMER) -> str:
    """A caller waits, the agent has accepted; returns the attempt's id."""
    world.hold(SID, number)
    world.tick()
    assert spoken(world.answer(Party.AGENT)) == ["whisper_live"]
    world.press("1")
    with world.store.read() as uow:
        attempt = uow.attempts.live_of_hold(SID)
    assert attempt is not None
    return attempt.id


def hold_status(world: World) -> str:
    with world.store.read() as uow:
        hold = uow.holds.get(SID)
    assert hold is not None
    return hold.status


def test_caller_on_hold_and_due_callback_are_one_line_by_ticket(world: World) -> None:
    callback = world.book(OTHER_CUSTOMER)
    world.clock.advance(10)
    world.hold(SID)
    world.agent()
    world.tick()
    assert world.callback(callback).status == CallbackStatus.DIALING
    assert hold_status(world) == "waiting"


def test_caller_who_came_first_is_served_first(world: World) -> None:
    world.hold(SID)
    world.clock.advance(10)
    callback = world.book(OTHER_CUSTOMER)
    world.agent()
    world.tick()
    assert hold_status(world) == "connecting"
    assert world.callback(callback).status == CallbackStatus.SCHEDULED


def test_higher_priority_goes_before_an_older_ticket(world: World) -> None:
    world.hold(SID)
    world.clock.advance(10)
    callback = world.book(OTHER_CUSTOMER, priority=1)
    world.agent()
    world.tick()
    assert world.callback(callback).status == CallbackStatus.DIALING


def test_caller_joins_the_agent_who_accepted(world: World) -> None:
    world.agent()
    attempt = accepted(world)
    assert world.engine.held.caller_joins(attempt, SID)
    assert hold_status(world) == "joining"
    assert world.agent_row().status == AgentStatus.RESERVED
    both_enter(world, attempt)
    assert hold_status(world) == "joined"
    assert world.agent_row().status == AgentStatus.BUSY
    assert [call.to for call in world.phone.calls] == [AGENT]


def test_caller_who_hung_up_meanwhile_frees_the_agent(world: World) -> None:
    world.agent()
    accepted(world)
    agent = world.ringing(Party.AGENT)
    world.engine.held.caller_left(SID)
    assert agent.path == f"/voice/leg/{agent.leg_id}/news"
    assert world.agent_row().status == AgentStatus.AVAILABLE
    assert hold_status(world) == "left"


def test_agent_who_passes_a_caller_on_leaves_them_in_their_place(world: World) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    world.hold(SID)
    world.tick()
    world.answer(Party.AGENT)
    world.press("2")
    world.hang_up(Party.AGENT)
    assert hold_status(world) == "waiting"
    world.tick()
    assert world.phone.calls[-1].to == OTHER_AGENT


def test_conversation_with_a_caller_ends_when_they_hang_up(world: World) -> None:
    world.agent()
    attempt = accepted(world)
    world.engine.held.caller_joins(attempt, SID)
    both_enter(world, attempt)
    world.clock.advance(90)
    world.engine.held.caller_left(SID)
    world.deliver()
    with world.store.read() as uow:
        row = uow.attempts.get(attempt)
    assert row is not None
    assert row.outcome == Outcome.JOINED
    assert world.agent_row().status == AgentStatus.WRAP_UP


def test_reaching_an_agent_by_phoning_in_closes_the_open_callback(world: World) -> None:
    callback = world.book(CUSTOMER, at=world.clock.now() + timedelta(hours=2))
    world.agent()
    attempt = accepted(world)
    assert world.callback(callback).status == CallbackStatus.SCHEDULED
    world.engine.held.caller_joins(attempt, SID)
    both_enter(world, attempt)
    closed = world.callback(callback)
    assert (closed.status, closed.reason, closed.was_kept) == (CallbackStatus.DONE, "phoned_in", None)


def test_phoning_in_stops_the_agent_who_rings_for_the_callback(world: World) -> None:
    world.agent()
    callback = world.book(CUSTOMER)
    world.tick()
    world.agent("Bob", OTHER_AGENT)
    world.hold(SID)
    world.tick()
    bob = world.phone.calls[-1]
    world.report(bob, "ringing", "in-progress")
    world.engine.legs.answered(bob.leg_id, bob.sid)
    world.engine.legs.keyed(bob.leg_id, "1", turn=1)
    with world.store.read() as uow:
        attempt = uow.attempts.live_of_hold(SID)
    assert attempt is not None
    world.engine.held.caller_joins(attempt.id, SID)
    both_enter(world, attempt.id)
    world.deliver()
    assert world.callback(callback).status == CallbackStatus.DONE
    assert [call.to for call in world.phone.live()] == [OTHER_AGENT]
    assert world.agent_row().status == AgentStatus.AVAILABLE


def test_caller_who_never_arrives_is_sent_again_and_then_given_up(world: World) -> None:
    world.agent()
    attempt = accepted(world)
    asked = [(SID, f"/voice/join/{attempt}")]
    assert world.phone.redirects == asked
    world.sweep(6)
    assert world.phone.redirects == asked * 2
    assert world.agent_row().status == AgentStatus.RESERVED
    world.sweep(60)
    assert world.agent_row().status == AgentStatus.AVAILABLE
    assert hold_status(world) == "waiting"


def test_caller_whose_agent_hangs_up_on_the_way_is_fetched_back_into_their_place(world: World) -> None:
    world.agent()
    attempt = accepted(world)
    world.engine.held.caller_joins(attempt, SID)
    world.hang_up(Party.AGENT)
    assert world.phone.redirects[-1] == (SID, "/voice/left")
    assert hold_status(world) == "waiting"
    assert not world.engine.held.caller_left_conference(SID)
    assert hold_status(world) == "waiting"


def test_caller_whose_conference_ends_before_the_agents_leg_does_waits_on(world: World) -> None:
    world.agent()
    attempt = accepted(world)
    world.engine.held.caller_joins(attempt, SID)
    redirects = len(world.phone.redirects)
    assert not world.engine.held.caller_left_conference(SID)
    assert hold_status(world) == "waiting"
    assert SID not in [sid for sid, _ in world.phone.redirects[redirects:]]


def test_caller_who_has_talked_is_asked_for_the_effort_even_if_the_event_was_lost(world: World) -> None:
    world.agent()
    attempt = accepted(world)
    world.engine.held.caller_joins(attempt, SID)
    world.clock.advance(31)
    world.sweep()
    assert world.phone.redirects[-1] == (SID, f"/voice/join/{attempt}")  # the one at the acceptance, no other
    assert world.engine.held.caller_left_conference(SID)
    assert world.engine.held.caller_left_conference(SID)
    assert hold_status(world) == "joined"


def test_caller_joins_only_the_attempt_that_is_theirs(world: World) -> None:
    world.agent()
    attempt = accepted(world)
    assert not world.engine.held.caller_joins(attempt, "CA" + "8" * 32)
    assert not world.engine.held.caller_joins("0" * 32, SID)


def both_enter(world: World, attempt: str) -> None:
    """The carrier tells that the agent and the caller are in the conference."""
    for sid in (world.ringing(Party.AGENT).sid, SID):
        world.engine.legs.entered(attempt, sid)
    world.deliver()


def test_after_the_calling_hours_an_agent_on_shift_is_rung_for_a_caller_on_hold_and_no_customer_is(
    world: World,
) -> None:
    world.clock.set(datetime(2026, 3, 11, 0, 0, tzinfo=UTC))  # 20:00 in New York
    promised = world.book(OTHER_CUSTOMER)
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    set_shifts(world, "mon-sun 09:00-19:00", "Ada", "America/New_York")
    set_shifts(world, "mon-sun 12:00-21:00", "Bob", "America/New_York")
    world.hold(SID)
    world.tick()
    assert [call.to for call in world.phone.live()] == [OTHER_AGENT]
    assert hold_status(world) == "connecting"
    assert world.callback(promised).status == CallbackStatus.SCHEDULED
