"""The outbox loses nothing, and sends nothing twice but after an accident that cannot be told from a loss."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.messages import MessageRules
from ivr.domain.policies import CallbackRules
from ivr.errors import CarrierRejected, CarrierUnclear, MailRefused, MailUnavailable, MailUnclear
from ivr.service.incoming_texts import IncomingText, IncomingTexts
from ivr.service.opting import has_opted_out
from ivr.storage import SqlStore
from tests.fakes.clock import NOON_IN_NEW_YORK
from tests.service.world import CUSTOMER, RULES, Killed, World

EMAIL = "grace@example.com"
SETTLED = 121.0
TEXTS = replace(RULES, messages=MessageRules(texts=True))
MAILS = replace(RULES, messages=MessageRules(mails=True))


@pytest.fixture
def texted(store: SqlStore) -> World:
    """Customers are told by text."""
    return World(store, TEXTS)


@pytest.fixture
def mailed(store: SqlStore) -> World:
    """Customers are told by e-mail."""
    return World(store, MAILS)


def sends(world: World, text: str, sid: str = "1", number: str = CUSTOMER, **more: bool) -> str:
    """A customer texts us; our answer."""
    texts = IncomingTexts(world.engine.scenes, world.speaker, world.ports().numbers, "Ringback")
    return "".join(texts.arrived(IncomingText(sid=f"SM{sid:0>32}", number=number, body=text, **more)))


# --- surely not sent -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        CarrierRejected("can't be reached"),
        CarrierRejected("429", carrier_code=20429),
        CarrierRejected("full", carrier_code=21611),
    ],
)
def test_text_that_the_carrier_would_not_take_now_is_sent_later(texted: World, error: CarrierRejected) -> None:
    callback_id = texted.book()
    texted.messenger.faults.extend([error, error])
    texted.send()
    texted.send(29)
    assert texted.messages(callback_id) == [("text", "promised", "waiting")]
    texted.send(31)
    texted.send(61)
    assert texted.messenger.said == ["promised_asap_text"]
    assert texted.messages(callback_id) == [("text", "promised", "sent")]


def test_mail_server_that_is_away_for_an_hour_loses_nothing(mailed: World) -> None:
    callback_id = mailed.book(email=EMAIL, at=NOON_IN_NEW_YORK + timedelta(hours=6))
    mailed.mailer.faults.extend([MailUnavailable("refused")] * 5)
    for _ in range(200):
        mailed.send(30)
    assert mailed.mailer.said == ["promised_at_text"]
    assert mailed.messages(callback_id)[0] == ("email", "promised", "sent")


def test_one_address_that_is_deferred_does_not_hold_up_the_others(mailed: World) -> None:
    mailed.book(email="slow@example.com")
    mailed.clock.advance(1)
    mailed.book("+12025550144", email=EMAIL)
    mailed.mailer.faults.append(MailUnavailable("450", is_general=False))
    mailed.send()
    assert [mail.to for mail in mailed.mailer.sent] == [EMAIL]


def test_message_that_could_not_be_sent_in_time_is_dropped_and_that_is_written_down(texted: World) -> None:
    callback_id = texted.book()
    texted.messenger.faults.append(CarrierRejected("away"))
    texted.send()
    texted.clock.set(texted.callback(callback_id).closes_at)
    texted.send()
    assert texted.messages(callback_id) == [("text", "promised", "too_late")]
    assert texted.kinds(callback_id)[-1] == "message_dropped"


@pytest.mark.parametrize("code", [21211, 21614, 21408])
def test_text_to_a_number_that_takes_none_is_not_tried_again(texted: World, code: int) -> None:
    callback_id = texted.book()
    texted.messenger.faults.append(CarrierRejected("no", carrier_code=code))
    texted.send()
    texted.send(3600)
    assert texted.messages(callback_id) == [("text", "promised", "refused")]


def test_mail_that_is_refused_for_good_is_not_tried_again(mailed: World) -> None:
    callback_id = mailed.book(email=EMAIL)
    mailed.mailer.faults.append(MailRefused("550"))
    mailed.send()
    mailed.send(3600)
    assert mailed.messages(callback_id) == [("email", "promised", "refused")]
    assert mailed.mailer.sent == []


# --- perhaps sent ----------------------------------------------------------------------------------------------


def test_text_whose_answer_got_lost_is_found_at_the_carrier_and_not_sent_again(texted: World) -> None:
    callback_id = texted.book()
    texted.messenger.lost_answers.append(CarrierUnclear("time-out"))
    texted.send()
    assert texted.messages(callback_id) == [("text", "promised", "sending")]
    texted.send(60)
    texted.send(SETTLED)
    assert texted.messages(callback_id) == [("text", "promised", "sent")]
    assert len(texted.messenger.sent) == 1


def test_text_that_is_nowhere_at_the_carrier_is_sent_once_more(texted: World) -> None:
    callback_id = texted.book()
    texted.messenger.faults.append(CarrierUnclear("500"))
    texted.send()
    texted.send(SETTLED)
    assert len(texted.messenger.sent) == 1
    assert texted.messages(callback_id) == [("text", "promised", "sent")]


def test_text_waits_while_the_carrier_does_not_tell_what_it_sent(texted: World) -> None:
    texted.book()
    texted.messenger.lost_answers.append(CarrierUnclear("time-out"))
    texted.send()
    texted.messenger.list_is_down = CarrierUnclear("503")
    for _ in range(5):
        texted.send(SETTLED)
    texted.messenger.list_is_down = None
    texted.send(SETTLED)
    assert len(texted.messenger.sent) == 1


def test_mail_whose_answer_got_lost_is_sent_once_more_under_the_same_name_and_never_a_third_time(mailed: World) -> None:
    callback_id = mailed.book(email=EMAIL)
    mailed.mailer.lost_answers.extend([MailUnclear("broke")] * 5)
    for _ in range(6):
        mailed.send(SETTLED)
    assert len(mailed.mailer.sent) == 2
    assert len({mail.id for mail in mailed.mailer.sent}) == 1
    assert mailed.messages(callback_id) == [("email", "promised", "unclear")]


@pytest.mark.parametrize("step", ["message_sending", "message_sent"])
@pytest.mark.parametrize("rules", [TEXTS, MAILS], ids=["text", "e-mail"])
def test_process_that_dies_around_the_request_costs_nothing_but_one_mail_twice(
    store: SqlStore, step: str, rules: CallbackRules
) -> None:
    world = World(store, rules)
    callback_id = world.book(email=EMAIL)
    world.kill_at = step
    with pytest.raises(Killed):
        world.send()
    world.restart()
    for _ in range(4):
        world.send(SETTLED)
    sent = len(world.messenger.sent) + len(world.mailer.sent)
    assert sent == (2 if (rules, step) == (MAILS, "message_sent") else 1)
    assert world.messages(callback_id)[0][2] == "sent"


def test_process_that_slept_before_the_request_sends_nothing_itself(texted: World) -> None:
    callback_id = texted.book()

    def sleep(name: str) -> None:
        if name == "message_sending" and not slept:
            slept.append(name)
            texted.clock.advance(600)

    slept: list[str] = []
    texted._checkpoint = sleep  # type: ignore[method-assign]
    texted.start()
    texted.engine.outbox._next()
    assert texted.messenger.sent == []
    assert texted.messages(callback_id) == [("text", "promised", "waiting")]
    texted.send()
    assert len(texted.messenger.sent) == 1


# --- several processes -----------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    url = request.getfixturevalue(f"{request.param}_url")
    made = SqlStore(url)
    yield made
    made.close()


def test_of_many_outboxes_each_message_is_sent_by_one(database: SqlStore) -> None:
    first = World(database, TEXTS)
    numbers = [f"+1202555{serial}" for serial in range(4100, 4120)]
    for number in numbers:
        first.book(number)
    others = [World(database, TEXTS, clock=first.clock, node=f"n{i}") for i in range(3)]
    for other in others:
        other.messenger = first.messenger
        other.start()
    threads = [threading.Thread(target=world.engine.outbox.sweep) for world in (first, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first.send()
    assert sorted(number for number, _ in first.messenger.sent) == numbers


# --- who wants none --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["STOP", "stop", " Stop. ", "UNSUBSCRIBE", "opt-out"])
def test_stop_is_obeyed_at_once_also_for_what_is_written_already_and_the_callback_still_rings(
    texted: World, word: str
) -> None:
    texted.agent()
    callback_id = texted.book()
    sends(texted, word)
    texted.send()
    assert texted.messages(callback_id)[0][2] in ("opted_out", "waiting")
    assert texted.messenger.sent == []
    texted.tick()
    assert texted.phone.calls, "the agent is rung: do-not-call is another matter"
    texted.cancel(callback_id)
    texted.send()
    assert texted.messenger.sent == []


def test_start_brings_messages_back(texted: World) -> None:
    sends(texted, "STOP", "1")
    sends(texted, "START", "2")
    texted.book()
    texted.send()
    assert texted.messenger.said == ["promised_asap_text"]


def test_carrier_that_answers_stop_itself_gets_no_second_answer_from_us(texted: World) -> None:
    assert sends(texted, "STOP", "1") == ""
    assert sends(texted, "Halt!", "2") == "stopped_text"
    assert sends(texted, "again", "3", is_answered=True) == ""


def test_same_text_delivered_twice_is_taken_once(texted: World) -> None:
    assert sends(texted, "where is my parcel?", "7") == "unread_text"
    assert sends(texted, "where is my parcel?", "7") == ""


def test_other_texts_are_answered_once_a_day_that_nobody_reads_them(texted: World) -> None:
    assert sends(texted, "where is my parcel?", "1") == "unread_text"
    assert sends(texted, "hello?", "2") == ""
    texted.clock.advance(25 * 3600)
    assert sends(texted, "hello?", "3") == "unread_text"


def test_texts_from_a_short_code_are_not_answered(texted: World) -> None:
    assert sends(texted, "You won", number="72345") == ""


def test_number_that_the_carrier_knows_as_unsubscribed_is_remembered(texted: World) -> None:
    callback_id = texted.book()
    texted.messenger.faults.append(CarrierRejected("unsubscribed", carrier_code=21610))
    texted.send()
    assert texted.messages(callback_id) == [("text", "promised", "opted_out")]
    with texted.store.read() as uow:
        assert has_opted_out(uow, CUSTOMER)
    texted.move(callback_id, NOON_IN_NEW_YORK + timedelta(hours=2))
    texted.send(60)
    assert texted.messenger.sent == []
