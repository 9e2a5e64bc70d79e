"""Customers hear of their callback between calls: by text and e-mail, moved and canceled by the link in them."""

import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from ivr.carrier import Handset
from ivr.domain.callbacks import CallbackStatus
from ivr.service.store import UnitOfWork
from tests.journeys.conftest import NewWorld
from tests.journeys.test_web_requests import a_browser, hidden
from tests.journeys.world import API_KEY, OURS, PATIENCE, STRANGER, Killed, World
from tests.mail.server import MailServerHere

EMAIL = "grace@example.com"
SETTLED = 121
NO_TELEPHONE = "+12025550166"
"""A number at which no text arrives."""


@pytest.fixture
def world(new_world: NewWorld) -> World:
    """Customers are told by text."""
    return new_world(settings={"IVR_TEXTS": "on"})


def link(text: str) -> str:
    found = re.search(r"http\S+/c/[\w-]{43}", text)
    assert found, text
    return found[0]


def move(browser: httpx.Client, page: httpx.Response, **when: str) -> httpx.Response:
    action = re.search(r'action="([^"]+/move[^"]*)"', page.text)
    assert action
    return browser.post(action[1], data={"csrf_token": hidden(page), "when": "at", **when})


def texts(customer: Handset) -> list[str]:
    return [text.body for text in customer.texts]


def sent(world: World, customer: Handset, pattern: str) -> str:
    """The outbox runs, and the customer gets a text like this."""
    world.send()
    return customer.receives_text(pattern, PATIENCE).body


def test_callback_promised_by_phone_is_moved_by_the_link_in_the_text(world: World) -> None:
    customer = world.phone()
    world.asks_for_callback()
    told = sent(world, customer, "we will call you as soon as possible")
    with a_browser(world) as browser:
        page = browser.get(link(told))
        assert "as soon as possible" in page.text
        assert world.callback().id not in page.text, "the link does not give away the address that never expires"
        day = world.clock.now() + timedelta(days=2)
        moved = move(browser, page, date=f"{day:%Y-%m-%d}", time="15:30")
        assert moved.status_code == 200
        assert "Moved." in moved.text
    assert "at 3:30 PM" in sent(world, customer, r"moved\. We will call you .*3:30 PM")
    assert not world.callback().asap


def test_callback_is_canceled_by_the_link_without_javascript_and_never_by_opening_it(world: World) -> None:
    customer = world.phone()
    world.asks_for_callback()
    address = link(sent(world, customer, "See, move or cancel"))
    with a_browser(world) as browser:
        for _ in range(2):
            page = browser.get(address)
        assert world.callback().status is CallbackStatus.SCHEDULED
        action = re.search(r'action="([^"]+/cancel[^"]*)"', page.text)
        assert action
        assert "is canceled" in browser.post(action[1], data={"csrf_token": hidden(page)}).text
    assert world.callback().status is CallbackStatus.CANCELED
    sent(world, customer, "your callback is canceled")


def test_customer_who_is_missed_is_texted_when_the_next_try_comes(world: World) -> None:
    customer = world.phone()
    world.asks_for_callback()
    sent(world, customer, "we will call you as soon as possible")
    agent = world.agent()
    customer.on_ring = "machine"
    world.accepts(agent)
    world.until(lambda: world.tick() or world.rung(STRANGER), "the customer is rung")
    agent.hung_up(PATIENCE)
    world.until(lambda: world.callback().tries == 1, "the try is counted")
    assert link(sent(world, customer, "we called and did not reach you. We will try again"))


def test_stop_is_obeyed_and_start_brings_texts_back(world: World) -> None:
    customer = world.phone()
    customer.sends_text(OURS, "STOP")
    customer.receives_text("successfully been unsubscribed", PATIENCE)
    world.until(lambda: world.read(declined), "we have heard it, too")
    callback = world.asks_for_callback()
    world.send()
    assert all("we will call you" not in body for body in texts(customer))
    assert world.read(lambda uow: uow.messages.of_callback(callback.id)) == []
    customer.sends_text(OURS, "START")
    world.until(lambda: not world.read(declined), "texts are wanted again")
    with a_browser(world) as browser:
        browser.delete(f"/api/v1/callbacks/{callback.id}", headers={"Authorization": f"Bearer {API_KEY}"})
    sent(world, customer, "your callback is canceled")


def declined(uow: UnitOfWork) -> bool:
    return uow.guards.wants_no_messages(STRANGER)


def test_word_that_only_we_know_is_obeyed_and_answered_by_us(world: World) -> None:
    customer = world.phone()
    customer.sends_text(OURS, "중지")
    customer.receives_text("you get no more text messages", PATIENCE)
    assert world.read(declined)


def test_text_that_is_no_word_of_ours_is_answered_once_where_nobody_chats(new_world: NewWorld) -> None:
    world = new_world(settings={"IVR_CHAT": "web"})
    customer = world.phone()
    for _ in range(2):
        customer.sends_text(OURS, "where is my parcel?")
    customer.receives_text("not read here", PATIENCE)
    world.until(lambda: world.carrier.is_idle, "both texts are handled")
    assert len(texts(customer)) == 1


def test_unsigned_text_is_not_obeyed(world: World) -> None:
    forged = {"From": STRANGER, "To": OURS, "Body": "STOP", "MessageSid": "SM" + "1" * 32}
    assert httpx.post(f"{world.url}/text", data=forged, timeout=PATIENCE).status_code == 403
    assert not world.read(declined)


@pytest.mark.parametrize("fault", ["500-created", "created-then-reset", "500-not-created", "connection-reset", "429"])
def test_customer_gets_one_text_whatever_the_carrier_answers(world: World, fault: str) -> None:
    customer = world.phone()
    world.asks_for_callback()
    world.carrier.faults.fail_next_texts(fault)
    world.send()
    world.dispatch = world.process("two")  # the first one gives a carrier that refused half a minute's rest
    for _ in range(3):
        world.clock.advance(SETTLED)
        world.send()
    customer.receives_text("we will call you", PATIENCE)
    world.until(lambda: world.carrier.is_idle, "all texts are delivered")
    assert sum("we will call you" in body for body in texts(customer)) == 1


def test_text_is_not_sent_twice_by_a_process_that_dies_before_it_could_write_it_down(world: World) -> None:
    customer = world.phone()
    world.asks_for_callback()
    world.kill_at = "message_sent"
    with pytest.raises(Killed):
        world.send()
    world.dispatch = world.process("two")
    for _ in range(3):
        world.clock.advance(SETTLED)
        world.send()
    customer.receives_text("we will call you", PATIENCE)
    world.until(lambda: world.carrier.is_idle, "all texts are delivered")
    assert len(texts(customer)) == 1


# --- e-mail ----------------------------------------------------------------------------------------------------


def ask_by_api(world: World, number: str = STRANGER) -> str:
    wish = {"number": number, "email": EMAIL, "zone": "America/New_York", "locale": "en-US"}
    key = {"Authorization": f"Bearer {API_KEY}"}
    asked = httpx.post(f"{world.url}/api/v1/callbacks", json=wish, headers=key, timeout=PATIENCE)
    assert asked.status_code == 201, asked.text
    return str(asked.json()["id"])


@pytest.fixture
def mailed(new_world: NewWorld) -> Callable[[MailServerHere], World]:
    """A world that e-mails through a server."""

    def make(server: MailServerHere) -> World:
        return new_world(settings={"IVR_SMTP_URL": server.url, "IVR_MAIL_FROM": "Ringback <callbacks@example.com>"})

    return make


def test_mail_server_that_is_away_costs_nothing_but_time(mailed: Callable[[MailServerHere], World]) -> None:
    server = MailServerHere()
    world = mailed(server)
    callback_id = ask_by_api(world)
    for _ in range(3):
        world.send()
        world.clock.advance(120)
    (message,) = world.read(lambda uow: uow.messages.of_callback(callback_id))
    assert message.status == "waiting"
    with server:
        world.dispatch = world.process("two")  # the old one still gives the server a rest
        world.clock.advance(600)
        world.send()
        (mail,) = server.mails
    body = mail.get_body(("plain",))
    assert body is not None
    assert "we will call you as soon as possible" in body.get_content()
    assert "The time is that of New York." in body.get_content()
    assert "STATUS:CONFIRMED" in _calendar(mail)


def test_mail_is_moved_canceled_and_stopped_by_its_links(mailed: Callable[[MailServerHere], World]) -> None:
    with MailServerHere() as server:
        world = mailed(server)
        ask_by_api(world)
        world.send()
        body = server.mails[0].get_body(("plain",))
        assert body is not None
        stop = server.mails[0]["List-Unsubscribe"].strip("<>")
        with a_browser(world) as browser:
            page = browser.get(link(body.get_content()))
            day = world.clock.now() + timedelta(days=2)
            assert move(browser, page, date=f"{day:%Y-%m-%d}", time="15:30").status_code == 200
        world.send()
        assert [_sequence(mail) for mail in server.mails] == ["0", "1"]
        assert httpx.get(stop, timeout=PATIENCE).status_code == 200
        one_click = httpx.post(stop, data={"List-Unsubscribe": "One-Click"}, timeout=PATIENCE)
        assert one_click.status_code == 200
        assert EMAIL not in one_click.text
        with world.store.begin() as uow:
            world.ivr.engine.bookings.cancel(uow, world.callback().id, by="customer")
            uow.commit()
        world.send()
        assert len(server.mails) == 2


def _sequence(mail: object) -> str:
    found = re.search(r"SEQUENCE:(\d+)", _calendar(mail))
    assert found
    return found[1]


def _calendar(mail: object) -> str:
    parts = [p for p in mail.walk() if p.get_content_type() == "text/calendar"]  # type: ignore[attr-defined]
    return str(parts[0].get_payload(decode=True), "utf-8")


def test_process_that_dies_after_a_mail_was_taken_causes_one_more_of_the_same_name(
    mailed: Callable[[MailServerHere], World],
) -> None:
    with MailServerHere() as server:
        world = mailed(server)
        ask_by_api(world)
        world.kill_at = "message_sent"
        with pytest.raises(Killed):
            world.send()
        world.dispatch = world.process("two")
        for _ in range(4):
            world.clock.advance(SETTLED)
            world.send()
        assert len(server.mails) == 2
        assert len({mail["Message-ID"] for mail in server.mails}) == 1


def test_carrier_tells_which_text_arrived_and_which_did_not(world: World) -> None:
    customer = world.phone()
    world.asks_for_callback()
    sent(world, customer, "we will call you as soon as possible")
    ask_by_api(world, number=NO_TELEPHONE)
    world.send()

    def deliveries() -> list[tuple[str, int | None]]:
        ids = [callback.id for callback in world.callbacks()]
        found = world.read(lambda uow: [message for each in ids for message in uow.messages.of_callback(each)])
        return sorted((message.delivery, message.delivery_code) for message in found)

    world.until(lambda: deliveries() == [("delivered", None), ("undelivered", 30003)], "both are told of")
