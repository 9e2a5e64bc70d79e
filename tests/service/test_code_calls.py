"""A code that is told on the telephone: only to whoever presses 1, never outside the rules, never twice at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.domain.callbacks import CallbackStatus, LegState, Party
from ivr.domain.policies import CallbackRules, DialRules
from ivr.domain.turn import Next, Spelled, Turn
from ivr.errors import CallbackRefused
from tests.fakes.phone import Fault
from tests.service.world import CUSTOMER, RULES, World, spoken

LAND_LINE = "+82212345678"


def ask(world: World, number: str = CUSTOMER, **how: Any) -> str:
    """A callback from the web whose code is to be told by a call."""
    callback = world.book(number, needs_verification=True, source="web")
    send(world, callback, **{"channel": "call", **how})
    return callback


def send(world: World, callback: str, **how: Any) -> None:
    world.clock.advance(1)  # the newest code counts: no two at one instant
    with world.store.begin() as uow:
        row = uow.callbacks.get(callback)
        assert row is not None
        actions = world.engine.verification.start(uow, row, **how)
        uow.commit()
    world.engine.afterwards.run(actions)


def refusal(world: World, number: str = CUSTOMER, **how: Any) -> str:
    with pytest.raises(CallbackRefused) as refused:
        ask(world, number, **how)
    return refused.value.reason


def press(world: World, key: str | None, turn: int) -> Turn:
    result = world.engine.legs.keyed(world.ringing(Party.UNPROVEN).leg_id, key, turn=turn)
    world.deliver()
    return result


def confirm(world: World, callback: str, code: str) -> None:
    with world.store.begin() as uow:
        world.engine.verification.confirm(uow, callback, code)
        uow.commit()


def code_in(turn: Turn) -> str:
    (code,) = {arg.digits for say in turn.say for arg in say.args.values() if isinstance(arg, Spelled)}
    return code


def leg_of(world: World, callback: str) -> Any:
    with world.store.read() as uow:
        verification = uow.verifications.of_callback(callback)
        assert verification is not None
        return uow.legs.get(verification.leg_id or "")


def state(world: World, callback: str) -> str:
    with world.store.read() as uow:
        row = uow.callbacks.get(callback)
        assert row is not None
        return world.engine.verification.call_state(uow, row)


def test_whoever_presses_1_hears_the_code_twice_and_slowly_and_it_proves_the_number(world: World) -> None:
    callback = ask(world)
    world.tick()
    assert spoken(world.answer(Party.UNPROVEN)) == ["code_call", "code_call_again"]
    told = press(world, "1", 1)
    assert spoken(told) == ["code_call_code", "code_call_once_more", "code_call_keys"]
    assert (told.slow, told.pause_seconds > 0) == (True, True)
    confirm(world, callback, code_in(told))
    row = world.callback(callback)
    assert (row.status, row.first_rung_at) == (CallbackStatus.SCHEDULED, None)


def test_key_9_reads_the_same_code_again_but_not_for_ever(world: World) -> None:
    ask(world)
    world.tick()
    world.answer(Party.UNPROVEN)
    first = press(world, "1", 1)
    turn = first
    for _ in range(world.rules.verification.tellings):
        again = press(world, "9", turn.number)
        assert code_in(again) == code_in(first)
        turn = again
    assert press(world, "9", turn.number).next is Next.HANG_UP


def test_every_process_reads_out_the_same_code(world: World) -> None:
    ask(world)
    world.tick()
    world.answer(Party.UNPROVEN)
    first = press(world, "1", 1)
    world.restart()
    assert code_in(press(world, "1", 1)) == code_in(first)


def test_answering_machine_that_presses_nothing_gets_no_code(world: World) -> None:
    callback = ask(world)
    world.tick()
    world.answer(Party.UNPROVEN)
    assert spoken(press(world, None, 1)) == ["code_call_again"]
    last = press(world, None, 2)
    assert (spoken(last), last.next) == (["code_call_bye"], Next.HANG_UP)
    with world.store.read() as uow:
        verification = uow.verifications.of_callback(callback)
    assert verification is not None
    assert verification.code_hash == ""
    for guess in ("", "000000"):
        with pytest.raises(CallbackRefused, match="not right"):
            confirm(world, callback, guess)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_key_2_withdraws_the_request_and_leaves_the_number_alone_for_the_day(world: World, turn: int) -> None:
    callback = ask(world)
    world.tick()
    world.answer(Party.UNPROVEN)
    last = press(world, "2", turn)
    assert (spoken(last), last.next) == (["code_call_refused"], Next.HANG_UP)
    assert world.phone.live(CUSTOMER)
    world.hang_up(Party.UNPROVEN)
    row = world.callback(callback)
    assert (row.status, row.reason, row.was_kept) == (CallbackStatus.CANCELED, "canceled_by_owner", None)
    assert refusal(world) == "left_alone"
    with pytest.raises(CallbackRefused, match="today"):
        world.book(source="api")
    phoned_in = world.book()
    assert world.is_open(phoned_in)
    world.cancel(phoned_in)
    world.clock.advance(86_401)
    assert world.callback(ask(world)).status == CallbackStatus.UNVERIFIED


def test_land_line_is_called_and_a_mobile_is_texted_unless_asked_otherwise(world: World) -> None:
    world.clock.set(datetime(2026, 3, 11, 3, tzinfo=UTC))  # noon in Seoul
    landed = ask(world, LAND_LINE, channel="")
    assert state(world, landed) == "waiting"
    assert world.messenger.sent == []
    world.clock.set(datetime(2026, 3, 11, 16, tzinfo=UTC))
    texted = ask(world, channel="")
    assert (state(world, texted), len(world.messenger.sent)) == ("", 1)


def test_no_number_is_rung_for_a_code_outside_its_hours(world: World) -> None:
    world.clock.set(datetime(2026, 3, 11, 3, tzinfo=UTC))  # 11 at night in New York
    assert refusal(world) == "call_hours"


def test_code_for_a_promise_of_tomorrow_is_told_today(world: World) -> None:
    callback = ask(world)
    with world.store.begin() as uow:
        row = uow.callbacks.get(callback)
        assert row is not None
        row.due_at = world.clock.now() + timedelta(days=1)
        uow.commit()
    world.tick()
    assert spoken(world.answer(Party.UNPROVEN)) == ["code_call", "code_call_again"]


def test_hours_are_looked_at_again_at_the_dial(world: World) -> None:
    world.clock.set(datetime(2026, 3, 10, 22, 57, tzinfo=UTC))  # two minutes and a bit are left
    callback = ask(world)
    world.tick(120)
    assert world.phone.calls == []
    assert leg_of(world, callback).state == LegState.ENDED


def test_number_on_the_do_not_call_list_is_not_rung_although_a_code_was_asked_for(world: World) -> None:
    callback = ask(world)
    with world.store.begin() as uow:
        uow.guards.add_do_not_call(CUSTOMER, world.clock.now(), "asked")
        uow.commit()
    world.tick()
    assert world.phone.calls == []
    assert state(world, callback) == "missed"


def test_one_call_at_a_time_to_one_number(world: World) -> None:
    callback = ask(world)
    with pytest.raises(CallbackRefused) as refused:
        send(world, callback, channel="call")
    assert refused.value.reason == "ringing"
    world.tick()
    assert len(world.phone.live(CUSTOMER)) == 1


def test_promise_is_not_dialed_while_the_code_is_told(world: World) -> None:
    world.agent()
    callback = ask(world)
    world.tick()
    world.answer(Party.UNPROVEN)
    confirm(world, callback, code_in(press(world, "1", 1)))
    world.tick(1)
    assert [call.party for call in world.phone.live()] == [Party.UNPROVEN]
    world.hang_up(Party.UNPROVEN)
    world.agent_takes_it()
    world.answer(Party.CUSTOMER)
    assert world.callback(callback).first_rung_at is not None


def test_daily_cap_holds_for_calls_that_tell_codes(new_store: Any) -> None:
    world = World(new_store(), CallbackRules(dial=DialRules(dials_per_second=0, dials_per_day=1)))
    ask(world)
    world.tick()
    assert refusal(world, "+12025550144") == "no_calls_now"


def test_codes_by_text_and_call_share_one_limit_of_the_number(world: World) -> None:
    callback = ask(world, channel="text")
    send(world, callback, channel="text")
    send(world, callback, channel="call")
    world.tick()
    world.report(world.ringing(Party.UNPROVEN), "ringing", "busy")
    with pytest.raises(CallbackRefused) as refused:
        send(world, callback, channel="call")
    assert refused.value.reason == "limit"


def test_one_address_asks_for_so_many_codes_a_day(world: World) -> None:
    most = RULES.verification.per_address_per_day
    for number in range(most):
        ask(world, f"+1202555{1000 + number}", channel="text", address="198.51.100.7")
    assert refusal(world, channel="text", address="198.51.100.7") == "limit"
    other = ask(world, "+12025550144", channel="text", address="198.51.100.8")
    assert world.callback(other).status == CallbackStatus.UNVERIFIED


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed"])
def test_call_that_nobody_took_is_not_tried_again_by_itself(world: World, status: str) -> None:
    callback = ask(world)
    world.tick()
    world.report(world.ringing(Party.UNPROVEN), "ringing", status)
    world.tick(60)
    world.sweep(60)
    assert len(world.phone.calls) == 1
    assert (state(world, callback), world.callback(callback).status) == ("missed", CallbackStatus.UNVERIFIED)
    send(world, callback, channel="call")
    world.tick()
    assert len(world.phone.calls) == 2


def test_unclear_dial_is_looked_for_and_never_repeated(world: World) -> None:
    callback = ask(world)
    world.phone.faults.append(Fault.CREATED_TIMEOUT)
    world.tick()
    assert leg_of(world, callback).state == LegState.PLACING
    world.sweep(RULES.dial.settle_seconds + 1)
    assert leg_of(world, callback).state == LegState.PLACED
    assert spoken(world.answer(Party.UNPROVEN)) == ["code_call", "code_call_again"]
    assert len(world.phone.calls) == 1


def test_refused_dial_ends_and_may_be_asked_for_again(world: World) -> None:
    callback = ask(world)
    world.phone.faults.append(Fault.BAD_NUMBER)
    world.tick()
    assert (leg_of(world, callback).state, state(world, callback)) == (LegState.REJECTED, "missed")
    send(world, callback, channel="call")
    world.tick()
    assert len(world.phone.live(CUSTOMER)) == 1


def test_request_taken_back_ends_the_ringing(world: World) -> None:
    callback = ask(world)
    world.tick()
    world.report(world.ringing(Party.UNPROVEN), "ringing")
    world.cancel(callback)
    assert world.phone.live(CUSTOMER) == []


def test_request_taken_back_before_the_dial_is_not_dialed(world: World) -> None:
    callback = ask(world)
    world.cancel(callback)
    world.tick()
    assert world.phone.calls == []


def test_call_whose_code_was_replaced_before_the_dial_is_not_dialed(world: World) -> None:
    callback = ask(world)
    send(world, callback, channel="text")
    world.tick()
    assert world.phone.calls == []


def test_call_whose_code_was_replaced_tells_nothing(world: World) -> None:
    callback = ask(world)
    world.tick()
    send(world, callback, channel="text")
    assert spoken(world.answer(Party.UNPROVEN)) == ["code_call_over"]
    assert spoken(press(world, "1", 1)) == ["code_call_over"]


def test_code_is_good_for_ten_minutes_from_when_it_was_told(world: World) -> None:
    callback = ask(world)
    world.tick(300)
    world.answer(Party.UNPROVEN)
    code = code_in(press(world, "1", 1))
    world.clock.advance(599)
    confirm(world, callback, code)


def test_call_whose_end_was_never_told_is_asked_about(world: World) -> None:
    callback = ask(world)
    world.tick()
    world.answer(Party.UNPROVEN)
    world.phone.calls[0].status = "completed"
    world.sweep(61)
    assert leg_of(world, callback).state == LegState.ENDED
    assert state(world, callback) == "over"


def test_call_that_never_ends_is_hung_up(world: World) -> None:
    ask(world)
    world.tick()
    world.answer(Party.UNPROVEN)
    world.sweep(300)
    assert world.phone.live(CUSTOMER)
    world.sweep(400)
    assert world.phone.live(CUSTOMER) == []


def test_timeline_of_the_case_tells_of_the_call(world: World) -> None:
    callback = ask(world)
    world.tick()
    world.answer(Party.UNPROVEN)
    press(world, "1", 1)
    kinds = world.kinds(callback)
    assert [kind for kind in kinds if kind.startswith(("code", "leg"))] == [
        "code_sent",
        "leg_placing",
        "leg_placed",
        "leg_answered",
        "code_told",
    ]
