"""A customer phones in again while a callback is open: it is told first, then kept, moved, canceled or done with."""

from datetime import timedelta

from ivr.domain.callbacks import CallbackStatus
from tests.journeys.world import PATIENCE, STRANGER, World

OPEN = "You have a callback open: we ring you as soon as possible"
ANOTHER = "+12025550188"
"""Not the telephone that the callback is promised to."""
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def test_customer_who_phones_in_again_hears_of_the_callback_and_keeps_it(world: World) -> None:
    before = world.asks_for_callback()
    caller = world.calls_in()
    caller.hears(OPEN, PATIENCE)
    caller.press("1")
    caller.hears("it stays as it is", PATIENCE)
    world.hangs_up(caller)
    after = world.callback()
    assert (after.id, after.due_at, after.status) == (before.id, before.due_at, CallbackStatus.SCHEDULED)


def test_customer_who_phones_in_again_moves_the_callback(world: World) -> None:
    before = world.asks_for_callback()
    caller = world.calls_in()
    caller.hears(OPEN, PATIENCE)
    caller.say("move it")
    caller.hears("When shall I call you", PATIENCE)
    caller.say("in two hours")
    caller.hears("I will call you .*Is that right", PATIENCE)
    caller.say("yes")
    caller.hears("Moved. We will call you", PATIENCE)
    world.hangs_up(caller)
    after = world.callback()
    assert (after.id, after.asap, after.status) == (before.id, False, CallbackStatus.SCHEDULED)
    assert timedelta(hours=1, minutes=59) < after.due_at - before.due_at < timedelta(hours=2, minutes=2)


def test_customer_who_phones_in_again_cancels_the_callback(world: World) -> None:
    world.asks_for_callback()
    caller = world.calls_in()
    caller.hears(OPEN, PATIENCE)
    caller.say("cancel my callback")
    caller.hears("Shall I cancel your callback", PATIENCE)
    caller.say("yes")
    caller.hears("Your callback is canceled", PATIENCE)
    world.hangs_up(caller)
    world.agent()
    assert world.tick() == 0
    assert (world.callback().status, world.callback().was_kept) == (CallbackStatus.CANCELED, None)


def test_customer_who_phones_in_again_has_another_number_rung_at_the_old_place(world: World) -> None:
    before = world.asks_for_callback()
    caller = world.calls_in()
    caller.hears(OPEN, PATIENCE)
    caller.press("5")
    caller.hears("key the number to call you at", PATIENCE)
    caller.press(f"{ANOTHER.removeprefix('+1')}#")
    caller.hears("I have .*Is that right", PATIENCE)
    caller.press("1")
    caller.hears("Done. We will call", PATIENCE)
    world.hangs_up(caller)
    after = world.callback(ANOTHER)
    assert (after.id, after.ticket_at, after.promised_by_at) == (before.id, before.ticket_at, before.promised_by_at)


def test_customer_who_phones_in_again_and_reaches_an_agent_needs_no_callback(world: World) -> None:
    world.asks_for_callback()
    agent, spare = world.agent(), world.agent("Lee", "+12025550172")
    caller = world.calls_in()
    caller.hears(OPEN, PATIENCE)
    caller.press("0")
    caller.hears("connecting you with an agent", PATIENCE)
    world.rings(agent)
    agent.answer()
    agent.hears("A caller is on the line", PATIENCE)
    agent.press("1")
    caller.hears("Here is your agent", PATIENCE)
    world.talk(agent, caller)
    world.until(lambda: world.callback().status is CallbackStatus.DONE, "the callback is done with")
    assert world.callback().reason == "phoned_in"
    assert world.tick() == 0
    assert (world.rung(STRANGER), world.rung(spare.number)) == (0, 0)


def test_code_keyed_on_any_telephone_keeps_the_place_and_ends_the_callback(world: World) -> None:
    before = world.asks_for_callback()
    agent = world.agent()
    caller = world.calls_in(ANOTHER)
    caller.press("6")
    caller.hears("If you were given a code", PATIENCE)
    caller.press(before.resume_code)
    caller.hears(OPEN, PATIENCE)
    caller.press("0")
    caller.hears("connecting you with an agent", PATIENCE)
    (hold,) = world.read(lambda uow: uow.holds.waiting())
    assert hold.ticket_at == before.ticket_at
    world.rings(agent)
    agent.answer()
    agent.hears("A caller is on the line", PATIENCE)
    agent.press("1")
    caller.hears("Here is your agent", PATIENCE)
    world.talk(agent, caller)
    world.until(lambda: world.callback().status is CallbackStatus.DONE, "the callback is done with")
    assert (world.callback().reason, world.tick(), world.rung(STRANGER)) == ("phoned_in", 0, 0)


def test_code_is_said_and_a_wrong_one_asked_again(world: World) -> None:
    before = world.asks_for_callback()
    caller = world.calls_in(ANOTHER)
    caller.say("my callback")
    caller.hears("If you were given a code", PATIENCE)
    caller.press(f"{(int(before.resume_code) + 1) % 10**6:06}")
    caller.hears("I know no callback with that code", PATIENCE)
    caller.say(" ".join(DIGITS[int(digit)] for digit in before.resume_code))
    caller.hears(OPEN, PATIENCE)
    caller.press("3")
    caller.hears("Shall I cancel your callback", PATIENCE)
    caller.press("1")
    caller.hears("Your callback is canceled", PATIENCE)
    world.hangs_up(caller)
    assert world.callback().status is CallbackStatus.CANCELED
