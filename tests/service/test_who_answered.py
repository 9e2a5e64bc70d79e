"""What picked up the customer's telephone, and what becomes of the attempt."""

from datetime import timedelta

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.answered import Cue
from ivr.domain.callbacks import CallbackStatus, Outcome, Party
from ivr.domain.policies import CallbackRules, DialRules
from ivr.domain.retries import RETRY_AFTER
from ivr.domain.turn import Next
from ivr.storage import SqlStore
from tests.service.world import World, spoken


def answered(world: World) -> str:
    """A callback whose agent waits and whose customer's telephone was picked up by something."""
    world.agent()
    callback = world.book()
    world.agent_takes_it()
    turn = world.picks_up()
    assert (spoken(turn), turn.number, turn.wait_seconds) == (["customer_calling"], 1, 1)
    return callback


def missed(world: World, callback: str, outcome: Outcome) -> bool:
    """Whether no agent was joined, the agent is free and told, and the next try waits by rule."""
    waits, agent = world.callback(callback), world.ringing(Party.AGENT)
    assert world.attempts(callback)[0].joined_at is None
    assert (waits.status, waits.tries, waits.outcome) == (CallbackStatus.SCHEDULED, 1, outcome)
    assert waits.due_at == world.clock.now() + RETRY_AFTER[outcome][0]
    assert agent.path == f"/voice/leg/{agent.leg_id}/news"
    return world.agent_row().status == AgentStatus.AVAILABLE


def test_plain_person_is_joined_right_after_the_first_sentence(world: World) -> None:
    callback = answered(world)
    world.verdict("human")
    turn = world.keyed(None, 1)
    assert (spoken(turn), turn.next) == (["customer_connecting"], Next.JOIN)
    assert "proof_asked" not in world.kinds(callback)
    assert "person_answered" in world.kinds(callback)


@pytest.mark.parametrize("verdict", ["", "unknown", "machine_start", "machine_end_silence"])
def test_doubtful_verdict_asks_for_proof_and_a_person_gives_it(world: World, verdict: str) -> None:
    answered(world)
    if verdict:
        world.verdict(verdict)
    asked = world.keyed(None, 1)
    assert spoken(asked) == ["customer_proof"]
    assert world.keyed("1", asked.number).next is Next.JOIN


def test_spoken_yes_is_proof_but_not_before_the_question(world: World) -> None:
    answered(world)
    assert world.hears(Cue.YES, 1).number == 1
    asked = world.keyed(None, 1)
    assert world.hears(Cue.YES, 1).number == asked.number
    assert world.hears(Cue.YES, asked.number).next is Next.JOIN


def test_verdict_that_comes_late_ends_the_question(world: World) -> None:
    answered(world)
    world.keyed(None, 1)
    world.verdict("human")
    customer = world.ringing(Party.CUSTOMER)
    assert customer.path == f"/voice/leg/{customer.leg_id}/present"
    assert world.engine.legs.present(customer.leg_id).next is Next.JOIN


def test_voicemail_after_its_tone_gets_a_message_and_the_next_try_follows(world: World) -> None:
    callback = answered(world)
    world.verdict("machine_end_beep")
    customer = world.ringing(Party.CUSTOMER)
    assert customer.path == f"/voice/leg/{customer.leg_id}/present"
    message = world.engine.legs.present(customer.leg_id)
    assert (spoken(message), message.next) == (["machine_message", "machine_goodbye"], Next.HANG_UP)
    assert spoken(world.engine.legs.news(world.ringing(Party.AGENT).leg_id)) == ["agent_customer_machine"]
    assert missed(world, callback, Outcome.MACHINE)
    world.hang_up(Party.CUSTOMER)
    assert world.callback(callback).tries == 1
    assert "message_left" in world.kinds(callback)


def test_voicemail_that_only_the_recogniser_noticed_is_asked_then_waited_for(world: World) -> None:
    """The wrong verdict "human" for a short greeting: the agent is never joined with it."""
    callback = answered(world)
    world.hears(Cue.VOICEMAIL, 1)
    world.verdict("human")
    asked = world.keyed(None, 1)
    assert spoken(asked) == ["customer_proof"]
    waits = world.keyed(None, asked.number)
    assert (spoken(waits), waits.next) == ([], Next.LISTEN)
    assert missed(world, callback, Outcome.MACHINE)
    assert spoken(world.keyed(None, waits.number)) == ["machine_message", "machine_goodbye"]


def test_verdict_machine_that_the_recogniser_confirms_frees_the_agent_at_once(world: World) -> None:
    callback = answered(world)
    world.hears(Cue.VOICEMAIL, 1)
    world.verdict("machine_start")
    assert missed(world, callback, Outcome.MACHINE)
    world.verdict("machine_end_beep")
    assert spoken(world.engine.legs.present(world.ringing(Party.CUSTOMER).leg_id)) == [
        "machine_message",
        "machine_goodbye",
    ]


def test_person_taken_for_a_machine_who_talks_back_is_asked_again(world: World) -> None:
    answered(world)
    world.verdict("machine_start")
    first = world.keyed(None, 1)
    world.hears(Cue.HELLO, first.number)
    second = world.keyed(None, first.number)
    assert (spoken(second), second.number) == (["customer_proof"], first.number + 1)
    assert world.keyed("1", second.number).next is Next.JOIN


def test_call_screening_is_told_who_calls_and_waited_for(world: World) -> None:
    callback = answered(world)
    turn = world.hears(Cue.SCREENING, 1)
    assert (spoken(turn), turn.wait_seconds) == (["screening_answer"], 15)
    assert turn.say[0].args["company"] == "Ringback"
    world.verdict("human")  # the assistant's voice: proves nothing
    picked_up = world.hears(Cue.HELLO, turn.number)
    assert spoken(picked_up) == ["customer_proof"]
    assert world.hears(Cue.YES, picked_up.number).next is Next.JOIN
    assert "screening_answered" in world.kinds(callback)


def test_call_screening_that_lets_nobody_through_is_tried_again_later(world: World) -> None:
    callback = answered(world)
    turn = world.hears(Cue.SCREENING, 1)
    again = world.keyed(None, turn.number)
    assert spoken(again) == ["screening_answer"]
    assert spoken(world.keyed(None, again.number)) == ["customer_unheard"]
    assert missed(world, callback, Outcome.SCREENED)


def test_menu_of_keys_is_left_without_a_word(world: World) -> None:
    callback = answered(world)
    world.verdict("human")
    world.hears(Cue.MENU, 1)
    asked = world.keyed(None, 1)
    left = world.keyed(None, asked.number)
    assert (spoken(left), left.next) == ([], Next.HANG_UP)
    assert missed(world, callback, Outcome.IVR)


def test_silence_is_asked_twice_and_then_left(world: World) -> None:
    callback = answered(world)
    turn = 1
    for _ in range(2):
        asked = world.keyed(None, turn)
        assert spoken(asked) == ["customer_proof"]
        turn = asked.number
    assert spoken(world.keyed(None, turn)) == ["customer_unheard"]
    assert missed(world, callback, Outcome.SILENT)


def test_fax_is_hung_up_on(world: World) -> None:
    callback = answered(world)
    world.verdict("fax")
    turn = world.engine.legs.present(world.ringing(Party.CUSTOMER).leg_id)
    assert (spoken(turn), turn.next) == ([], Next.HANG_UP)
    assert missed(world, callback, Outcome.MACHINE)


@pytest.mark.parametrize("by", ["key", "word"])
def test_person_who_says_no_is_not_connected_now(world: World, by: str) -> None:
    callback = answered(world)
    asked = world.keyed(None, 1)
    turn = world.keyed("2", asked.number) if by == "key" else world.hears(Cue.NO, asked.number)
    assert spoken(turn) == ["customer_refused"]
    assert missed(world, callback, Outcome.REFUSED)


def test_verdict_against_a_proven_person_hangs_nobody_up(world: World) -> None:
    callback = answered(world)
    asked = world.keyed(None, 1)
    world.keyed("1", asked.number)
    world.meet()
    world.verdict("machine_end_beep")
    assert world.callback(callback).status == CallbackStatus.DIALING
    assert world.ringing(Party.CUSTOMER).path == ""


def test_where_it_is_configured_everybody_proves_to_be_a_person(store: SqlStore) -> None:
    world = World(store, CallbackRules(dial=DialRules(dials_per_second=0, always_prove=True)))
    answered(world)
    world.verdict("human")
    asked = world.keyed(None, 1)
    assert spoken(asked) == ["customer_proof"]
    assert world.keyed("1", asked.number).next is Next.JOIN


def test_telephone_that_hangs_up_while_it_is_doubtful_counts_as_hung_up_however_long_it_took(world: World) -> None:
    callback = answered(world)
    world.keyed(None, 1)
    world.clock.advance(40)
    world.hang_up(Party.CUSTOMER)
    waits = world.callback(callback)
    assert (waits.status, waits.outcome) == (CallbackStatus.SCHEDULED, Outcome.CUSTOMER_HUNG_UP)
    assert waits.due_at == world.clock.now() + timedelta(minutes=1)


def test_repeated_and_late_documents_change_nothing(world: World) -> None:
    answered(world)
    asked = world.keyed(None, 1)
    assert world.keyed(None, 1) == asked
    assert world.picks_up_again() == asked


def test_every_step_is_on_the_cases_timeline_with_its_evidence(world: World) -> None:
    callback = answered(world)
    world.hears(Cue.LONG, 1)
    world.verdict("unknown")
    asked = world.keyed(None, 1)
    world.keyed("1", asked.number)
    with world.store.read() as uow:
        events = uow.events.of_case(world.callback(callback).case_id)
    told = {event.kind: event.data for event in events}
    assert told["proof_asked"]["heard"] == ["long_speech"]
    assert (told["person_answered"]["verdict"], told["person_answered"]["proven"]) == ("unclear", True)
