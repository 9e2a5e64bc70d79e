"""Use cases of a chat: the dialogue of the telephone, driven by what somebody writes.

What is written is kept first and answered then, one line after the other, by whoever is at it: several messages that
come quickly are answered in the order in which they came, each once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from ivr.domain.cards import DROPPED
from ivr.domain.chats import Author, Chat, ChatChannel, ChatLine, ChatRules, ChatStatus, Delivery, packed
from ivr.domain.dialogue import Dialogue, State, start
from ivr.domain.dialogue.account_talk import CardGiven
from ivr.domain.dialogue.heard import Heard
from ivr.domain.hearing import Ability, Hypothesis
from ivr.domain.transcripts import TYPED
from ivr.domain.turn import Next, Say, Turn
from ivr.errors import CallbackRefused, NotFound
from ivr.service.arrival import Arrivals
from ivr.service.card_words import has_card
from ivr.service.chat_effects import ChatEffects, ChatExchange
from ivr.service.chat_lines import next_line
from ivr.service.chat_reading import GOES_BACK, LineReader, Reading, changes_to
from ivr.service.limits import count_use, uses_today
from ivr.service.ports import Speaker, Understanding
from ivr.service.scenes import Scene, Scenes
from ivr.service.stepping import advance
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id, record
from ivr.service.utterance import HeardUtterance

WEB_LONGEST: Final = 1600


@dataclass(frozen=True)
class ChatPorts:
    """What chats work with."""

    scenes: Scenes
    understanding: Understanding
    speaker: Speaker
    """Words as they are written."""
    arrivals: Arrivals
    effects: ChatEffects
    rules: ChatRules


@dataclass(frozen=True)
class Begun:
    """Who writes on the web: language, time zone if the browser said it, network address."""

    locale: str
    zone: str = ""
    address: str = "local"
    case_id: str = ""
    """What it goes on with: the link in an e-mail names it."""


class ChatService:
    """A chat from the first line to the goodbye."""

    def __init__(self, ports: ChatPorts) -> None:
        self._ports = ports
        self._scenes, self._rules = ports.scenes, ports.rules
        self._reader = LineReader(ports.understanding, ports.speaker)

    # --- what is written ---------------------------------------------------------------------------------------

    def texted(self, scene: Scene, number: str, body: str, sid: str) -> str:
        """Keep a text message from an E.164 number; the id of its chat, to be answered after the commit."""
        chat = scene.uow.chats.live_of_number(number) or self._open(scene, ChatChannel.TEXT, number)
        self._keep(scene, chat, body, sid)
        return chat.id

    def is_too_many(self, scene: Scene, number: str) -> int:
        """How many more texts of a number were counted today than are answered; the first such one is told so."""
        return uses_today(scene.uow, "chat_line", number, scene.now) - self._rules.lines_per_day

    def begin(self, begun: Begun) -> str:
        """A chat on the web: its id, which nobody can guess. Raises CallbackRefused (`limit`)."""
        return self._scenes.run(lambda scene: self._begin(scene, begun))

    def _begin(self, scene: Scene, begun: Begun) -> str:
        refusal = "too many chats were begun from here today; phone us, or ask for a callback"
        most = self._rules.chats_per_address
        count_use(scene.uow, "chat_from", begun.address, scene.now, most=most, refusal=refusal)
        return self._open(scene, ChatChannel.WEB, None, begun).id

    def wrote(self, chat_id: str, body: str, key: str, address: str) -> None:
        """A line on the web; the same form sent twice counts once. Raises NotFound, CallbackRefused (`limit`)."""
        if self._scenes.run(lambda scene: self._wrote(scene, chat_id, body, key)):
            self.answer(chat_id, address)

    def _wrote(self, scene: Scene, chat_id: str, body: str, key: str) -> bool:
        chat = self._live(scene.uow, chat_id)
        if scene.uow.chats.line_by_key(f"{chat_id}:{key}") is not None:
            return False
        if chat.lines >= self._rules.lines_per_chat:
            raise CallbackRefused("limit", "this chat is very long; begin another one, or ask for a callback")
        self._keep(scene, chat, body, f"{chat_id}:{key}")
        return True

    def _live(self, uow: UnitOfWork, chat_id: str) -> Chat:
        chat = uow.chats.get(chat_id)
        if chat is None or not chat.is_live:
            raise NotFound("this chat is over; begin another one")
        return chat

    def _keep(self, scene: Scene, chat: Chat, body: str, key: str) -> None:
        line = self.line(scene, chat, Author.CUSTOMER, DROPPED if self._is_card(chat, body) else body)
        line.key, line.handled = key, False
        scene.uow.chats.add_line(line)

    def _is_card(self, chat: Chat, body: str) -> bool:
        return has_card(self._ports.understanding, _dialogue(chat).turn, (body,))

    def line(self, scene: Scene, chat: Chat, author: Author, body: str) -> ChatLine:
        """The next line of a chat, not kept yet."""
        return next_line(chat, scene.now, author, body)

    # --- beginning ---------------------------------------------------------------------------------------------

    def _open(self, scene: Scene, channel: ChatChannel, number: str | None, begun: Begun | None = None) -> Chat:
        chat = Chat(id=new_id(), channel=channel, number=number, started_at=scene.now, changed_at=scene.now)
        self._start(scene, chat, begun)
        scene.uow.chats.add(chat)
        record(scene.uow, scene.now, "chat_started", call=chat.as_call(), data={"channel": channel.value})
        return chat

    def _start(self, scene: Scene, chat: Chat, begun: Begun | None = None) -> None:
        """The dialogue from its beginning; once more in the language and the zone that it had."""
        if begun is None and chat.dialogue is not None:
            begun = Begun(chat.locale, _dialogue(chat).caller.zone)
        call = chat.as_call()
        caller, locales = self._ports.arrivals.writes(scene.uow, call, scene.now)
        chat.take_back(call)
        if begun is not None:
            locales = (begun.locale, *(name for name in locales if name != begun.locale))
            known = self._ports.arrivals.goes_on(scene.uow, begun.case_id, begun.locale)
            said = caller.zone_said or (chat.channel is ChatChannel.WEB and bool(begun.zone))  # by the browser
            caller = replace(caller, zone=begun.zone or caller.zone, zone_said=said, begun=known or caller.begun)
        chat.dialogue = start(replace(caller, gets_texts=True), locales, scene.now, self._abilities(locales))
        chat.locale, chat.turn = locales[0], 0

    def _abilities(self, locales: Sequence[str]) -> dict[str, Ability]:
        found = {name: self._ports.understanding.ability(name) for name in locales}
        return {name: ability for name, ability in found.items() if ability != Ability.FULL}

    # --- answers -----------------------------------------------------------------------------------------------

    def answer(self, chat_id: str, address: str | None = None, *, delivery: Delivery = Delivery.NONE) -> list[str]:
        """Answer all that was written and not answered; what is said, in order. Several may be at it: each line once.

        `delivery`: DUE where nobody waits for the answer.
        """
        said: list[str] = []
        while True:
            more = self._scenes.run(lambda scene: self._answer_next(scene, chat_id, address, delivery))
            if more is None:
                return said
            said += more

    def _answer_next(self, scene: Scene, chat_id: str, address: str | None, delivery: Delivery) -> list[str] | None:
        chat, line = scene.uow.chats.get(chat_id), scene.uow.chats.next_unhandled(chat_id)
        if chat is None or line is None:
            return None
        line.handled, chat.changed_at = True, scene.now
        if not chat.is_live:
            return []
        if chat.turn and _dialogue(chat).state == State.ENDED:  # written before the goodbye was read
            self._start(scene, chat)
        exchange = self.exchange(scene, chat, address)
        say = self._first(exchange, line.body) if not chat.turn else self._next(exchange, line.body)
        if not say and not exchange.notes:
            return []
        said = self._tell(scene, chat, _dialogue(chat).turn, (*say, *exchange.notes), delivery)
        if _dialogue(chat).turn.next == Next.HANG_UP and scene.uow.chats.next_unhandled(chat_id) is None:
            self.end(scene, chat)
        return said

    def exchange(self, scene: Scene, chat: Chat, address: str | None = None) -> ChatExchange:
        """One step of a chat."""
        source = "text" if chat.channel is ChatChannel.TEXT else "chat"
        return ChatExchange(scene, chat.as_call(), _dialogue(chat), source, chat=chat, address=address)

    def _first(self, exchange: ChatExchange, body: str) -> tuple[Say, ...]:
        """The first line may say all; else it is answered by who we are, and what can be asked for."""
        chat, asked = exchange.chat, exchange.dialogue.turn
        if body == DROPPED:
            return self._step(exchange, CardGiven())
        chosen = chat.channel is ChatChannel.WEB
        reading = self._reader.first(exchange.dialogue, body, chosen=chosen)
        if reading.locale:
            self._step(exchange, changes_to(reading.locale))
            exchange = _renewed(exchange)
        _note(exchange, reading)
        if reading.heard is None:
            chat.turn = asked.number
            return asked.say
        say = self._step(exchange, reading.heard)
        return (Say("greeting", {"company": exchange.dialogue.caller.company}), *say)

    def _next(self, exchange: ChatExchange, body: str) -> tuple[Say, ...]:
        if body == DROPPED and exchange.dialogue.state != State.JOINED:
            return self._step(exchange, CardGiven())
        reading = self._reader.next(exchange.dialogue, body)
        _note(exchange, reading)
        if reading.heard is None:
            self._wrote_to_person(exchange, body)
            return ()
        if reading.afresh:
            self._step(exchange, GOES_BACK)
            exchange = _renewed(exchange)
        return self._step(exchange, reading.heard)

    def _wrote_to_person(self, exchange: ChatExchange, body: str) -> None:
        chat = exchange.chat
        record(exchange.uow, self._scenes.clock.now(), "customer_wrote", call=exchange.call, data={"text": body})
        if chat.status is ChatStatus.WITH_AGENT and chat.unanswered_since_at is None:
            chat.unanswered_since_at = exchange.scene.now

    # --- steps -------------------------------------------------------------------------------------------------

    def _step(self, exchange: ChatExchange, heard: Heard) -> tuple[Say, ...]:
        """Let the dialogue hear this; what it says, if it says anything new."""
        chat, before = exchange.chat, exchange.dialogue
        after = advance(self._ports.effects, exchange, heard)
        chat.take_back(exchange.call)
        if after.locale != before.locale and chat.customer_id:
            customer = exchange.uow.customers.get(chat.customer_id)
            if customer is not None:
                customer.locale = after.locale
        chat.dialogue, chat.locale = after, after.locale
        if after.turn.number == chat.turn:
            return ()
        chat.turn = after.turn.number
        return after.turn.say

    def told(self, scene: Scene, chat: Chat, heard: Heard) -> None:
        """Something that nobody wrote happens: an agent comes or goes, or time is over. What is said is sent.

        By e-mail nothing is: there is no dialogue.
        """
        if chat.channel is ChatChannel.MAIL:
            return
        exchange = self.exchange(scene, chat)
        while exchange.dialogue.state == State.JOINED and (line := scene.uow.chats.next_unhandled(chat.id)):
            line.handled = True  # it was written to the agent, before this happened
            self._wrote_to_person(exchange, line.body)
        say = self._step(exchange, heard)
        delivery = Delivery.DUE if chat.channel is ChatChannel.TEXT else Delivery.NONE
        self._tell(scene, chat, _dialogue(chat).turn, say, delivery)

    def _tell(
        self, scene: Scene, chat: Chat, turn: Turn, say: Sequence[Say], delivery: Delivery = Delivery.NONE
    ) -> list[str]:
        texts = [self._ports.speaker.text(one.locale or turn.locale, one) for one in say]
        most = self._rules.longest if chat.channel is ChatChannel.TEXT else WEB_LONGEST
        messages = packed(texts, most)
        for body in messages:
            line = self.line(scene, chat, Author.WE, body)
            line.delivery = delivery
            scene.uow.chats.add_line(line)
        data = {"text": " ".join(messages), "turn": turn.number, "state": turn.state, "locale": turn.locale}
        record(scene.uow, self._scenes.clock.now(), "said", call=chat.as_call(), data=data)
        return messages

    def end(self, scene: Scene, chat: Chat) -> None:
        """Nothing more is written in it."""
        chat.end(scene.now)
        record(
            scene.uow,
            self._scenes.clock.now(),
            "chat_ended",
            call=chat.as_call(),
            data={"state": _dialogue(chat).state.value},
        )


def _renewed(exchange: ChatExchange) -> ChatExchange:
    """The same, after a step."""
    return replace(exchange, call=exchange.chat.as_call(), dialogue=_dialogue(exchange.chat))


def _note(exchange: ChatExchange, reading: Reading) -> None:
    """The timeline keeps what was written and what it was taken for."""
    turn, now = exchange.dialogue.turn.number, exchange.scene.now
    if reading.keys:
        record(exchange.uow, now, "keyed", call=exchange.call, data={"keys": reading.keys, "turn": turn})
    if reading.meaning is not None:
        heard = HeardUtterance(turn, (Hypothesis(reading.meaning.text),), TYPED, 0.0, reading.meaning)
        record(exchange.uow, now, "heard", call=exchange.call, data=heard.as_data())


def _dialogue(chat: Chat) -> Dialogue:
    dialogue = chat.dialogue
    if not isinstance(dialogue, Dialogue):
        raise TypeError(f"chat {chat.id} has no dialogue")
    return dialogue
