"""Which case an e-mail goes on with: by what only somebody has who got a mail of ours, never by its sender alone."""

import re
from dataclasses import dataclass
from typing import Final

from ivr.domain.cases import Case, CaseStatus, is_case_number
from ivr.domain.chats import Chat, ChatChannel, ChatStatus
from ivr.domain.mails import ArrivedMail, MailThread
from ivr.service.links import Links
from ivr.service.mail_letters import subject_of, tag_in
from ivr.service.scenes import Scene
from ivr.service.store import UnitOfWork
from ivr.service.timeline import ID, new_id, record

_NUMBER: Final = re.compile(r"(?<!\d)\d{7,19}(?!\d)")


@dataclass(frozen=True)
class Threads:
    """Finds cases and threads, and begins threads."""

    links: Links

    def case_of(self, uow: UnitOfWork, mail: ArrivedMail) -> Case | None:
        """By the Message-ID of ours that it answers, by the subject's tag, or by number and address of a thread."""
        for reference in mail.references:
            case = case_of_message(uow, reference)
            if case is not None:
                return _open(case)
        number, tag = tag_in(mail.subject)
        case = uow.cases.by_number(number) if is_case_number(number) else None
        if case is not None and self.links.is_mail_tag(case.id, tag):
            return _open(case)
        return self._by_number(uow, mail)

    def _by_number(self, uow: UnitOfWork, mail: ArrivedMail) -> Case | None:
        """Numbers can be guessed: only who writes from the thread's address goes on, and there the answer goes, too."""
        for case in named(uow, mail):
            threads = [uow.mails.thread(chat.id) for chat in uow.mails.of_case(case.id)]
            if any(thread is not None and thread.address == mail.sender for thread in threads):
                return _open(case)
        return None

    def thread_of(self, scene: Scene, case: Case, mail: ArrivedMail) -> tuple[Chat, MailThread]:
        """The case's thread with this address; a new one if there is none."""
        for chat in scene.uow.mails.of_case(case.id):
            thread = scene.uow.mails.thread(chat.id)
            if thread is not None and thread.address == mail.sender:
                return chat, thread
        return self._begin(scene, case, mail)

    def _begin(self, scene: Scene, case: Case, mail: ArrivedMail) -> tuple[Chat, MailThread]:
        chat = Chat(
            id=new_id(), channel=ChatChannel.MAIL, locale=case.locale, customer_id=case.customer_id, case_id=case.id,
            status=ChatStatus.ENDED, started_at=scene.now, changed_at=scene.now,
        )  # fmt: skip
        subject = subject_of(mail.subject, case, self.links.mail_tag(case.id))
        thread = MailThread(chat_id=chat.id, address=mail.sender, subject=subject)
        scene.uow.chats.add(chat)
        scene.uow.mails.add_thread(thread)
        record(scene.uow, scene.now, "chat_started", call=chat.as_call(), data={"channel": chat.channel.value})
        return chat, thread


def case_of_message(uow: UnitOfWork, message_id: str) -> Case | None:
    """The case of a mail of ours, or of its thread: its Message-ID is made of 128 random bits."""
    name = message_id.partition("@")[0]
    if not ID.fullmatch(name):
        return None
    message = uow.messages.get(name)
    case_id = message.case_id if message is not None else name
    callback = uow.callbacks.get(message.callback_id if message is not None and message.callback_id else name)
    return uow.cases.get(callback.case_id if callback is not None else case_id or "")


def named(uow: UnitOfWork, mail: ArrivedMail) -> list[Case]:
    """Cases whose numbers stand in the subject."""
    numbers = [number for number in _NUMBER.findall(mail.subject)[:3] if is_case_number(number)]
    return [case for number in numbers if (case := uow.cases.by_number(number)) is not None]


def _open(case: Case) -> Case | None:
    """A closed one stays closed: the mail opens another."""
    return case if case.status is not CaseStatus.CLOSED else None
