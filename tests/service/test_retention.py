"""Small rows go when nothing can ask for them any more."""

from datetime import timedelta

from ivr.service.limits import is_left_alone, leave_alone
from ivr.service.rounds import EVERY
from tests.service.world import CUSTOMER, World


def note(world: World, key: str) -> object:
    with world.store.read() as uow:
        return uow.guards.get_note(key)


def test_rows_are_swept_every_ten_minutes_by_the_clock(world: World) -> None:
    world.engine.retention.sweep()
    with world.store.begin() as uow:
        uow.guards.set_note("over", {}, expires_at=world.clock.now())
        uow.commit()
    world.clock.advance(EVERY.total_seconds() - 1)
    world.engine.retention.sweep()
    assert note(world, "over") is not None
    world.clock.advance(1)
    world.engine.retention.sweep()
    assert note(world, "over") is None


def test_number_stays_left_alone_until_its_day_is_over(world: World) -> None:
    until = world.clock.now() + timedelta(days=1)
    with world.store.begin() as uow:
        leave_alone(uow, CUSTOMER, until)
        uow.commit()
    world.clock.set(until - timedelta(seconds=1))
    world.engine.retention.sweep()
    with world.store.read() as uow:
        assert is_left_alone(uow, CUSTOMER, world.clock.now())
        assert not is_left_alone(uow, CUSTOMER, until)
