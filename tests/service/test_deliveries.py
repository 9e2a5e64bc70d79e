"""What becomes of a text is told by the carrier, once; one that did not arrive is mailed."""

from dataclasses import replace

import pytest

from ivr.domain.messages import Message, MessageRules
from ivr.errors import CarrierUnclear
from ivr.service.deliveries import Deliveries, Delivery
from ivr.storage import SqlStore
from tests.service.world import RULES, World

EMAIL = "grace@example.com"
SETTLED = 121.0


@pytest.fixture
def world(store: SqlStore) -> World:
    return World(store, replace(RULES, messages=MessageRules(texts=True, mails=True)))


def text_of(world: World, callback_id: str) -> Message:
    with world.store.read() as uow:
        return next(m for m in uow.messages.of_callback(callback_id) if m.channel == "text")


def told(world: World, callback_id: str, *statuses: str, code: int | None = None) -> Message:
    """The carrier's status callbacks, at the address that it was given."""
    deliveries: Deliveries = world.engine.deliveries
    message_id = world.messenger.status_paths[-1].split("/")[2]
    for status in statuses:
        deliveries.told(Delivery(message_id=message_id, sid="SM" + "1".zfill(32), status=status, code=code))
    return text_of(world, callback_id)


def sent(world: World, **more: object) -> str:
    callback_id = world.book(**more)
    world.send()
    return callback_id


def test_delivery_is_kept_and_what_comes_late_or_twice_changes_nothing(world: World) -> None:
    callback_id = sent(world)
    text = told(world, callback_id, "queued", "sent", "delivered", "delivered", "sent", "undelivered")
    assert (text.delivery, text.delivery_code, text.version) == ("delivered", None, 5)
    assert "message_undelivered" not in world.kinds(callback_id)


def test_text_that_does_not_arrive_is_told_with_its_reason_and_mailed_instead(world: World) -> None:
    callback_id = sent(world)
    with world.store.begin() as uow:
        callback = uow.callbacks.get(callback_id)
        assert callback is not None
        callback.email = EMAIL  # left on the page meanwhile
        uow.commit()
    assert told(world, callback_id, "undelivered", "undelivered", code=30003).delivery_code == 30003
    assert world.kinds(callback_id).count("message_undelivered") == 1
    world.send()
    assert (world.mailer.said, len(world.messenger.sent)) == (["promised_asap_text"], 1)


def test_what_was_mailed_as_well_is_not_mailed_again(world: World) -> None:
    callback_id = sent(world, email=EMAIL)
    told(world, callback_id, "failed", code=30007)
    world.send()
    assert world.mailer.said == ["promised_asap_text"]


def test_news_that_is_not_true_any_more_is_not_mailed(world: World) -> None:
    callback_id = sent(world)
    world.cancel(callback_id)
    told(world, callback_id, "undelivered")
    assert [(m[0], m[1]) for m in world.messages(callback_id)] == [("text", "promised"), ("text", "canceled")]


def test_delivery_of_a_text_whose_answer_got_lost_says_that_it_was_sent(world: World) -> None:
    callback_id = world.book()
    world.messenger.lost_answers.append(CarrierUnclear("time-out"))
    world.send()
    text = told(world, callback_id, "sent")
    assert (text.status, text.reference) == ("sent", "SM" + "1".zfill(32))
    world.send(SETTLED)
    assert len(world.messenger.sent) == 1
    assert world.kinds(callback_id).count("message_sent") == 1


def test_delivery_of_an_unknown_text_is_ignored(world: World) -> None:
    world.engine.deliveries.told(Delivery(message_id="0" * 32, sid="SM" + "1" * 32, status="delivered"))
