"""A number typed on the web is proven before it is rung."""

from datetime import timedelta

import pytest

from ivr.domain.callbacks import CallbackStatus
from ivr.errors import CallbackRefused, NotFound
from ivr.service.booking import AlreadyBooked
from tests.service.world import CUSTOMER, World


def ask(world: World) -> tuple[str, str]:
    """A callback from the web and the code that was texted."""
    callback = world.book(needs_verification=True, source="web")
    return callback, send(world, callback)


def send(world: World, callback: str) -> str:
    with world.store.begin() as uow:
        row = uow.callbacks.get(callback)
        assert row is not None
        actions = world.engine.verification.start(uow, row)
        uow.commit()
    world.engine.afterwards.run(actions)
    return world.messenger.sent[-1][1].split()[-1]


def confirm(world: World, callback: str, code: str) -> None:
    with world.store.begin() as uow:
        world.engine.verification.confirm(uow, callback, code)
        uow.commit()


def why(world: World, callback: str, code: str) -> str:
    with pytest.raises(CallbackRefused) as refused:
        confirm(world, callback, code)
    return refused.value.reason


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_unproven_number_is_never_dialed(world: World) -> None:
    world.agent()
    ask(world)
    world.tick(30)
    assert world.phone.calls == []


def test_right_code_schedules_the_callback_in_its_true_window(world: World) -> None:
    callback, code = ask(world)
    assert world.messenger.sent[0][0] == CUSTOMER
    confirm(world, callback, f" {code} ")
    row = world.callback(callback)
    assert row.status == CallbackStatus.SCHEDULED
    assert row.closes_at - row.due_at > timedelta(hours=1)
    world.agent()
    world.tick()
    assert len(world.phone.calls) == 1


def test_code_is_kept_as_a_hash_only(world: World) -> None:
    callback, code = ask(world)
    with world.store.read() as uow:
        kept = uow.verifications.of_callback(callback)
        events = str([event.data for event in uow.events.recent(50)])
    assert kept is not None
    assert code not in kept.code_hash
    assert code not in events


def test_fifth_wrong_code_locks_even_the_right_one_out(world: World) -> None:
    callback, code = ask(world)
    assert [why(world, callback, wrong(code)) for _ in range(5)] == ["code"] * 5
    assert why(world, callback, code) == "locked"
    assert world.callback(callback).status == CallbackStatus.UNVERIFIED


def test_code_is_good_for_ten_minutes(world: World) -> None:
    callback, code = ask(world)
    world.clock.advance(600)
    assert why(world, callback, code) == "code"


def test_code_works_once(world: World) -> None:
    callback, code = ask(world)
    confirm(world, callback, code)
    assert why(world, callback, code) == "code"


def test_newer_code_replaces_the_older(world: World) -> None:
    callback, first = ask(world)
    world.clock.advance(1)
    second = send(world, callback)
    if first != second:
        assert why(world, callback, first) == "code"
    confirm(world, callback, second)


def test_code_of_another_callback_is_wrong(world: World) -> None:
    callback, code = ask(world)
    other = world.book("+12025550144", needs_verification=True)
    other_code = send(world, other)
    if code != other_code:
        assert why(world, callback, other_code) == "code"


def test_fourth_code_to_a_number_in_a_day_is_refused(world: World) -> None:
    callback, _ = ask(world)
    send(world, callback)
    send(world, callback)
    with pytest.raises(CallbackRefused) as refused:
        send(world, callback)
    assert refused.value.reason == "limit"


def test_unproven_callback_expires_and_frees_the_number(world: World) -> None:
    callback, _ = ask(world)
    world.sweep(601)
    row = world.callback(callback)
    assert (row.status, row.reason) == (CallbackStatus.EXPIRED, "unverified")
    assert world.is_open(world.book())


def test_owner_on_the_phone_is_not_held_up_by_an_unproven_request(world: World) -> None:
    unproven, _ = ask(world)
    proven = world.book()
    assert world.is_open(proven)
    assert (world.callback(unproven).status, world.callback(unproven).reason) == (CallbackStatus.CANCELED, "replaced")


def test_stranger_uses_up_nothing_of_the_numbers_own_bookings(world: World) -> None:
    for _ in range(3):
        world.cancel(ask(world)[0])
    for _ in range(3):
        world.cancel(world.book())
    with pytest.raises(CallbackRefused) as refused:
        world.book()
    assert refused.value.reason == "too_many_today"


def test_proven_web_requests_count_for_the_number(world: World) -> None:
    for _ in range(3):
        callback, code = ask(world)
        confirm(world, callback, code)
        world.cancel(callback)
    with pytest.raises(CallbackRefused) as refused:
        world.book(needs_verification=True, source="web")
    assert refused.value.reason == "too_many_today"


def test_second_unproven_request_is_told_that_one_exists(world: World) -> None:
    ask(world)
    with pytest.raises(AlreadyBooked):
        ask(world)


def test_callback_without_a_code_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        confirm(world, world.book(), "123456")
