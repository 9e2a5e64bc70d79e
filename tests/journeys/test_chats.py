"""Whole conversations by text message, through the carrier: the same dialogue, and a person who goes on with it."""

import re
from datetime import UTC, datetime

import httpx

from ivr.carrier import Handset
from ivr.domain.callbacks import CallbackStatus
from ivr.domain.cases import Case, CaseStatus
from ivr.domain.chats import ChatStatus
from ivr.domain.staff import StaffRole
from ivr.service.chat_desk import WaitingChat, waiting_chats
from ivr.service.incoming_texts import IncomingText
from ivr.service.staff_log import Member
from ivr.service.store import UnitOfWork
from tests.journeys.conftest import NewWorld
from tests.journeys.world import ADA, OURS, PATIENCE, STRANGER, World

LONGEST = 320
ON_A_TELEPHONE = re.compile(r"\b(press|say|hang up|stay on the line|pound key)\b", re.IGNORECASE)


class Texter:
    """Somebody who texts us and reads the answers in order."""

    def __init__(self, world: World, number: str = STRANGER) -> None:
        self.world = world
        self.phone: Handset = world.phone(number)
        self.read = 0

    def texts(self, body: str, *answers: str) -> None:
        """Send one, and read one answer per pattern."""
        self.phone.sends_text(OURS, body)
        for pattern in answers:
            self.reads(pattern)

    def reads(self, pattern: str) -> str:
        self.world.until(lambda: len(self.phone.texts) > self.read, f"an answer like {pattern}")
        body = self.phone.texts[self.read].body
        self.read += 1
        assert re.search(pattern, body), body
        assert len(body) <= LONGEST
        assert not ON_A_TELEPHONE.search(body), body
        return body


def newest_case(world: World) -> Case:
    return world.cases()[-1]


def test_order_is_tracked_returned_and_a_callback_booked_for_tomorrow_by_text(world: World) -> None:
    world.clock.becomes_afternoon()
    ada = Texter(world, ADA)
    ada.texts("hello", "automatic assistant.*Reply 0 for a person.*reply 1 to track an order")
    ada.texts("where is my order?", "The desk lamp, reply 1")
    ada.texts("1", "desk lamp is being packed.*anything else")
    ada.texts("i want to return something", "desk lamp, reply 1")
    ada.texts("2", "Why do you send it back")
    ada.texts("3", "drop it off at a shop near you, .* reply 1")
    ada.texts("1", r"case number \d{7}.*\$39.00 is refunded once it is back")
    assert (newest_case(world).source, newest_case(world).status) == ("text", CaseStatus.RESOLVED)
    ada.texts("call me back tomorrow at 3 pm", "I will call you tomorrow.*3 PM.*Reply 1 for yes")
    ada.texts("yes", "We will call you tomorrow.*3 PM")
    ada.texts("no", "Thank you for writing")
    callback = world.callback(ADA)
    assert (callback.status, callback.asap, callback.source) == (CallbackStatus.SCHEDULED, False, "text")
    assert not world.read(lambda uow: uow.chats.live_of_number(ADA))
    told = [event.kind for event in world.events(newest_case(world))]
    assert told.count("heard") >= 2
    assert told[-1] == "chat_ended"


def test_agent_by_text_goes_on_in_the_console_and_ends_with_the_effort(world: World) -> None:
    world.agent()
    customer = Texter(world)
    customer.texts("where is my order?", "last seven digits")
    customer.texts("1815908", "Is it the tea kettle")
    customer.texts("agent", "A person will answer you here and has the whole story")
    customer.texts("it was a present for my mother")
    agent = Member("u1", "Kim", StaffRole.AGENT, world.agent_row().id)
    desk = world.ivr.chats.desk
    (waiting,) = world.until(lambda: waiting_for(world, agent, "present"), "the agent sees who waits")
    assert waiting.case.status is CaseStatus.WAITING_AGENT
    desk.answer(agent, waiting.chat.id, "Hello, this is Kim. I see it.", "f1")
    desk.answer(agent, waiting.chat.id, "Hello, this is Kim. I see it.", "f1")
    customer.reads("A person has your messages")
    customer.reads("Hello, this is Kim")
    customer.texts("thank you")
    wrote = world.until(lambda: "thank you" in lines(world, waiting.chat.id), "it is with the agent")
    assert wrote
    desk.close(agent, waiting.chat.id, "informed", resolved=True)
    customer.reads("How easy was it.*Reply with a number from 1")
    customer.texts("2", "Thank you for writing")
    (case,) = world.cases()
    assert (case.status, case.effort, case.outcome) == (CaseStatus.RESOLVED, 2, "informed")
    kinds = [event.kind for event in world.events()]
    order = ["case_opened", "chat_waits", "chat_taken", "agent_wrote", "case_finished", "effort_rated", "chat_ended"]
    assert [kind for kind in kinds if kind in order] == order


def lines(world: World, chat_id: str) -> list[str]:
    return [line.body for line in world.read(lambda uow: uow.chats.lines(chat_id))]


def waiting_for(world: World, member: Member, words: str) -> list[WaitingChat]:
    found = world.read(lambda uow: waiting_chats(uow, member))
    return [one for one in found if words in one.newest]


def test_nobody_answers_so_a_callback_is_offered_and_a_call_goes_on_with_the_case(world: World) -> None:
    world.agent()
    customer = Texter(world)
    customer.texts("agent", "A person will answer you here")
    chat = world.until(lambda: world.read(lambda uow: uow.chats.live_of_number(STRANGER)), "the chat is there")
    world.clock.advance(601)
    world.ivr.chats.sweep.sweep()
    customer.reads("Nobody could answer you here yet.*Reply 1 to be called back")
    world.ivr.chats.sweep.sweep()
    assert world.read(lambda uow: uow.chats.get(chat.id)).status is ChatStatus.WAITING
    caller = world.phone()
    caller.dial(OURS)
    caller.hears("The last time it was about your question, case", PATIENCE)
    caller.press("1")
    caller.hears("An agent is free now|connecting you", PATIENCE)
    world.hangs_up(caller)
    assert len(world.cases()) == 1, "the call goes on with the same case"
    customer.texts("1", "We will call you as soon as possible")
    assert world.read(lambda uow: uow.chats.get(chat.id)).status is ChatStatus.OPEN


def test_case_begun_by_telephone_is_known_to_whoever_texts_after_it(world: World) -> None:
    caller = world.calls_in()
    caller.press("2")
    caller.hears("last seven digits", PATIENCE)
    caller.press("1815908#")
    caller.hears("Is it the tea kettle", PATIENCE)
    caller.press("1")
    caller.hears("opened case number", PATIENCE)
    world.hangs_up(caller)
    customer = Texter(world)
    customer.texts("hi", "The last time it was about an order marked delivered.*Shall we go on")
    customer.texts("1", "The carrier is searching for it")
    assert len(world.cases()) == 1


def test_steps_begun_by_telephone_go_on_by_text_and_the_case_tells_what_was_tried(world: World) -> None:
    caller = world.calls_in(ADA)
    for key, words in (
        ("3", "desk lamp"),
        ("2", "Why do you send it back"),
        ("4", "plug another device into the kettle"),
    ):
        caller.press(key)
        caller.hears(words, PATIENCE)
    caller.press("2")
    caller.hears("plug the kettle in somewhere else", PATIENCE)
    world.hangs_up(caller)
    ada = Texter(world, ADA)
    ada.texts("hi", "Shall we go on")
    ada.texts("1", "warranty still covers.*write so, or reply 3.*plug the kettle in somewhere else.*Did that help")
    ada.texts("it works again", "glad it works again.*nothing has to be sent back")
    case = newest_case(world)
    told = [(event.kind, event.data.get("step") or event.data.get("end")) for event in world.events(case)]
    tried = [what for what in told if what[0] in ("step_told", "steps_over")]
    assert tried == [("step_told", step) for step in ("socket", "other_socket", "other_socket")] + [
        ("steps_over", "solved")
    ]
    assert (case.status, case.outcome) == (CaseStatus.RESOLVED, "solved_by_steps")


def test_texts_that_come_quickly_are_answered_in_order_and_a_repeated_one_once(world: World) -> None:
    ada = Texter(world, ADA)
    for body in ("track my order", "2", "no"):
        ada.texts(body)
        world.until(lambda body=body: kept(world, ADA, body), "it has come")
    ada.reads("desk lamp, reply 1")
    ada.reads("tea kettle was delivered")
    ada.reads("Thank you for writing")
    sid = world.read(lambda uow: uow.chats.lines(last_chat(uow, ADA)))[0].key
    again = world.ivr.incoming_texts.arrived(IncomingText(sid=str(sid), number=ADA, body="track my order"))
    assert again == []


def kept(world: World, number: str, body: str) -> bool:
    def look(uow: UnitOfWork) -> bool:
        chat_id = last_chat(uow, number)
        return bool(chat_id) and body in [line.body for line in uow.chats.lines(chat_id)]

    return world.read(look)


def last_chat(uow: UnitOfWork, number: str) -> str:
    chat = uow.chats.latest_of_number(number, datetime(2000, 1, 1, tzinfo=UTC))
    return chat.id if chat is not None else ""


def test_other_language_is_understood_and_kept_and_stop_ends_it(world: World) -> None:
    customer = Texter(world)
    customer.texts("배송 조회", "자동 안내.*주문 번호의 마지막 일곱 자리")
    assert world.read(lambda uow: uow.customers.by_number(STRANGER)).locale == "ko-KR"
    customer.phone.sends_text(OURS, "STOP")
    customer.phone.receives_text("successfully been unsubscribed", PATIENCE)
    customer.phone.sends_text(OURS, "where is my order?")
    world.until(lambda: world.carrier.is_idle, "all is handled")
    assert len(customer.phone.texts) == 2
    forged = {"From": STRANGER, "To": OURS, "Body": "agent", "MessageSid": "SM" + "1" * 32}
    assert httpx.post(f"{world.url}/text", data=forged, timeout=PATIENCE).status_code == 403


def test_too_many_texts_in_a_day_are_told_once_and_then_not_answered(new_world: NewWorld) -> None:
    world = new_world(settings={"IVR_CHAT": "text"})
    object.__setattr__(world.ivr.chats.rules, "lines_per_day", 2)
    customer = Texter(world)
    customer.texts("hi", "What do you need")
    customer.texts("0", "Nobody is here just now")
    customer.texts("hello", "too many messages for one day")
    customer.texts("hello")
    world.until(lambda: world.carrier.is_idle, "all is handled")
    assert len(customer.phone.texts) == 3
    assert httpx.get(f"{world.url}/chat", timeout=PATIENCE).status_code == 404
