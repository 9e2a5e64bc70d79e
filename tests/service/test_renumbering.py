"""A callback that is to ring another number keeps its place, its promise and its tries' rest."""

from datetime import timedelta

import pytest

from ivr.domain.callbacks import CallbackStatus, Party
from ivr.errors import CallbackRefused, IllegalMove, NumberRefused
from ivr.service.booking import AlreadyBooked
from ivr.service.renumbering import change_number
from tests.service.world import CUSTOMER, OTHER_CUSTOMER, World, audited

LATE_THERE = "+14155550143"
"""In California, where it is three hours earlier than in New York."""


def change(world: World, callback: str, number: str) -> None:
    with world.store.begin() as uow:
        _, actions = change_number(world.engine.bookings, uow, callback, number)
        uow.commit()
    world.engine.afterwards.run(actions)
    world.deliver()


def test_place_and_promise_are_kept_and_the_new_number_is_rung_and_told(world: World) -> None:
    world.agent()
    callback = world.book()
    before = world.callback(callback)
    world.clock.advance(60)
    change(world, callback, "(202) 555-0144")
    after = world.callback(callback)
    assert (after.number, after.ticket_at, after.promised_by_at) == (
        OTHER_CUSTOMER,
        before.ticket_at,
        before.promised_by_at,
    )
    world.agent_takes_it()
    assert [call.to for call in world.phone.live()][1:] == [OTHER_CUSTOMER]
    assert "callback_renumbered" in world.kinds(callback)
    assert ("text", "moved", "waiting") in world.messages(callback)
    assert audited(world) == []


def test_what_rings_at_the_old_number_stops(world: World) -> None:
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    change(world, callback, OTHER_CUSTOMER)
    assert world.phone.live(CUSTOMER) == []
    assert world.callback(callback).status == CallbackStatus.SCHEDULED
    assert audited(world) == []


def test_number_missed_before_gets_its_tries_anew(world: World) -> None:
    world.agent()
    callback = world.book()
    world.misses()
    change(world, callback, OTHER_CUSTOMER)
    after = world.callback(callback)
    assert (after.tries, after.due_at <= world.clock.now()) == (0, True)
    assert world.legs(callback, Party.CUSTOMER)[0].number == CUSTOMER


def test_hours_of_the_new_number_count(world: World) -> None:
    world.clock.advance(-3 * 3600 + 60)  # nine in New York, six in California
    callback = world.book()
    change(world, callback, LATE_THERE)
    after = world.callback(callback)
    assert after.due_at - world.clock.now() > timedelta(hours=2, minutes=50)
    assert (after.zone, after.promised_by_at > after.due_at) == ("America/Los_Angeles", True)


def test_numbers_that_cannot_be_had_change_nothing(world: World) -> None:
    callback, other = world.book(), world.book("+12025550199")
    with world.store.begin() as uow:
        uow.guards.add_do_not_call("+12025550188", world.clock.now(), "asked")
        uow.commit()
    for number, error in (
        ("+12025550199", AlreadyBooked),
        ("+12025550188", CallbackRefused),
        ("+19005550143", NumberRefused),
    ):
        with pytest.raises(error):
            change(world, callback, number)
    world.cancel(other)
    with pytest.raises(IllegalMove):
        change(world, other, OTHER_CUSTOMER)
    assert world.callback(callback).number == CUSTOMER
    assert "callback_renumbered" not in world.kinds(callback)


def test_same_number_is_no_change(world: World) -> None:
    callback = world.book()
    change(world, callback, "202 555 0143")
    assert world.callback(callback).version == 1
