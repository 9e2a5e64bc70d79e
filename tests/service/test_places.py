"""A caller on hold who is cut off comes back to the old place: by the number, or by the code where none is shown."""

from dataclasses import replace
from typing import Any

import pytest

from ivr.domain.calls import Call
from ivr.domain.dialogue.heard import CodeFound, HeldPlace, InLine
from ivr.service.resuming import ResumeCodes
from ivr.service.scenes import Scene
from tests.service.world import CUSTOMER, OTHER_CUSTOMER, RULES, World

FIRST, AGAIN, OTHER = "CA" + "1" * 32, "CA" + "2" * 32, "CA" + "3" * 32
KEPT = RULES.line.place_seconds


def phones_in(world: World, sid: str, number: str | None) -> Call:
    call = Call(sid=sid, from_number=number, started_at=world.clock.now())
    with world.store.begin() as uow:
        uow.calls.add(call)
        uow.commit()
    return call


def waits(world: World, sid: str, number: str | None, case: str, before: str = "") -> InLine:
    """Somebody joins the line; `before`: the call in which they were cut off."""

    def step(scene: Scene) -> InLine:
        call, found = scene.uow.calls.get(sid), scene.uow.cases.get(case)
        assert call is not None
        assert found is not None
        return world.engine.places.enter(scene, call, found, before)

    if world.engine.scenes.store.read().calls.get(sid) is None:
        phones_in(world, sid, number)
    return world.engine.scenes.run(step)


def offered(world: World, number: str = CUSTOMER) -> HeldPlace | None:
    with world.store.read() as uow:
        return world.engine.places.of_number(uow, number, world.clock.now())


def line(world: World) -> list[str]:
    with world.store.read() as uow:
        return [hold.call_sid for hold in uow.holds.waiting()]


@pytest.fixture
def cut_off(world: World) -> World:
    """A customer waited, another one came later, and the first one's call dropped."""
    waits(world, FIRST, CUSTOMER, world.case())
    world.clock.advance(60)
    waits(world, OTHER, OTHER_CUSTOMER, world.case(OTHER_CUSTOMER))
    world.clock.advance(60)
    world.engine.held.caller_left(FIRST)
    return world


def comes_back(world: World) -> None:
    place = offered(world)
    assert place is not None
    waits(world, AGAIN, CUSTOMER, place.case_id, place.call_sid)


def test_caller_who_phones_again_from_the_same_number_is_first_again(cut_off: World) -> None:
    assert line(cut_off) == [OTHER]
    cut_off.clock.advance(KEPT - 5)
    comes_back(cut_off)
    assert line(cut_off) == [AGAIN, OTHER]


def test_place_expires(cut_off: World) -> None:
    place = offered(cut_off)
    assert place is not None
    cut_off.clock.advance(KEPT + 1)
    assert offered(cut_off) is None
    waits(cut_off, AGAIN, CUSTOMER, place.case_id, place.call_sid)
    assert line(cut_off) == [OTHER, AGAIN], "said yes a second too late"


def test_place_is_given_back_once(cut_off: World) -> None:
    comes_back(cut_off)
    assert offered(cut_off) is None


def test_place_survives_a_second_drop(cut_off: World) -> None:
    comes_back(cut_off)
    cut_off.engine.held.caller_left(AGAIN)
    place = offered(cut_off)
    assert place is not None
    assert place.call_sid == AGAIN
    waits(cut_off, "CA" + "4" * 32, CUSTOMER, place.case_id, place.call_sid)
    assert line(cut_off)[0] == "CA" + "4" * 32


def test_other_numbers_are_offered_nothing(cut_off: World) -> None:
    assert offered(cut_off, OTHER_CUSTOMER) is None


def test_who_was_served_or_took_a_callback_has_no_place_left(world: World) -> None:
    waits(world, FIRST, CUSTOMER, world.case())
    with world.store.begin() as uow:
        hold = uow.holds.get(FIRST)
        assert hold is not None
        hold.status = "left"
        uow.commit()
    world.engine.held.caller_left(FIRST)
    assert offered(world) is None


def test_withheld_number_is_told_a_code_that_leads_back_once_they_were_cut_off(world: World) -> None:
    told = waits(world, FIRST, None, world.case())
    assert len(told.code) == 6
    assert told.kept_seconds == KEPT
    assert by_code(world, told.code) is None, "they still wait"
    world.engine.held.caller_left(FIRST)
    found = by_code(world, told.code)
    assert found is not None
    assert (found.callback, found.place) == (None, FIRST)


def by_code(world: World, code: str) -> CodeFound | None:
    def step(scene: Scene) -> Any:
        call = scene.uow.calls.get(AGAIN)
        assert call is not None
        return ResumeCodes(world.clock, world.rules.resume).answer(scene.uow, call, code)

    if world.engine.scenes.store.read().calls.get(AGAIN) is None:
        phones_in(world, AGAIN, OTHER_CUSTOMER)
    found = world.engine.scenes.run(step)
    return found if isinstance(found, CodeFound) else None


def test_nothing_is_kept_or_promised_when_it_is_switched_off(world: World) -> None:
    world.rules = replace(RULES, line=replace(RULES.line, place_seconds=0))
    world.start()
    assert waits(world, FIRST, None, world.case()).code == ""
    world.engine.held.caller_left(FIRST)
    assert offered(world) is None


def test_old_places_and_their_codes_are_forgotten_also_of_those_who_were_served(world: World) -> None:
    told = waits(world, FIRST, None, world.case())
    world.clock.advance(8 * 86400)
    world.engine.retention.sweep()
    with world.store.read() as uow:
        assert not uow.places.has_code(told.code)
