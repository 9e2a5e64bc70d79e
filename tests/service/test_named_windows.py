"""Windows that customers name: rung first by their end, from the first moment in them that is free."""

from datetime import datetime, timedelta

import pytest

from ivr.domain.promised import told_until
from ivr.domain.turn import At, Say
from ivr.errors import CallbackRefused
from ivr.service.renumbering import change_number
from ivr.storage import SqlStore
from tests.fakes.messenger import KeySpeaker
from tests.service.test_slots import QUARTER, THREE, fill, refused
from tests.service.world import OTHER_CUSTOMER, World, audited

HOUR = timedelta(hours=1)
FIVE = THREE + 2 * HOUR


def test_window_is_due_at_its_begin_and_promised_by_its_end(world: World) -> None:
    row = world.callback(world.book(at=THREE, until=FIVE))
    assert (row.asap, row.due_at, row.promised_by_at, told_until(row)) == (False, THREE, FIVE, FIVE)
    assert row.closes_at == THREE + 4 * HOUR


def test_it_is_due_when_a_slot_in_it_is_free(store: SqlStore) -> None:
    world = World(store)
    world.agent()
    fill(world, THREE)
    row = world.callback(world.book(at=THREE, until=FIVE))
    assert (row.due_at, row.promised_by_at) == (THREE + QUARTER, FIVE)


def test_full_window_is_refused_with_the_nearest_free_moment(store: SqlStore) -> None:
    world = World(store)
    world.agent()
    fill(world, THREE)
    for serial in range(3):
        world.book(f"+120255501{serial + 60}", at=THREE + QUARTER)
    told = refused(world, at=THREE, until=THREE + 2 * QUARTER)
    assert (told.reason, told.nearest_at) == ("full", THREE + 2 * QUARTER)


def test_what_is_left_of_a_window_is_told_as_a_moment_once_it_is_short(store: SqlStore) -> None:
    world = World(store)
    world.agent()
    fill(world, THREE)
    row = world.callback(world.book(at=THREE, until=THREE + 2 * QUARTER))
    assert (row.due_at, row.promised_by_at, told_until(row)) == (THREE + QUARTER, THREE + 2 * QUARTER, None)


def test_window_that_has_begun_goes_on_from_now_and_one_past_closing_ends_then(world: World) -> None:
    now = world.clock.now()
    assert world.callback(world.book(at=now - HOUR, until=now + HOUR)).due_at == now
    closes_at = THREE + 4 * HOUR
    assert world.callback(world.book(OTHER_CUSTOMER, at=FIVE, until=FIVE + 4 * HOUR)).promised_by_at == closes_at


def test_window_that_is_over_or_closed_is_refused(world: World) -> None:
    now = world.clock.now()
    with pytest.raises(CallbackRefused) as over:
        world.book(at=now - 2 * HOUR, until=now - HOUR)
    assert over.value.reason == "past"
    assert refused(world, at=THREE + 5 * HOUR, until=THREE + 7 * HOUR).reason == "hours"


def test_moment_is_moved_to_a_window_and_back(world: World) -> None:
    callback_id = world.book(at=THREE)
    for until in (FIVE, None):
        with world.store.begin() as uow:
            world.engine.bookings.move(uow, callback_id, at=THREE, until=until)
            uow.commit()
        assert told_until(world.callback(callback_id)) == until


def test_late_in_a_window_another_number_is_rung_by_the_same_end(world: World) -> None:
    callback_id = world.book(at=THREE, until=FIVE)
    for passed, number in ((HOUR, "+12025550188"), (2 * HOUR - timedelta(minutes=20), "+12025550189")):
        world.clock.set(THREE + passed)
        with world.store.begin() as uow:
            change_number(world.engine.bookings, uow, callback_id, number)
            uow.commit()
        row = world.callback(callback_id)
        assert (row.number, row.promised_by_at) == (number, FIVE)


def test_ring_in_the_second_hour_of_a_window_keeps_it(world: World) -> None:
    callback_id = world.book(at=THREE, until=FIVE)
    world.clock.set(FIVE - QUARTER)
    world.agent()
    world.agent_takes_it()
    world.picks_up()
    assert world.callback(callback_id).was_kept
    assert audited(world) == []


class Listening(KeySpeaker):
    """Keeps until when it told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, datetime | None]] = []

    def text(self, locale: str, say: Say) -> str:
        when = say.args.get("when")
        if isinstance(when, At):
            self.told.append((say.key, when.until))
        return super().text(locale, say)


def test_text_messages_tell_the_window(world: World) -> None:
    world.speaker = speaker = Listening()
    world.start()
    world.book(at=THREE + 2 * HOUR, until=FIVE + 2 * HOUR)
    world.send()
    world.send(4 * HOUR.total_seconds())
    assert speaker.told == [("promised_at_text", FIVE + 2 * HOUR), ("reminder_text", FIVE + 2 * HOUR)]
