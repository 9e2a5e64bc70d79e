"""An open amount is paid on the carrier's card terminal: the digits are keyed there and come nowhere near us."""

import pytest
import structlog
from sqlalchemy import text

from ivr.carrier import Handset
from ivr.domain.accounts import ChangeKind, ChangeStatus
from ivr.domain.cases import CaseStatus
from ivr.domain.turn import Next
from tests.cards import tells_of_the_card
from tests.journeys.conftest import NewWorld
from tests.journeys.test_duplex import SPEECH, Listener, NumberedVoice, streams
from tests.journeys.world import ADA, OURS, PATIENCE, World
from tests.web.stream_support import ScriptedRecognizer

GOOD, DECLINED, WRONG, LOST = "4242424242424242", "4000000000000002", "4242424242424243", "4000000000000119"
PAY = {"IVR_PAY_CONNECTOR": "Default", "IVR_TEXTS": "on"}


@pytest.fixture
def world(new_world: NewWorld) -> World:
    return new_world(settings=PAY)


def at_the_terminal(world: World) -> Handset:
    """Ada phones, wants to pay, and is asked for her card by the carrier."""
    caller = world.calls_in(ADA)
    caller.hears("menu|press 1", PATIENCE)
    caller.press("*")
    caller.hears("For a payment, press 2", PATIENCE)
    caller.press("2")
    caller.hears(r"is open for the .* nobody hears it", PATIENCE)
    caller.press("1")
    caller.hears("enter your credit card number", PATIENCE)
    return caller


def everything_kept(world: World) -> str:
    """All rows of all tables, as text."""
    with world.ivr.store._read.connect() as rows:
        tables = rows.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        return str([rows.execute(text(f'SELECT * FROM "{name}"')).all() for name in tables])


def test_a_card_is_keyed_at_the_carrier_and_only_the_result_reaches_us(world: World) -> None:
    with structlog.testing.capture_logs() as logs:
        caller = at_the_terminal(world)
        caller.press(f"{GOOD}#")
        caller.hears("expiration date", PATIENCE)
        caller.press("1230")
        caller.hears("security code", PATIENCE)
        caller.press("123#")
        caller.hears("Thank you. .* is paid", PATIENCE)
    (change,) = world.read(lambda uow: list(uow.account_changes.of_number(ADA)))
    assert (change.kind, change.values["reference"][:3]) == (ChangeKind.PAYMENT, "ch_")
    told = [fetch.params for call in world.phone(ADA).calls for fetch in call.documents if "/voice/paid/" in fetch.url]
    assert dict(told[0])["PaymentCardNumber"] == "xxxxxxxxxxxx4242"
    for kept in (everything_kept(world), str(logs)):
        assert GOOD[:12] not in kept
        assert not tells_of_the_card(kept)
    caller.press("*")
    caller.hears("or 9 for more choices", PATIENCE)
    caller.press("*")
    caller.hears("For a payment, press 2", PATIENCE)
    caller.press("2")
    caller.hears("nothing that is open", PATIENCE)  # not twice


def pays(caller: Handset, card: str = GOOD) -> None:
    """Key the card, as the carrier asks for it."""
    caller.press(f"{card}#")
    caller.hears("expiration date", PATIENCE)
    caller.press("1230")
    caller.hears("security code", PATIENCE)
    caller.press("123#")


def test_a_call_on_a_stream_leaves_it_for_the_card_and_is_heard_again_afterwards(new_world: NewWorld) -> None:
    ear = ScriptedRecognizer("track my order")
    world = new_world("stream", ear=ear, settings=PAY)
    caller = at_the_terminal(world)
    (first,) = streams(world)
    assert first.closed.is_set(), "nobody listens in on a card"
    pays(caller)
    caller.hears("Thank you. .* is paid", PATIENCE)
    world.until(lambda: len(streams(world)) == 2, "the stream is opened again")
    caller.play(SPEECH)
    caller.hears("Which order is it about", PATIENCE)
    assert not tells_of_the_card(everything_kept(world))


def test_a_call_on_a_two_way_stream_leaves_it_for_the_card_and_comes_back(new_world: NewWorld) -> None:
    mouth = NumberedVoice()
    world = new_world("duplex", ear=ScriptedRecognizer("track my order"), mouth=mouth, settings=PAY)
    caller = Listener(world, world.phone(ADA), mouth)
    caller.phone.dial(OURS)
    caller.hears("Tell me in a few words")
    caller.phone.press("*")
    caller.hears("For a payment, press 2")
    caller.phone.press("2")
    caller.hears("nobody hears it")
    caller.phone.press("1")
    caller.phone.hears("enter your credit card number", PATIENCE)
    pays(caller.phone)
    caller.hears("is paid")
    assert len(streams(world)) == 2
    caller.phone.play(SPEECH)
    caller.hears("Which order is it about")
    assert not tells_of_the_card(everything_kept(world))


def test_what_may_have_been_charged_is_looked_at_by_a_person_and_not_taken_again(world: World) -> None:
    caller = at_the_terminal(world)
    pays(caller, LOST)
    caller.hears("I cannot tell whether that was charged.*do not pay again", PATIENCE)
    (change,) = world.read(lambda uow: list(uow.account_changes.of_number(ADA)))
    assert (change.status, change.reason) == (ChangeStatus.FAILED, "unclear")
    case = world.read(lambda uow: uow.cases.get(change.case_id))
    assert case.status is CaseStatus.WAITING_AGENT
    world.hangs_up(caller)
    again = world.calls_in(ADA)
    again.hears("press 1", PATIENCE)
    again.press("*")
    again.hears("For a payment, press 2", PATIENCE)
    again.press("2")
    again.hears("do not pay again", PATIENCE)


@pytest.mark.parametrize(
    ("keys", "heard"),
    [
        ([f"{DECLINED}#", "1230", "123#"], "The card was declined, and nothing was charged"),
        ([f"{WRONG}#"] * 3, "did not work, and nothing was charged"),
        (["*"], "did not work, and nothing was charged"),
        ([], "did not work, and nothing was charged"),
    ],
    ids=["declined", "too many attempts", "stopped", "timeout"],
)
def test_where_nothing_was_charged_it_is_said_and_a_link_is_sent(world: World, keys: list[str], heard: str) -> None:
    caller = at_the_terminal(world)
    for number, one in enumerate(keys):
        caller.press(one)
        if number + 1 < len(keys):
            caller.hears("enter", PATIENCE)
    caller.hears(heard, PATIENCE)
    caller.hears("text message with a link", PATIENCE)
    assert world.read(lambda uow: list(uow.account_changes.of_number(ADA))) == []


def test_a_card_number_said_aloud_is_dropped_before_anything_is_written(world: World) -> None:
    with structlog.testing.capture_logs() as logs:
        caller = world.calls_in(ADA)
        caller.say("my card number is four two four two four two four two four two four two four two four two")
        caller.hears("never tell us a card number", PATIENCE)
        caller.say("4242 4242 4242 4242")
        caller.hears("never tell us a card number", PATIENCE)
    kept = everything_kept(world)
    assert "four two four two" not in kept + str(logs)
    assert not tells_of_the_card(kept + str(logs))
    assert [call.dialogue.turn.next for call in world.calls()] == [Next.LISTEN]
