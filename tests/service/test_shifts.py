"""Shifts: who is outside them is not rung, is not counted in a wait, and promises wait for who comes next."""

from datetime import timedelta

from ivr.domain.callbacks import CallbackStatus, Party
from ivr.domain.shifts import read_shifts
from ivr.storage import SqlStore
from tests.service.test_line import estimate
from tests.service.world import OTHER_AGENT, World

ZONE = "America/New_York"
HOUR = 3600
"""It is Tuesday noon in New York."""


def set_shifts(world: World, text: str, name: str = "Ada", zone: str = ZONE) -> None:
    with world.store.begin() as uow:
        agent = uow.agents.get(name)
        assert agent is not None
        agent.shifts = read_shifts(text, zone) if text else []
        uow.commit()


def test_who_is_off_shift_is_not_rung_until_the_shift_begins(store: SqlStore) -> None:
    world = World(store)
    world.agent()
    set_shifts(world, "mon-fri 13:00-17:00")
    callback = world.book()
    world.tick()
    assert world.phone.calls == []
    world.tick(HOUR)
    assert world.ringing(Party.AGENT).to == world.agent_row().number
    assert world.callback(callback).status == CallbackStatus.DIALING


def test_who_is_on_shift_is_rung_in_the_place_of_who_is_not(world: World) -> None:
    world.agent()
    world.clock.advance(1)
    world.agent("Bob", OTHER_AGENT)
    set_shifts(world, "mon-fri 13:00-17:00")
    world.book()
    world.tick()
    assert [call.to for call in world.phone.calls] == [OTHER_AGENT]


def test_a_wait_is_told_until_the_first_shift_begins(world: World) -> None:
    world.agent()
    set_shifts(world, "mon-fri 13:30-17:00")
    told = estimate(world)
    assert (told.low_seconds, told.high_seconds) == (5400, 9000)
    assert (told.staffed, told.agent_free, told.shut_seconds) == (False, False, 5400)


def test_who_is_off_shift_makes_nobodys_wait_shorter(world: World) -> None:
    world.agent()
    world.agent("Bob", OTHER_AGENT)
    set_shifts(world, "mon-fri 13:30-17:00")
    world.book()
    assert not estimate(world).agent_free


def test_as_soon_as_possible_is_promised_for_after_the_night(world: World) -> None:
    world.agent()
    set_shifts(world, "wed 10:00-17:00")
    callback = world.callback(world.book())
    opens_at = world.clock.now() + timedelta(hours=22)
    assert opens_at < callback.promised_by_at <= opens_at + timedelta(hours=2)


def test_new_shifts_take_the_place_of_the_old_and_none_means_always(store: SqlStore) -> None:
    world = World(store)
    world.agent()
    set_shifts(world, "mon-fri 09:00-17:00, sat 22:00-02:00")
    set_shifts(world, "mon-tue 09:00-12:00")
    assert [(s.weekday, s.opens, s.closes, s.zone) for s in world.agent_row().shifts] == [
        (0, 540, 720, ZONE),
        (1, 540, 720, ZONE),
    ]
    set_shifts(world, "")
    assert world.agent_row().shifts == []
