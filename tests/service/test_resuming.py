"""Codes keep a place in line for whoever phones in with them, from any telephone; guessing is bounded."""

from dataclasses import replace

import pytest

from ivr.domain.callbacks import CallbackStatus, Party
from ivr.domain.calls import Call
from ivr.domain.cases import Case
from ivr.domain.policies import ResumeRules
from ivr.domain.turn import Spelled
from ivr.service.line import own_callback
from ivr.service.resuming import Found, ResumeCodes
from ivr.storage import SqlStore
from tests.service.world import CUSTOMER, OTHER_CUSTOMER, RULES, World

STRANGER = "+12025550199"
RESUME = ResumeRules(per_number_per_day=3, withheld_per_day=4, per_day=6)


@pytest.fixture
def world(store: SqlStore) -> World:
    return World(store, replace(RULES, resume=RESUME))


def phones_in(world: World, code: str, number: str | None = STRANGER, sid: str = "7") -> Found:
    """Somebody tells a code in a call."""
    codes = ResumeCodes(world.clock, world.rules.resume)
    with world.store.begin() as uow:
        call = uow.calls.get(f"CA{sid:0>32}")
        if call is None:
            call = Call(sid=f"CA{sid:0>32}", from_number=number, started_at=world.clock.now())
            uow.calls.add(call)
        found = codes.take_up(uow, call, code)
        uow.commit()
    return found


def code_of(world: World, callback_id: str) -> str:
    return world.callback(callback_id).resume_code


def test_every_callback_has_a_code_of_its_own(world: World) -> None:
    codes = {code_of(world, world.book(f"+120255501{i:02}")) for i in range(10)}
    assert len(codes) == 10
    assert {(len(code), code.isdigit()) for code in codes} == {(6, True)}


def test_code_keeps_the_place_from_any_telephone_and_the_callback_rests_meanwhile(world: World) -> None:
    callback_id = world.book()
    world.clock.advance(60)
    assert phones_in(world, code_of(world, callback_id)).callback is not None
    world.agent()
    world.tick()
    assert world.phone.live() == []
    with world.store.begin() as uow:
        call, case = uow.calls.get("CA" + "7".zfill(32)), uow.cases.get(world.callback(callback_id).case_id)
        assert isinstance(call, Call)
        assert isinstance(case, Case)
        own = own_callback(uow, call)
        assert own is not None
        assert own.id == callback_id
        assert world.engine.line.enter(uow, call, case).ticket_at == world.callback(callback_id).ticket_at
        uow.commit()


def test_caller_who_hangs_up_after_telling_the_code_is_called_back_as_promised(world: World) -> None:
    callback_id = world.book()
    phones_in(world, code_of(world, callback_id))
    world.agent()
    with world.store.begin() as uow:
        call = uow.calls.get("CA" + "7".zfill(32))
        assert call is not None
        call.ended_at = world.clock.now()
        uow.commit()
    world.tick()
    assert [call.party for call in world.phone.live()] == [Party.AGENT]


def test_wrong_code_and_codes_of_what_has_ended_lead_nowhere(world: World) -> None:
    callback_id = world.book()
    code = code_of(world, callback_id)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert phones_in(world, wrong) == Found(None)
    world.cancel(callback_id)
    assert phones_in(world, code) == Found(None)


def test_code_of_a_number_that_nobody_has_proven_leads_nowhere(world: World) -> None:
    callback_id = world.book(source="web", needs_verification=True)
    assert phones_in(world, code_of(world, callback_id)) == Found(None)


def test_callback_that_waits_for_a_person_is_found(world: World) -> None:
    callback_id = world.book()
    with world.store.begin() as uow:
        callback = uow.callbacks.get(callback_id)
        assert callback is not None
        callback.move(CallbackStatus.NEEDS_HUMAN)
        uow.commit()
    found = phones_in(world, code_of(world, callback_id)).callback
    assert found is not None
    assert found.id == callback_id


def test_guessing_is_over_after_a_few_tries_from_one_number_even_with_the_right_code(world: World) -> None:
    code = code_of(world, world.book())
    assert [phones_in(world, "000000" if code != "000000" else "000001").locked for _ in range(3)] == [False] * 3
    assert phones_in(world, code) == Found(None, locked=True)
    assert phones_in(world, code, OTHER_CUSTOMER, sid="8").callback is not None
    world.clock.advance(24 * 3600 + 1)
    assert phones_in(world, code).callback is not None


def test_guessing_is_bounded_for_callers_without_a_number_and_for_all_together(world: World) -> None:
    code = code_of(world, world.book())
    withheld = [phones_in(world, code, None, sid=str(i)).locked for i in range(10, 15)]
    assert withheld == [False, False, False, False, True]
    everybody = [phones_in(world, code, f"+120255501{i:02}", sid=str(i)).locked for i in range(20, 24)]
    assert everybody == [False, False, True, True]


def test_voicemail_and_the_text_between_two_tries_tell_the_code(world: World) -> None:
    world.agent()
    callback_id = world.book()
    code = code_of(world, callback_id)
    world.send()
    world.agent_takes_it()
    world.picks_up()
    world.verdict("machine_end_beep")
    left = world.engine.legs.present(world.ringing(Party.CUSTOMER).leg_id)
    assert left.say[0].args["code"] == Spelled(code)
    world.hang_up(Party.CUSTOMER)
    world.send()
    number, text = world.messenger.sent[-1]
    assert (number, text.split()[0], code in text.split()) == (CUSTOMER, "missed_text", True)
