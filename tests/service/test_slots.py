"""Slots: a named time is promised while somebody on shift can keep it; else the nearest that can be kept is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from ivr.domain.callbacks import Outcome, Party
from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue import heard
from ivr.domain.policies import BookingRules, SlotRules
from ivr.domain.slots import EPOCH
from ivr.errors import CallbackRefused
from ivr.service.slots import FreeSlot, NotThen, Wanted
from ivr.storage import SqlStore
from tests.domain.dialogue.talk import CALLER, NOW, Talk
from tests.service.test_shifts import set_shifts
from tests.service.world import OTHER_AGENT, OTHER_CUSTOMER, RULES, World
from tests.storage import rows

QUARTER = timedelta(minutes=15)
THREE = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)
"""Three o'clock in New York."""


def fill(world: World, at: datetime, places: int = 3, **more: object) -> list[str]:
    """So many others are promised this moment; one agent serves three in a quarter of an hour."""
    return [world.book(f"+120255501{serial:02d}", at=at, **more) for serial in range(places)]


def refused(world: World, **more: object) -> NotThen:
    with pytest.raises(NotThen) as caught:
        world.book(**more)  # type: ignore[arg-type]
    return caught.value


def free(world: World, at: datetime, until: datetime, locale: str = "en-US") -> list[FreeSlot]:
    bookings = world.engine.bookings
    with world.store.read() as uow:
        hours = bookings.hours(bookings.check_number("+12025550143"), "")
        return list(bookings.slots.free(uow, Wanted("general", locale), hours, at, until))


def test_a_full_slot_is_refused_with_the_nearest_free_moment(store: SqlStore) -> None:
    world = World(store)
    world.agent()
    fill(world, THREE + timedelta(minutes=5))
    told = refused(world, at=THREE)
    assert (told.reason, told.nearest_at, told.zone) == ("full", THREE + QUARTER, "America/New_York")
    assert world.callback(world.book(at=told.nearest_at)).due_at == told.nearest_at


def test_while_no_agent_is_known_nothing_is_limited(world: World) -> None:
    fill(world, THREE, 8)
    world.agent(locales=("ko-KR",))
    world.book(at=THREE)
    assert {slot.free for slot in free(world, THREE, THREE + QUARTER)} == {None}


def test_the_nearest_moment_lies_in_a_shift_and_in_the_hours(world: World) -> None:
    world.agent()
    set_shifts(world, "mon-fri 09:00-15:00, thu 18:00-20:00")
    fill(world, THREE - QUARTER)
    wednesday = THREE + timedelta(days=1)
    assert refused(world, at=THREE - QUARTER).nearest_at == wednesday.replace(hour=13)
    thursday = wednesday + timedelta(days=1)
    assert refused(world, at=thursday).nearest_at == thursday.replace(hour=22)


def test_outside_the_hours_the_nearest_is_free_too(world: World) -> None:
    world.agent()
    opens_at = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)
    fill(world, opens_at)
    told = refused(world, at=opens_at - timedelta(hours=3))
    assert (told.reason, told.nearest_at) == ("hours", opens_at + QUARTER)


def test_a_callback_that_is_moved_does_not_stand_in_its_own_way(world: World) -> None:
    world.agent()
    first, *_ = fill(world, THREE)
    world.move(first, THREE + timedelta(minutes=5))
    assert world.callback(first).due_at == THREE + timedelta(minutes=5)
    other = world.book(at=THREE + QUARTER)
    with pytest.raises(NotThen):
        world.move(other, THREE)
    assert world.callback(other).due_at == THREE + QUARTER


def test_a_place_given_back_is_free_again(world: World) -> None:
    world.agent()
    first, *_ = fill(world, THREE)
    world.cancel(first)
    world.book(at=THREE)


def test_unproven_requests_hold_their_place_until_they_are_proven(world: World) -> None:
    world.agent()
    first, *_ = fill(world, THREE, needs_verification=True)
    assert refused(world, at=THREE).reason == "full"
    with world.store.begin() as uow:
        callback = uow.callbacks.get(first)
        assert callback is not None
        world.engine.bookings.confirm_verified(uow, callback)
        uow.commit()
    assert world.callback(first).due_at == THREE


def test_lead_time_is_asked_for_and_the_nearest_told(store: SqlStore) -> None:
    world = World(store, replace(RULES, booking=BookingRules(lead_seconds=3600)))
    world.agent()
    now = world.clock.now()
    told = refused(world, at=now + timedelta(minutes=40))
    assert (told.reason, told.nearest_at) == ("too_soon", now + timedelta(hours=1))
    world.clock.advance(120)
    world.book(at=told.nearest_at)


def test_with_no_free_moment_left_it_is_full(store: SqlStore) -> None:
    world = World(store, replace(RULES, booking=BookingRules(lead_seconds=3600, horizon_days=1)))
    world.agent()
    set_shifts(world, "mon 09:00-17:00")
    for at in (THREE, world.clock.now() + timedelta(minutes=5)):
        told = refused(world, at=at)
        assert (told.reason, told.nearest_at) == ("full", None)


def test_beyond_the_horizon_is_too_far(world: World) -> None:
    with pytest.raises(CallbackRefused, match="30 days ahead"):
        world.book(at=THREE + timedelta(days=31))


@pytest.mark.parametrize(("missed", "rate", "places"), [(0, 0.0, 6), (6, 0.15, 6), (30, 0.75, 6)])
def test_over_booking_follows_who_did_not_answer_lately(store: SqlStore, missed: int, rate: float, places: int) -> None:
    world = World(store, replace(RULES, slots=SlotRules(overbooked_most=0.17)))
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    rung(world, 40, missed)
    with world.store.begin() as uow:
        assert world.engine.bookings.slots.no_answer_rate(uow) == missed / 40 == pytest.approx(rate)
    assert free(world, THREE, THREE)[0].free == places + (rate >= 0.17)


def test_few_telephones_rung_are_no_measurement_and_old_ones_do_not_count(world: World) -> None:
    rung(world, 29, 29)
    with world.store.begin() as uow:
        assert world.engine.bookings.slots.no_answer_rate(uow) == 0
    rung(world, 40, 40, days=29)
    with world.store.begin() as uow:
        assert world.engine.bookings.slots.no_answer_rate(uow) == 0


def test_who_looks_sees_the_rate_of_today_and_who_books_gets_that_of_this_hour(world: World) -> None:
    rung(world, 40, 0)
    world.book(at=THREE)
    rung(world, 40, 40, days=2)
    slots = world.engine.bookings.slots

    def seen() -> float:
        with world.store.read() as uow:
            return slots.no_answer_rate(uow)

    world.clock.advance(3 * 3600)
    assert seen() == 0
    world.book(OTHER_CUSTOMER, at=THREE + timedelta(days=1))
    assert seen() == 0.5
    rung(world, 80, 0, days=3)
    world.clock.advance(24 * 3600)
    assert seen() == 0.25


def rung(world: World, times: int, missed: int, days: int = 1) -> None:
    """So many customers' telephones rang some days ago; some were not answered."""
    at = world.clock.now() - timedelta(days=days)
    with world.store.begin() as uow:
        uow.cases.add(rows.case(f"past{days}"))
        uow.callbacks.add(rows.callback(f"old{days}", case_id=f"past{days}", status="done", number=f"+1{days}"))
        for serial in range(times):
            end = {"outcome": Outcome.NO_ANSWER} if serial < missed else {"answered_at": at}
            leg = rows.leg(f"leg{days}-{serial}", attempt_id=None, callback_id=f"old{days}", party=Party.CUSTOMER)
            leg.state, leg.placing_at, leg.ended_at = "ended", at, at  # type: ignore[assignment]
            for name, value in end.items():
                setattr(leg, name, value)
            uow.legs.add(leg)
        uow.commit()


def test_free_slots_are_listed_once_each_in_order(world: World) -> None:
    world.agent()
    set_shifts(world, "tue 15:00-16:00, wed 09:30-10:00")
    fill(world, THREE + QUARTER)
    found = free(world, world.clock.now(), world.clock.now() + timedelta(days=3))
    wednesday = datetime(2026, 3, 11, 13, 30, tzinfo=UTC)
    starts = [THREE, THREE + 2 * QUARTER, THREE + 3 * QUARTER, wednesday, wednesday + QUARTER]
    assert [(slot.at, slot.ends_at - slot.at, slot.free) for slot in found] == [(at, QUARTER, 3) for at in starts]


def test_with_calls_at_any_hour_a_day_has_every_slot_once(store: SqlStore) -> None:
    world = World(store, replace(RULES, any_hour=True))
    world.agent()
    world.clock.advance(7 * 60)
    found = free(world, world.clock.now(), world.clock.now() + timedelta(days=2))
    assert found[0].at == world.clock.now() + timedelta(minutes=3)
    assert [later.at - slot.at for slot, later in pairwise(found[1:])] == [QUARTER] * 191


def test_as_soon_as_possible_takes_a_place_until_it_has_rung(store: SqlStore) -> None:
    world = World(store)
    world.agent()
    now = world.clock.now()
    soon = world.callback(world.book())
    begins_at = soon.promised_by_at - (soon.promised_by_at - EPOCH) % QUARTER
    fill(world, max(begins_at, now), 2)
    assert refused(world, number=OTHER_CUSTOMER, at=max(begins_at, now)).reason == "full"
    world.agent_takes_it()
    world.report(world.ringing(Party.CUSTOMER), "ringing")
    assert world.book(OTHER_CUSTOMER, at=max(begins_at, now))


def test_as_soon_as_possible_is_promised_for_when_there_is_room(store: SqlStore) -> None:
    world = World(store)
    world.agent()
    first = world.callback(world.book()).promised_by_at
    begins_at = first - (first - EPOCH) % QUARTER
    fill(world, begins_at + timedelta(minutes=10), 2)
    for serial in range(3):
        world.book(f"+120255502{serial:02d}", at=begins_at + QUARTER)
    later = world.callback(world.book(OTHER_CUSTOMER))
    assert later.promised_by_at == begins_at + 3 * QUARTER
    assert later.due_at == world.clock.now(), "it may still ring at once, when an agent is free"


def test_as_soon_as_possible_is_refused_with_the_nearest_time_when_there_is_no_room_for_a_day(store: SqlStore) -> None:
    world = World(store, replace(RULES, slots=SlotRules(slot_seconds=3600)))
    world.agent()
    set_shifts(world, "tue 15:00-16:00")  # twelve customers a week
    world.clock.set(THREE)
    fill(world, THREE, 12)
    told = refused(world, number=OTHER_CUSTOMER)
    assert (told.reason, told.nearest_at) == ("full", THREE + timedelta(days=7))


def test_a_caller_for_whom_nothing_is_soon_is_offered_the_nearest_time() -> None:
    nearest_at = NOW + timedelta(days=7)
    talk = Talk(Book=heard.CallbackNotBooked("full", NOW, nearest_at=nearest_at)).presses("5", "1")
    assert talk.prompts == ["moment_full", "confirm_moment"]
    assert talk.presses("1").wanted(wanted.Book)[-1] == wanted.Book(nearest_at, CALLER.number)
