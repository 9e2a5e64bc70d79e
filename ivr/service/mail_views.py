"""E-mail as agents see it: threads of a case, what became of our answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ivr.domain.chats import Chat, ChatLine, Delivery
from ivr.domain.mails import MailThread
from ivr.domain.messages import MessageStatus
from ivr.errors import CallbackRefused
from ivr.service.staff_log import Member
from ivr.service.store import UnitOfWork

MAIL_LONGEST: Final = 8000
_DELIVERIES: Final = {
    MessageStatus.WAITING: Delivery.DUE,
    MessageStatus.SENDING: Delivery.SENDING,
    MessageStatus.SENT: Delivery.SENT,
    MessageStatus.DROPPED: Delivery.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class MailView:
    """One thread."""

    chat: Chat
    thread: MailThread
    draft: str
    """An answer of this member's that is not finished."""


def mail_view(uow: UnitOfWork, member: Member, chat: Chat) -> MailView | None:
    """None: it is no e-mail."""
    thread = uow.mails.thread(chat.id)
    if thread is None:
        return None
    draft = uow.staff.draft(member.user_id, chat.id)
    return MailView(chat=chat, thread=thread, draft=draft.text if draft is not None else "")


def mail_views(uow: UnitOfWork, member: Member, case_id: str) -> list[MailView]:
    """A case's threads."""
    views = (mail_view(uow, member, chat) for chat in uow.mails.of_case(case_id))
    return [view for view in views if view is not None]


def deliveries_of(uow: UnitOfWork, lines: Sequence[ChatLine]) -> Mapping[str, Delivery]:
    """What became of the lines that the outbox sends, by their ids."""
    messages = ((line.id, uow.messages.get(line.id)) for line in lines)
    return {line_id: _DELIVERIES[message.status] for line_id, message in messages if message is not None}


def read_answer(text: str) -> str:
    """An answer by e-mail: lines stay lines. Raises CallbackRefused (`empty`, `long`)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    body = "".join(sign for sign in lines if sign.isprintable() or sign == "\n").strip()
    if not body:
        raise CallbackRefused("empty", "the answer is empty; write something")
    if len(body) > MAIL_LONGEST:
        raise CallbackRefused("long", f"an e-mail has {MAIL_LONGEST} characters at most; this has {len(body)}")
    return body
