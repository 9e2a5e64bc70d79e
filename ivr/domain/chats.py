"""Chats: the same dialogue in writing, by text message or on our page, and later a person who goes on with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ivr.domain.calls import Call


class ChatChannel(StrEnum):
    """Where it is written."""

    TEXT = "text"
    WEB = "web"
    MAIL = "mail"
    """By e-mail: a person reads it, no dialogue."""


class ChatStatus(StrEnum):
    """Who answers."""

    OPEN = "open"
    """The dialogue."""
    WAITING = "waiting"
    """Nobody yet: a person was asked for."""
    WITH_AGENT = "with_agent"
    ENDED = "ended"


class Author(StrEnum):
    """Who wrote a line."""

    CUSTOMER = "customer"
    WE = "we"
    """The dialogue."""
    AGENT = "agent"


class Delivery(StrEnum):
    """What became of a line that must be sent."""

    NONE = "none"
    """Nothing is sent: it is shown, or was the answer to the customer's own message."""
    DUE = "due"
    SENDING = "sending"
    """The point of no return: never sent again, whatever happens."""
    SENT = "sent"
    FAILED = "failed"


@dataclass(eq=False, kw_only=True)
class Chat:
    """One conversation in writing. Times are aware UTC."""

    id: str
    channel: ChatChannel
    number: str | None = None
    """E.164, by text message; None on the web."""
    locale: str = "en-US"
    customer_id: str | None = None
    case_id: str | None = None
    dialogue: Any = None
    """domain.dialogue.Dialogue, kept as JSON."""
    turn: int = 0
    status: ChatStatus = ChatStatus.OPEN
    agent_id: str | None = None
    lines: int = 0
    """How many lines there are; the next one gets the number after it."""
    unanswered_since_at: datetime | None = None
    """A person was asked for, or the agent was written to, and has not answered yet."""
    offered_at: datetime | None = None
    """A callback was offered because nobody answered."""
    started_at: datetime
    changed_at: datetime
    """When the newest line was written."""
    ended_at: datetime | None = None
    version: int = 1
    asked_at: datetime | None = None
    """When a person was first asked for."""
    answered_at: datetime | None = None
    """When a person first wrote."""

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    @property
    def is_with_people(self) -> bool:
        """A person is asked for, or answers."""
        return self.status in (ChatStatus.WAITING, ChatStatus.WITH_AGENT)

    def as_call(self) -> Call:
        """What the dialogue's effects are carried out for; its CallSid is the chat's id. Never stored."""
        return Call(
            sid=self.id,
            from_number=self.number,
            locale=self.locale,
            customer_id=self.customer_id,
            case_id=self.case_id,
            dialogue=self.dialogue,
            turn=self.turn,
            started_at=self.started_at,
        )

    def take_back(self, call: Call) -> None:
        """Keep what the effects have changed."""
        self.customer_id, self.case_id, self.locale = call.customer_id, call.case_id, call.locale

    def end(self, at: datetime) -> None:
        """Nothing more is written in it."""
        self.status, self.ended_at, self.unanswered_since_at = ChatStatus.ENDED, at, None


@dataclass(eq=False, kw_only=True)
class ChatLine:
    """One thing that somebody wrote."""

    id: str
    chat_id: str
    number: int
    """Counts up within a chat."""
    at: datetime
    author: Author
    by: str = ""
    """The agent's name."""
    body: str
    key: str | None = None
    """What a message that comes again is known by: MessageSid, or the form's own id."""
    handled: bool = True
    """False: the dialogue has not answered it yet."""
    delivery: Delivery = Delivery.NONE
    version: int = 1


@dataclass(frozen=True, kw_only=True)
class ChatRules:
    """Which channels there are, and how long and how much is written over them."""

    channels: frozenset[ChatChannel] = frozenset(ChatChannel)
    idle_seconds: int = 2 * 3600
    """A chat in which nobody has written for so long is over."""
    wait_seconds: int = 600
    """So long a person is waited for; then a callback is offered."""
    longest: int = 320
    """Characters of one text message."""
    lines_per_day: int = 100
    """Texts of one number that are answered in a day: two machines that answer each other would never end."""
    chats_per_address: int = 20
    """Chats that one network address may begin in a day."""
    lines_per_chat: int = 300
    texts_per_day: int = 1000
    """Texts in chats in 24 hours that are no answers: bounds the bill, as `lines_per_day` does."""


ENDS = (". ", "! ", "? ", "。", "؟ ", "। ")
"""Ends of sentences."""


def packed(sentences: Sequence[str], most: int) -> list[str]:
    """The same as few messages of at most so many characters; broken between sentences, else between words."""
    messages: list[str] = []
    for word in (word for sentence in sentences for word in _pieces(sentence, most)):
        if messages and len(messages[-1]) + 1 + len(word) <= most:
            messages[-1] += " " + word
        else:
            messages.append(word)
    return messages


def _pieces(sentence: str, most: int) -> list[str]:
    if len(sentence) <= most:
        return [sentence] if sentence else []
    after_sentence = max(sentence.rfind(mark, 0, most) for mark in ENDS) + 1
    cut = after_sentence or sentence.rfind(" ", 0, most)
    at = cut if cut > 0 else most
    return [sentence[:at].strip(), *_pieces(sentence[at:].strip(), most)]
