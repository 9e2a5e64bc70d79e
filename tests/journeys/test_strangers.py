"""Callers whose number is withheld or makes no sense: a callback asks for one and reads it back."""

import pytest

from tests.journeys.world import PATIENCE, STRANGER, World


@pytest.mark.parametrize("caller_id", ["anonymous", "+266696687", "not a number"])
def test_caller_without_a_number_gives_one_for_the_callback(world: World, caller_id: str) -> None:
    caller = world.calls_in("+12025550199", caller_id=caller_id)
    caller.press("5")
    caller.hears("I can call you back", PATIENCE)
    caller.press("1")
    caller.hears("Please key the number to call you at", PATIENCE)
    caller.press("123#")
    caller.hears("could not read that as a telephone number", PATIENCE)
    caller.press("2025550147#")
    caller.hears("I have .*2.*0.*2.*5.*5.*5.*0.*1.*4.*7. Is that right", PATIENCE)
    caller.press("1")
    caller.hears("We will call you as soon as possible", PATIENCE)
    world.hangs_up(caller)
    assert world.callback().number == STRANGER


def test_moment_said_by_a_caller_without_a_number_is_read_back_on_the_clock_of_the_number(world: World) -> None:
    """Los Angeles: three in the afternoon there is never three in the afternoon of the zone assumed before."""
    world.clock.becomes_afternoon()
    caller = world.calls_in("+12025550199", caller_id="anonymous")
    caller.press("5")
    caller.hears("I can call you back", PATIENCE)
    caller.say("tomorrow at three pm")
    caller.hears("I will call you tomorrow, .*, at 3.* PM. Is that right", PATIENCE)
    caller.press("1")
    caller.hears("Please key the number", PATIENCE)
    caller.press("2135550147#")
    caller.hears("I have", PATIENCE)
    caller.press("1")
    caller.hears("I will call you tomorrow, .*, at 3.* PM. Is that right", PATIENCE)
    caller.press("1")
    caller.hears("We will call you tomorrow, .*, at 3.* PM", PATIENCE)
    world.hangs_up(caller)
    callback = world.callback("+12135550147")
    assert callback.zone == "America/Los_Angeles"
    assert callback.due_at.hour in (22, 23)
