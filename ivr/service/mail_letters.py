"""Lines of an e-mail thread as messages of the outbox: written with what they tell, sent by it, threaded."""

import re
from datetime import timedelta
from typing import Final

from ivr.domain.cases import Case
from ivr.domain.chats import Author, Chat, ChatLine
from ivr.domain.mails import MailThread
from ivr.domain.messages import Channel, Message, MessageKind
from ivr.errors import NotFound
from ivr.service.mail_ports import Mail
from ivr.service.scenes import Scene

EXPIRES: Final = timedelta(days=3)
_ANSWERED: Final = re.compile(r"(?i)^\s*(re|aw|sv|vs|antw|odp|res)\s*[::]\s*")
_TAG: Final = re.compile(r"\s*\[\d{7,19}-[A-Z2-7]{8}\]")


def subject_of(subject: str, case: Case, tag: str) -> str:
    """The customer's own subject, with what leads an answer back to the case."""
    plain = _TAG.sub("", subject)
    while _ANSWERED.match(plain):
        plain = _ANSWERED.sub("", plain, count=1)
    return f"Re: {plain.strip() or '-'} [{case.number}-{tag}]"


def tag_in(subject: str) -> tuple[str, str]:
    """Case number and tag of a subject; empty: it has none."""
    found = re.search(r"\[(\d{7,19})-([A-Z2-7]{8})\]", subject)
    return (found[1], found[2]) if found else ("", "")


def send_line(scene: Scene, chat: Chat, thread: MailThread, line: ChatLine) -> None:
    """Have the outbox send a line; the message has the line's id."""
    case_id = str(chat.case_id)
    revision = scene.uow.messages.count_of_case(case_id, MessageKind.WRITTEN)
    message = Message(
        id=line.id, callback_id=None, case_id=case_id, kind=MessageKind.WRITTEN, channel=Channel.EMAIL,
        address=thread.address, revision=revision, at_any_hour=True, due_at=scene.now,
        expires_at=scene.now + EXPIRES, created_at=scene.now,
    )  # fmt: skip
    scene.uow.messages.add(message)


def written_mail(scene: Scene, message: Message, company: str) -> Mail:
    """The line as an e-mail. Raises NotFound if it was erased meanwhile."""
    line = scene.uow.chats.line(message.id)
    chat = scene.uow.chats.get(line.chat_id) if line is not None else None
    thread = scene.uow.mails.thread(chat.id) if chat is not None else None
    if line is None or chat is None or thread is None:
        raise NotFound("what was written is erased")
    name = f"{line.by}, {company}" if line.by else company
    return Mail(
        id=message.id,
        thread=str(chat.case_id),
        to=message.address,
        subject=thread.subject,
        text=f"{line.body}\n\n-- \n{name}\n",
        locale=chat.locale,
        sent_at=scene.now,
        stop_url="",
        replies_to=thread.message_ids,
        is_automatic=line.author is not Author.AGENT,
    )
