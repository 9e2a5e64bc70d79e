"""Questions on the telephone, over the local carrier: heard, confirmed, read, texted, judged."""

from ivr.domain.cases import CaseStatus
from tests.journeys.conftest import NewWorld
from tests.journeys.world import PATIENCE, World


def test_question_in_own_words_is_answered_and_its_case_resolved(new_world: NewWorld) -> None:
    world = new_world(settings={"IVR_TEXTS": "on"})
    caller = world.calls_in()
    caller.press("7")
    caller.hears("What is your question", PATIENCE)
    caller.say("how long until the refund shows up on my card")
    caller.hears("I have an answer about: When refunds arrive", PATIENCE)
    caller.press("1")
    caller.hears("Banks then take three to five working days", PATIENCE)
    caller.hears("whole answer by text message", PATIENCE)
    caller.press("1")
    caller.hears("Did that help", PATIENCE)
    caller.press("1")
    caller.hears("I am glad", PATIENCE)
    world.hangs_up(caller)
    assert (world.case().status, world.case().outcome) == (CaseStatus.RESOLVED, "answered: refund-arrival")
    assert any("/help/refund-arrival?lang=en-US" in text.body for text in caller.texts)
    tally = world.read(lambda uow: uow.answers.tallies())["refund-arrival"]
    assert (tally.asked, tally.helped, tally.not_helped) == (1, 1, 0)


def test_question_said_in_the_menu_is_offered_and_what_did_not_help_leads_to_a_callback(world: World) -> None:
    caller = world.calls_in()
    caller.say("is my battery part of a safety recall")
    caller.hears("I have an answer about: Product recalls", PATIENCE)
    caller.say("yes")
    caller.hears("Did that help", PATIENCE)
    caller.say("no")
    caller.hears("I can call you back", PATIENCE)
    caller.press("1")
    caller.hears("We will call you as soon as possible", PATIENCE)
    world.hangs_up(caller)
    assert world.case().summary == "is my battery part of a safety recall"
    assert world.callback().case_id == world.case().id
    assert world.read(lambda uow: uow.answers.tallies())["recall"].not_helped == 1
