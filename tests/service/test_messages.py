"""Customers are told what becomes of their callback: by rows written with it, and only what is still true."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ivr.domain.callbacks import CallbackStatus, Party
from ivr.domain.messages import GROUPS
from ivr.domain.policies import CallbackRules
from ivr.errors import CarrierRejected
from ivr.storage import SqlStore
from tests.fakes.clock import NOON_IN_NEW_YORK
from tests.service.world import CUSTOMER, EVERYTHING, RULES, World

EMAIL = "grace@example.com"
LAND_LINE = "+8223123456"
HOUR, DAY = 3600.0, 24 * 3600.0


def telling(**more: object) -> CallbackRules:
    return replace(RULES, messages=replace(EVERYTHING, **more))  # type: ignore[arg-type]


@pytest.fixture
def told(store: SqlStore) -> World:
    """Customers are told everything, by text and by e-mail."""
    return World(store, telling())


def at(hours: float) -> datetime:
    return NOON_IN_NEW_YORK + timedelta(hours=hours)


def test_nothing_is_written_where_no_channel_is_configured(store: SqlStore) -> None:
    world = World(store, telling(texts=False, mails=False))
    callback_id = world.book(email=EMAIL, at=at(5))
    world.send()
    assert world.messages(callback_id) == []
    assert (world.messenger.sent, world.mailer.sent) == ([], [])


def test_promise_is_confirmed_once_however_often_the_outbox_runs(told: World) -> None:
    callback_id = told.book()
    assert told.messages(callback_id) == [("text", "promised", "waiting")]
    for _ in range(3):
        told.send(10)
    (text,) = told.messenger.sent
    assert text[0] == CUSTOMER
    assert text[1].startswith("promised_asap_text")
    assert "https://voice.example.com/c/" in text[1]
    assert told.messages(callback_id) == [("text", "promised", "sent")]
    assert told.kinds(callback_id)[-1] == "message_sent"


def test_customer_who_gave_an_address_is_told_by_both_ways(told: World) -> None:
    told.book(email=EMAIL)
    told.send()
    (mail,) = told.mailer.sent
    assert mail.to == EMAIL
    assert mail.calendar is not None
    assert told.messenger.said == ["promised_asap_text"]


def test_land_line_gets_no_text(told: World) -> None:
    callback_id = told.book(LAND_LINE, at=at(DAY / HOUR - 12), zone="Asia/Seoul")
    assert told.messages(callback_id) == []


def test_unproven_callback_is_told_of_only_once_it_is_proven(told: World) -> None:
    callback_id = told.book(needs_verification=True, email=EMAIL)
    told.send()
    assert told.messages(callback_id) == []
    with told.store.begin() as uow:
        callback = uow.callbacks.get(callback_id)
        assert callback is not None
        told.engine.bookings.confirm_verified(uow, callback)
        uow.commit()
    told.send()
    assert told.messenger.said == ["promised_asap_text"]


def test_callback_moved_before_it_was_told_of_is_told_of_as_it_is_now(told: World) -> None:
    callback_id = told.book()
    told.move(callback_id, at(2))
    told.send()
    assert told.messenger.said == ["moved_at_text"]
    assert ("text", "promised", "overtaken") in told.messages(callback_id)


def test_calendar_entry_keeps_its_name_and_counts_its_changes(told: World) -> None:
    callback_id = told.book(at=at(5), email=EMAIL)
    told.send()
    told.move(callback_id, at(6))
    told.send()
    told.cancel(callback_id)
    told.send()
    entries = [mail.calendar for mail in told.mailer.sent if mail.calendar]
    assert {entry.uid for entry in entries} == {callback_id}
    assert [entry.sequence for entry in entries] == [0, 1, 2]
    assert [entry.is_canceled for entry in entries] == [False, False, True]
    assert [entry.starts_at for entry in entries] == [at(5), at(6), at(6)]
    assert {mail.thread for mail in told.mailer.sent} == {callback_id}
    assert len({mail.id for mail in told.mailer.sent}) == 3


def test_whoever_asked_for_peace_is_not_told_that_it_is_granted(told: World) -> None:
    told.book()
    told.send()
    with told.store.begin() as uow:
        told.engine.do_not_call.add(uow, CUSTOMER, "asked")
        uow.commit()
    told.send()
    assert told.messenger.said == ["promised_asap_text"]


def test_named_time_far_ahead_is_reminded_of_an_hour_before(told: World) -> None:
    told.book(at=at(5))
    told.send()
    told.send(4 * HOUR - 60)
    assert told.messenger.said == ["promised_at_text"]
    told.send(60)
    assert told.messenger.said == ["promised_at_text", "reminder_text"]


def test_reminder_follows_a_callback_that_is_moved(told: World) -> None:
    callback_id = told.book(at=at(5))
    told.send()
    told.move(callback_id, at(6))
    told.send()
    told.send(4 * HOUR)
    assert told.messenger.said == ["promised_at_text", "moved_at_text"]
    told.send(HOUR)
    assert told.messenger.said == ["promised_at_text", "moved_at_text", "reminder_text"]


def test_time_close_by_is_not_reminded_of(told: World) -> None:
    callback_id = told.book(at=at(2))
    assert told.messages(callback_id) == [("text", "promised", "waiting")]


def test_customer_is_told_that_we_are_late_once_and_before_the_promise_breaks(told: World) -> None:
    callback_id = told.book(at=at(1))
    told.send()
    told.send(HOUR + 9 * 60)
    assert told.messenger.said == ["promised_at_text"]
    told.send(60)
    for _ in range(3):
        told.send(5)
    assert told.messenger.said == ["promised_at_text", "late_text"]
    assert told.clock.now() < told.callback(callback_id).promised_by_at


def test_customer_who_was_rung_in_time_is_not_told_that_we_are_late(told: World) -> None:
    told.agent()
    told.book(at=at(1))
    told.send(HOUR)
    told.misses()
    told.send(11 * 60 - 60)
    assert "late_text" not in told.messenger.said


def test_customer_who_was_missed_is_told_of_the_next_try_with_a_link(told: World) -> None:
    told.agent()
    callback_id = told.book()
    told.send()
    told.misses()
    told.send()
    assert told.messenger.said == ["promised_asap_text", "missed_text"]
    assert "/c/" in told.messenger.sent[-1][1]
    assert told.messages(callback_id)[-1] == ("text", "missed", "sent")


def test_next_try_within_minutes_is_not_told_of(told: World) -> None:
    told.agent()
    told.book()
    told.send()
    told.misses("busy")
    told.send()
    assert told.messenger.said == ["promised_asap_text"]


def test_customer_is_told_when_a_person_takes_over(told: World) -> None:
    told.agent()
    callback_id = told.book(at=at(0.5))
    told.clock.advance(HOUR / 2)
    for _ in range(3):
        told.misses()
        told.hang_up(Party.AGENT)
        told.clock.set(told.callback(callback_id).due_at)
        told.sweep()
    told.misses()
    assert told.callback(callback_id).status == CallbackStatus.NEEDS_HUMAN
    told.send()
    assert told.messenger.said[-1] == "unreached_text"


def test_window_that_closed_unserved_is_apologised_for_with_the_next_time(told: World) -> None:
    callback_id = told.book(at=at(2))
    told.send()
    told.sweep(12 * HOUR)
    assert told.callback(callback_id).reason == "window_closed"
    told.send()
    assert "postponed_text" not in told.messenger.said, "it is ten at night in New York"
    told.send(9 * HOUR)
    assert told.messenger.said[-1] == "postponed_text"


@pytest.mark.parametrize("down", [2 * HOUR, 4 * HOUR])
def test_promise_that_broke_while_we_were_down_is_offered_before_it_rings(told: World, down: float) -> None:
    told.agent()
    callback_id = told.book(at=at(1))
    told.send()
    told.tick(HOUR + 900 + down)
    offered = told.callback(callback_id)
    assert (told.phone.calls, offered.reason) == ([], "stale")
    told.send()
    assert told.messenger.said[-1] == "postponed_text"
    told.tick((offered.due_at - told.clock.now()).total_seconds())
    assert [call.party for call in told.phone.calls] == [Party.AGENT]


def test_late_promise_whose_customer_cannot_be_told_or_knows_is_rung_at_once(told: World, store: SqlStore) -> None:
    told.agent()
    told.book(at=at(1))
    told.send(HOUR + 14 * 60)
    assert told.messenger.said[-1] == "late_text"
    told.tick(2 * HOUR)
    assert told.phone.calls
    told.clock.set(at(0))
    quiet = World(store, telling(texts=False, mails=False))
    quiet.book("+12025550144", at=at(1))
    quiet.agent("Bob", "+12025550172")
    quiet.tick(3 * HOUR)
    assert quiet.phone.calls


def test_confirmation_comes_at_night_because_it_was_asked_for_just_now(told: World) -> None:
    told.clock.set(at(11))
    told.book(at=at(24))
    told.send()
    assert told.messenger.said == ["promised_at_text"]


def test_confirmation_that_was_held_up_into_the_night_waits_for_the_day(told: World) -> None:
    told.clock.set(at(11))
    callback_id = told.book(at=at(24))
    told.messenger.faults.append(CarrierRejected("away"))
    told.send()
    told.send(HOUR)
    assert told.messages(callback_id)[0] == ("text", "promised", "waiting")
    told.clock.set(at(20))
    told.send()
    assert told.messenger.said == ["promised_at_text"]


def test_link_leads_to_the_callback_until_a_week_after_its_window(told: World) -> None:
    callback_id = told.book()
    told.send()
    token = told.messenger.sent[0][1].split("/c/")[1].split(" ")[0]
    assert told.engine.links.callback_of(token, told.clock.now()) == callback_id
    assert token not in callback_id
    assert len(token) == 43


def test_one_number_gets_no_flood_and_all_together_stay_below_the_days_cap(store: SqlStore) -> None:
    world = World(store, telling(texts_per_number_per_day=2, texts_per_day=3))
    callback_id = world.book()
    for hours in (2, 3, 4):
        world.send()
        world.move(callback_id, at(hours))
    world.send()
    assert len(world.messenger.sent) == 2
    other_id = world.book("+12025550144")
    world.send()
    assert len(world.messenger.sent) == 3
    world.cancel(other_id)
    world.send()
    assert world.messages(other_id)[-1] == ("text", "canceled", "too_many")


def test_kinds_that_are_switched_off_are_not_written(store: SqlStore) -> None:
    world = World(store, telling(kinds=GROUPS["reminder"]))
    assert world.messages(world.book(at=at(5))) == [("text", "reminder", "waiting")]
