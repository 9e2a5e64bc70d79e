"""Booking, moving, keeping and canceling a promise; every refusal has its reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.callbacks import CallbackStatus, Outcome, Party
from ivr.domain.cases import CaseStatus
from ivr.domain.hours import OpeningHours
from ivr.domain.policies import BookingRules, CallbackRules
from ivr.errors import CallbackRefused, IllegalMove, NotFound
from ivr.service.booking import AlreadyBooked
from ivr.service.store import Store
from tests.service.world import CUSTOMER, OTHER_CUSTOMER, RULES, World

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def refused(world: World, **more: object) -> str:
    """The reason of the refusal."""
    with pytest.raises(CallbackRefused) as caught:
        world.book(**more)  # type: ignore[arg-type]
    return caught.value.reason


def test_as_soon_as_possible_is_due_now_and_promised_by_the_high_end_of_the_wait(world: World) -> None:
    world.agent()
    now = world.clock.now()
    row = world.callback(world.book())
    assert (row.asap, row.status, row.due_at, row.ticket_at) == (True, CallbackStatus.SCHEDULED, now, now)
    assert row.promised_by_at == now + 60 * timedelta(seconds=1) + 5 * MINUTE
    assert row.closes_at == datetime(2026, 3, 10, 23, 0, tzinfo=UTC)  # 19:00 in New York
    assert world.case_row(row.case_id).status == CaseStatus.WAITING_AGENT


def test_caller_who_waited_keeps_the_place_in_line(world: World) -> None:
    since = world.clock.now() - 7 * MINUTE
    assert world.callback(world.book(ticket_at=since)).ticket_at == since


def test_named_time_is_due_then_and_gives_up_the_place(world: World) -> None:
    at = world.clock.now() + 2 * HOUR
    row = world.callback(world.book(at=at, ticket_at=world.clock.now() - HOUR))
    assert (row.asap, row.due_at, row.ticket_at, row.promised_by_at) == (False, at, at, at + 15 * MINUTE)


def test_named_time_one_minute_ahead_is_taken(world: World) -> None:
    at = world.clock.now() + MINUTE
    assert world.callback(world.book(at=at)).due_at == at


def test_as_soon_as_possible_at_night_is_due_when_the_hours_open(world: World) -> None:
    world.clock.set(datetime(2026, 3, 10, 3, 0, tzinfo=UTC))  # 23:00 in New York
    row = world.callback(world.book())
    assert row.due_at == datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
    assert row.promised_by_at > row.due_at


def test_wait_that_goes_past_the_close_is_promised_for_the_next_opening(world: World) -> None:
    world.clock.set(datetime(2026, 3, 10, 22, 0, tzinfo=UTC))  # an hour before the close; nobody is on shift: two hours
    row = world.callback(world.book())
    assert row.due_at == world.clock.now()
    assert row.promised_by_at == datetime(2026, 3, 11, 14, 5, tzinfo=UTC)  # the other hour, and the margin


def test_just_before_closing_is_too_late_to_ring_both(world: World) -> None:
    world.clock.set(datetime(2026, 3, 10, 22, 59, tzinfo=UTC))
    assert world.callback(world.book()).due_at == datetime(2026, 3, 11, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (datetime(2026, 3, 10, 23, 0, tzinfo=UTC), "hours"),
        (datetime(2026, 3, 10, 22, 59, 30, tzinfo=UTC), "hours"),
        (datetime(2026, 3, 11, 12, 59, tzinfo=UTC), "hours"),
        (datetime(2026, 3, 10, 15, 50, tzinfo=UTC), "past"),
        (datetime(2026, 4, 10, 16, 0, tzinfo=UTC), "too_far"),
    ],
)
def test_named_times_that_cannot_be_kept_are_refused(world: World, at: datetime, reason: str) -> None:
    assert refused(world, at=at) == reason


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+18765551234", "country"),
        ("+18095551234", "country"),
        ("+19005551234", "line_type"),
        ("+18005551212", "line_type"),
        ("911", "number"),
        ("+12025550143 ext 9", "extension"),
    ],
)
def test_numbers_that_are_not_rung_are_refused(world: World, number: str, reason: str) -> None:
    assert refused(world, number=number) == reason


def test_number_on_the_do_not_call_list_is_refused(world: World) -> None:
    with world.store.begin() as uow:
        world.engine.do_not_call.add(uow, CUSTOMER, "asked")
        uow.commit()
    assert refused(world) == "do_not_call"


def test_do_not_call_cancels_an_open_promise_at_once(world: World) -> None:
    callback = world.book()
    with world.store.begin() as uow:
        world.engine.do_not_call.add(uow, CUSTOMER, "asked")
        uow.commit()
    assert world.callback(callback).status == CallbackStatus.CANCELED
    world.agent()
    world.tick()
    assert world.phone.calls == []


def test_second_open_callback_of_a_number_shows_the_first(world: World) -> None:
    first = world.book()
    with pytest.raises(AlreadyBooked) as caught:
        world.book("(202) 555-0143")
    assert (caught.value.reason, caught.value.callback.id) == ("exists", first)


def test_second_open_callback_of_a_case_shows_the_first(world: World) -> None:
    first = world.book()
    request = replace(world.request(OTHER_CUSTOMER), case_id=world.callback(first).case_id)
    with world.store.begin() as uow, pytest.raises(AlreadyBooked):
        world.engine.bookings.book(uow, request)


def test_fourth_booking_of_a_number_in_a_day_is_refused(world: World) -> None:
    for _ in range(3):
        world.cancel(world.book())
    assert refused(world) == "too_many_today"
    world.clock.advance(24 * 3600 + 1)
    assert world.is_open(world.book())


def test_eleventh_booking_from_an_address_in_a_day_is_refused(world: World) -> None:
    for n in range(10):
        world.book(f"+120255501{n:02d}", address="192.0.2.1")
    assert refused(world, number="+12025550110", address="192.0.2.1") == "limit"
    assert world.is_open(world.book("+12025550110", address="192.0.2.2"))


def test_opening_hours_of_the_team_narrow_the_calling_hours(store: Store) -> None:
    rules = replace(RULES, opening=OpeningHours.parse("Mon-Fri 10:00-12:30", "America/New_York"))
    world = World(store, rules)
    row = world.callback(world.book())
    assert row.closes_at == datetime(2026, 3, 10, 16, 30, tzinfo=UTC)
    assert refused(world, number=OTHER_CUSTOMER, at=world.clock.now() + HOUR) == "hours"


def test_demonstrations_calendar_rings_at_any_hour(store: Store) -> None:
    world = World(store, replace(RULES, any_hour=True))
    world.clock.set(datetime(2026, 3, 10, 7, 0, tzinfo=UTC))  # 03:00 in New York
    row = world.callback(world.book(at=world.clock.now() + MINUTE))
    assert row.due_at == world.clock.now() + MINUTE


def test_countries_are_the_adopters_choice(store: Store) -> None:
    rules = CallbackRules(booking=BookingRules(countries=frozenset({"GB", "GG"})))
    world = World(store, rules)
    assert refused(world) == "country"
    assert world.is_open(world.book("+442079460123"))


def test_number_in_far_apart_zones_needs_its_owners_zone(store: Store) -> None:
    rules = CallbackRules(booking=BookingRules(line_types=frozenset({"personal"})))
    world = World(store, rules)
    assert refused(world, number="+15005550100") == "hours"
    assert refused(world, number="+15005550100", zone="Europe/Paris") == "hours"
    assert world.is_open(world.book("+15005550100", zone="America/New_York"))


def test_moving_to_a_named_time_gives_up_the_place_and_back_again_starts_anew(world: World) -> None:
    world.agent()
    callback = world.book()
    at = world.clock.now() + 3 * HOUR
    world.move(callback, at)
    row = world.callback(callback)
    assert (row.asap, row.due_at, row.ticket_at) == (False, at, at)
    world.clock.advance(60)
    world.move(callback, None)
    row = world.callback(callback)
    assert (row.asap, row.ticket_at) == (True, world.clock.now())


def test_as_soon_as_possible_again_keeps_the_place(world: World) -> None:
    callback = world.book()
    ticket = world.callback(callback).ticket_at
    world.clock.advance(600)
    world.move(callback, None)
    assert world.callback(callback).ticket_at == ticket


def test_moving_to_a_closed_hour_changes_nothing(world: World) -> None:
    callback = world.book()
    before = world.callback(callback)
    with pytest.raises(CallbackRefused):
        world.move(callback, datetime(2026, 3, 11, 3, 0, tzinfo=UTC))
    after = world.callback(callback)
    assert (after.due_at, after.status, after.version) == (before.due_at, before.status, before.version)


def test_canceling_ends_the_promise_and_reopens_the_case(world: World) -> None:
    callback = world.book()
    world.cancel(callback)
    row = world.callback(callback)
    assert (row.status, row.reason, row.was_kept) == (CallbackStatus.CANCELED, "canceled_by_customer", None)
    assert world.case_row(row.case_id).status == CaseStatus.OPEN
    world.cancel(callback)
    assert world.callback(callback).version == row.version
    with pytest.raises(IllegalMove):
        world.move(callback, None)


def test_canceling_while_the_agent_rings_stops_it(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    world.report(world.ringing(Party.AGENT), "ringing")
    world.cancel(callback)
    assert world.phone.live() == []
    assert world.attempts(callback)[0].outcome == Outcome.CANCELED


def test_canceling_while_the_customer_rings_stops_both(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    agent = world.ringing(Party.AGENT)
    world.cancel(callback)
    world.deliver()
    assert world.phone.live(CUSTOMER) == []
    assert agent.path.endswith("/news")
    assert world.callback(callback).status == CallbackStatus.CANCELED


def test_moving_while_the_agent_rings_stops_it_and_keeps_the_promise(world: World) -> None:
    world.agent()
    callback = world.book()
    world.tick()
    at = world.clock.now() + HOUR
    world.move(callback, at)
    world.deliver()
    assert world.phone.live() == []
    assert (world.callback(callback).status, world.callback(callback).due_at) == (CallbackStatus.SCHEDULED, at)


def test_a_conversation_is_not_canceled_from_outside(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    world.meet()
    with pytest.raises(IllegalMove):
        world.cancel(callback)
    assert len(world.phone.live()) == 2


def test_keeping_is_written_down(world: World) -> None:
    callback = world.book()
    with world.store.begin() as uow:
        world.engine.bookings.keep(uow, callback)
        uow.commit()
    assert world.kinds(callback)[-1] == "callback_kept"


def test_unknown_callbacks_are_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.cancel("0" * 32)
    with pytest.raises(NotFound):
        world.move("0" * 32, None)


def test_open_callback_of_a_number_is_found(world: World) -> None:
    callback = world.book()
    with world.store.read() as uow:
        found = world.engine.bookings.open_for(uow, CUSTOMER)
        assert found is not None
        assert found.id == callback
        assert world.engine.bookings.open_for(uow, OTHER_CUSTOMER) is None
