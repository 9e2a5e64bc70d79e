"""Callers who say nothing, or nothing we know: always another way, never an abrupt end."""

from ivr.carrier import Handset
from tests.journeys.conftest import NewWorld
from tests.journeys.world import ORDER, PATIENCE, World

WAYS = (
    "Tell me in a few words",
    "did not hear anything",
    "For example, say",
    "Is it one of these",
    "Please use the keys",
    "I can call you back",
    "Press 1 to be called back",
    "sorry that I could not help you this way",
    "Thank you for calling Ringback. Goodbye",
)


def test_caller_who_says_nothing_is_offered_every_way_and_a_polite_end(new_world: NewWorld) -> None:
    world = new_world(speed=40)
    caller = world.calls_in()
    for way in WAYS:
        caller.hears(way, PATIENCE)
    caller.hung_up(PATIENCE)
    assert caller.heard[-1].text.endswith("Goodbye.")
    assert not caller.heard[-1].cut_short
    assert world.cases() == []


def test_caller_who_is_not_understood_gets_three_choices_and_takes_one(new_world: NewWorld) -> None:
    world = new_world(speed=20)
    caller = world.calls_in()
    caller.say("purple monkeys dance")
    caller.hears("did not understand", PATIENCE)
    caller.hears("For example, say", PATIENCE)
    caller.say("seventeen green bottles")
    caller.hears("Is it one of these", PATIENCE)
    caller.say("the first one")
    caller.hears("last seven digits", PATIENCE)
    world.hangs_up(caller)


def asks_for_an_agent_instead_of_naming_the_order(caller: Handset, request: str) -> None:
    caller.press(request)
    caller.hears("last seven digits", PATIENCE)
    caller.press("0")
    caller.hears("I can call you back", PATIENCE)


def goes_back_to_the_menu(caller: Handset) -> None:
    caller.press("*")
    caller.hears("last seven digits", PATIENCE)
    caller.press("*")
    caller.hears("Tell me in a few words", PATIENCE)


def names_the_order(caller: Handset) -> None:
    caller.hears("last seven digits", PATIENCE)
    caller.press(f"{ORDER}#")
    caller.hears("Is it the tea kettle", PATIENCE)
    caller.press("1")


def test_caller_who_asks_for_an_agent_and_then_goes_on_alone_has_one_case(world: World) -> None:
    caller = world.calls_in()
    asks_for_an_agent_instead_of_naming_the_order(caller, "2")
    caller.press("*")
    names_the_order(caller)
    caller.hears("reports the tea kettle as delivered", PATIENCE)
    world.hangs_up(caller)
    assert (world.case().order_id or "").endswith(ORDER)
    told = [event.kind for event in world.events() if event.kind.startswith("case_")]
    assert told == ["case_opened", "case_continued"]


def test_caller_whose_first_request_was_a_mistake_has_one_case_of_the_second(world: World) -> None:
    caller = world.calls_in()
    asks_for_an_agent_instead_of_naming_the_order(caller, "4")
    goes_back_to_the_menu(caller)
    caller.press("1")
    names_the_order(caller)
    caller.hears("was delivered", PATIENCE)
    world.hangs_up(caller)
    assert (world.case().kind, (world.case().order_id or "")[-7:]) == ("track_order", ORDER)


def test_case_about_which_a_call_was_promised_stays_what_it_was_promised_about(world: World) -> None:
    caller = world.calls_in()
    asks_for_an_agent_instead_of_naming_the_order(caller, "4")
    caller.press("1")
    caller.hears("Is there anything else", PATIENCE)
    caller.press("1")
    names_the_order(caller)
    caller.hears("was delivered", PATIENCE)
    world.hangs_up(caller)
    kinds = {case.id: case.kind for case in world.cases()}
    assert sorted(kinds.values()) == ["cancel_order", "track_order"]
    assert kinds[world.callback().case_id] == "cancel_order"
