"""Effects in a chat: nobody holds a telephone, so waiting and connecting mean a person who answers in writing."""

from dataclasses import dataclass, field
from typing import Final

from ivr.domain.cases import CaseStatus
from ivr.domain.chats import Chat, ChatChannel, ChatStatus
from ivr.domain.dialogue import effects as wanted
from ivr.domain.dialogue import heard
from ivr.domain.turn import Say
from ivr.errors import CallbackRefused
from ivr.service.booking import AlreadyBooked, BookingRequest
from ivr.service.effects import Effects
from ivr.service.exchange import Exchange
from ivr.service.open_view import open_view
from ivr.service.slots import NotThen
from ivr.service.timeline import record
from ivr.service.verification import NumberProofs

SAID: Final = frozenset(
    {"hours", "past", "too_far", "full", "country", "line_type", "number", "do_not_call", "too_many_today", "limit"}
)
"""Refusals that the dialogue has words for; others are told as `limit`."""


@dataclass(frozen=True)
class ChatExchange(Exchange):
    """One step of one chat, in its open transaction."""

    chat: Chat = field(kw_only=True)
    address: str | None = field(default=None, kw_only=True)
    """The network address that wrote; None: by text message."""
    notes: list[Say] = field(default_factory=list, kw_only=True)
    """What is said after the turn."""


@dataclass(frozen=True)
class ChatEffects:
    """As service.effects.Effects."""

    inner: Effects
    proofs: NumberProofs
    company: str
    public_url: str

    def carry_out(self, exchange: Exchange, effect: wanted.Effect) -> heard.Result | None:
        """Do one effect."""
        assert isinstance(exchange, ChatExchange)
        match effect:
            case wanted.EstimateWait():
                return self._estimate(exchange)
            case wanted.EnterLine():
                return self._ask_person(exchange)
            case wanted.LeaveLine():
                self._stop_waiting(exchange)
                return None
            case wanted.Book() if exchange.chat.channel is ChatChannel.WEB:
                return self._book_unproven(exchange, effect)
            case wanted.ChangeNumber() if exchange.chat.channel is ChatChannel.WEB:
                return heard.CallbackNotBooked("limit", exchange.scene.now)  # who proved one number holds no other yet
            case wanted.TextAnswer(article_id) if exchange.chat.channel is ChatChannel.WEB:
                self._show_article(exchange, article_id)
                return None
        result = self.inner.carry_out(exchange, effect)
        if isinstance(effect, wanted.Book) and isinstance(result, heard.CallbackBooked):
            self._stop_waiting(exchange)  # who is called back does not wait here as well
        return result

    def _estimate(self, exchange: ChatExchange) -> heard.WaitEstimated:
        """In writing a person is there as long as anybody works: one agent answers several chats."""
        case = exchange.uow.cases.get(exchange.call.case_id) if exchange.call.case_id else None
        skill, priority = (case.skill, case.priority) if case else ("general", 2)
        wait = self.inner.line.estimate(exchange.uow, skill, locale=exchange.dialogue.locale, priority=priority)
        data = {"low": wait.low_seconds, "high": wait.high_seconds, "free": wait.staffed}
        record(exchange.uow, self.inner.clock.now(), "wait_told", call=exchange.call, data=data)
        return heard.WaitEstimated(wait.low_seconds, wait.high_seconds, wait.staffed)

    def _ask_person(self, exchange: ChatExchange) -> heard.InLine:
        chat, case = exchange.chat, exchange.uow.cases.get(exchange.dialogue.case_id)
        if case is None:
            raise ValueError("a customer without a case cannot wait for a person")
        case.move(CaseStatus.WAITING_AGENT)
        if chat.status is not ChatStatus.WAITING:
            chat.status, chat.offered_at = ChatStatus.WAITING, None
            chat.unanswered_since_at = exchange.scene.now
            chat.asked_at = chat.asked_at or exchange.scene.now
            record(exchange.uow, self.inner.clock.now(), "chat_waits", call=exchange.call)
        wait = self.inner.line.estimate(exchange.uow, case.skill, locale=exchange.dialogue.locale)
        return heard.InLine(wait.staffed)

    def _show_article(self, exchange: ChatExchange, article_id: str) -> None:
        answers, locale = self.inner.answers, exchange.dialogue.locale
        article = answers.knowledge.article(locale, article_id)
        if article is not None:
            args = {"company": self.company, "title": article.title, "link": answers.link(locale, article_id)}
            exchange.notes.append(Say("help_answer_text", args))

    def _book_unproven(
        self, exchange: ChatExchange, effect: wanted.Book
    ) -> heard.CallbackBooked | heard.CallbackNotBooked:
        """Whoever writes on the web has not proven to hold the number: nothing rings before they have."""
        uow, now = exchange.uow, exchange.scene.now
        try:
            callback = self.inner.bookings.book(uow, self._request(exchange, effect))
        except AlreadyBooked:
            return heard.CallbackNotBooked("exists", now)
        except CallbackRefused as refused:
            nearest_at = refused.nearest_at if isinstance(refused, NotThen) and refused.reason != "hours" else None
            return heard.CallbackNotBooked(_told(refused), now, nearest_at=nearest_at)
        try:
            exchange.scene.after.extend(self.proofs.start(uow, callback, address=exchange.address))
        except CallbackRefused as refused:
            self.inner.bookings.cancel(uow, callback.id, by="customer")
            return heard.CallbackNotBooked(_told(refused), now)
        exchange.notes.append(Say("chat_prove_text", {"link": f"{self.public_url}/callbacks/{callback.id}"}))
        self._stop_waiting(exchange)
        return heard.CallbackBooked(open_view(callback), now)

    def _request(self, exchange: ChatExchange, effect: wanted.Book) -> BookingRequest:
        case = exchange.uow.cases.get(exchange.dialogue.case_id)
        if case is None:
            raise ValueError("a callback needs a case")
        return BookingRequest(
            case_id=case.id,
            number=effect.number,
            locale=exchange.dialogue.locale,
            zone=exchange.dialogue.caller.zone,
            at=effect.at,
            until=effect.until,
            source=exchange.source,
            address=exchange.address,
            needs_verification=True,
            skill=case.skill,
            priority=case.priority,
        )

    def _stop_waiting(self, exchange: ChatExchange) -> None:
        chat = exchange.chat
        if chat.status is ChatStatus.WAITING:
            chat.status, chat.unanswered_since_at = ChatStatus.OPEN, None
            record(exchange.uow, self.inner.clock.now(), "chat_waits_no_more", call=exchange.call)


def _told(refused: CallbackRefused) -> str:
    return refused.reason if refused.reason in SAID else "limit"
