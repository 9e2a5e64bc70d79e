"""E-mail becomes cases in words: each mail once, each with a clear outcome, the machine's own answer at most once."""

from dataclasses import dataclass
from typing import Final

import structlog

from ivr.domain.cases import Case, CaseStatus
from ivr.domain.chats import Author, Chat, ChatStatus
from ivr.domain.mails import ArrivedMail, KeptMail, MailRules, MailState, MailThread, Nature
from ivr.domain.messages import MessageRules
from ivr.errors import CallbackRefused
from ivr.service.cases import Opening, open_case, resolve_case
from ivr.service.chat_lines import next_line
from ivr.service.limits import uses_today
from ivr.service.mail_answers import MailAnswers
from ivr.service.mail_finding import Threads, case_of_message, named
from ivr.service.mail_letters import send_line
from ivr.service.mail_ports import FoundMail
from ivr.service.mail_words import MailReader, Understood
from ivr.service.opting import has_opted_out, masked_address
from ivr.service.photos import CasePhotos, Picture, Pictures
from ivr.service.scenes import Scene, Scenes
from ivr.service.timeline import new_id, record

log = structlog.get_logger(__name__)

MOST_KEPT: Final = 1024 * 1024
"""Bytes of an original that are kept."""
WAITS: Final = frozenset({CaseStatus.OPEN, CaseStatus.RESOLVED})


@dataclass(frozen=True, kw_only=True)
class IntakeTools:
    """What it works with."""

    scenes: Scenes
    reader: MailReader
    threads: Threads
    answers: MailAnswers
    photos: CasePhotos
    pictures: Pictures
    rules: MailRules
    messages: MessageRules


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What was found out about a mail before its transaction."""

    mail: ArrivedMail
    found: FoundMail
    understood: Understood
    pictures: tuple[tuple[str, Picture], ...]
    dropped: tuple[str, ...]
    """Names of files that are not kept."""


class MailIntake:
    """Takes one mail."""

    def __init__(self, tools: IntakeTools) -> None:
        self._tools = tools

    def arrived(self, mail: ArrivedMail, found: FoundMail) -> None:
        """Keep it, and do what it asks for; the same mail again changes nothing. Raises Conflict."""
        if self._is_known(mail):
            return
        read = self._read(mail, found)
        state = self._tools.scenes.run(lambda scene: self._arrived(scene, read))
        log.info("mail_arrived", sender=masked_address(mail.sender), nature=mail.nature.value, state=state.value)

    def _is_known(self, mail: ArrivedMail) -> bool:
        with self._tools.scenes.store.read() as uow:
            return uow.mails.knows(mail.key)

    def _read(self, mail: ArrivedMail, found: FoundMail) -> _Read:
        """What takes time is done before the database is held up."""
        pictures, dropped = [], []
        for file in mail.attachments:
            try:
                if not file.picture or mail.nature is not Nature.WRITTEN:
                    raise CallbackRefused("photo_type")
                pictures.append((file.name, self._tools.pictures.read(file.picture)))
            except CallbackRefused:
                dropped.append(file.name)
        understood = self._tools.reader.read(mail.subject, mail.text, mail.locale)
        return _Read(mail=mail, found=found, understood=understood, pictures=tuple(pictures), dropped=tuple(dropped))

    def _arrived(self, scene: Scene, read: _Read) -> MailState:
        if scene.uow.mails.knows(read.mail.key):
            return MailState.TAKEN
        chat, state = self._handled(scene, read)
        kept = KeptMail(
            id=new_id(), key=read.mail.key, chat_id=chat.id if chat is not None else None, sender=read.mail.sender,
            state=state, at=scene.now, size=read.found.size,
        )  # fmt: skip
        scene.uow.mails.keep(kept, read.found.raw[:MOST_KEPT])
        return state

    def _handled(self, scene: Scene, read: _Read) -> tuple[Chat | None, MailState]:
        mail, rules = read.mail, self._tools.rules
        if mail.nature in (Nature.AUTO_REPLY, Nature.BOUNCE):
            return self._noted(scene, mail)
        if mail.sender in rules.addresses:
            return None, MailState.IGNORED
        case = self._tools.threads.case_of(scene.uow, mail)
        if mail.nature is Nature.LIST and case is None:
            return None, MailState.IGNORED
        if uses_today(scene.uow, "mail_from", mail.sender, scene.now) > rules.mails_per_sender:
            return None, MailState.OVER_LIMIT
        return self._taken(scene, read, case), MailState.TAKEN

    def _noted(self, scene: Scene, mail: ArrivedMail) -> tuple[Chat | None, MailState]:
        """A machine answered: it is told in the case, wakes nobody, and is never answered."""
        case = next((found for one in mail.references if (found := case_of_message(scene.uow, one))), None)
        if case is None:
            return None, MailState.IGNORED
        kind = "mail_bounced" if mail.nature is Nature.BOUNCE else "mail_auto_replied"
        record(scene.uow, scene.now, kind, subject=case, data={"from": masked_address(mail.sender)})
        chat = next(iter(scene.uow.mails.of_case(case.id)), None)
        if chat is not None and mail.nature is Nature.BOUNCE and chat.is_live:
            chat.unanswered_since_at = chat.unanswered_since_at or scene.now  # nobody has read our answer
        return chat, MailState.NOTED

    # --- a person's --------------------------------------------------------------------------------------------

    def _taken(self, scene: Scene, read: _Read, known: Case | None) -> Chat:
        case = known or self._opened(scene, read)
        chat, thread = self._tools.threads.thread_of(scene, case, read.mail)
        thread.answered_by(read.mail.message_id)
        self._write_down(scene, read, chat)
        dropped = (*read.dropped, *self._keep_pictures(scene, read, case))
        is_answered = known is None and read.mail.is_whole and read.understood.is_answered
        is_told = known is None and self._answer(scene, read, (case, chat, thread), (is_answered, dropped))
        if is_answered and is_told:
            resolve_case(scene.uow, scene.now, case, f"answered: {_article(read)}")
            chat.end(scene.now)
        else:
            _wait(scene, chat, case)
        return chat

    def _opened(self, scene: Scene, read: _Read) -> Case:
        """A new case. Nobody's: whoever is in a mail's From may not have written it."""
        mail, understood = read.mail, read.understood
        opening = Opening(
            kind=understood.kind, customer_id=None, order_id=next(iter(understood.orders), None),
            words=" ".join(f"{mail.subject} {mail.text}".split()), locale=understood.locale, source="mail",
        )  # fmt: skip
        case = open_case(scene.uow, scene.now, opening)
        told = {
            "kinds": [kind.value for kind in understood.kinds], "orders": list(understood.orders),
            "article": _article(read), "named": [other.number for other in named(scene.uow, mail)],
        }  # fmt: skip
        record(scene.uow, scene.now, "mail_understood", subject=case, data=told)
        return case

    def _write_down(self, scene: Scene, read: _Read, chat: Chat) -> None:
        body = read.mail.text or read.mail.subject or "–"
        line = next_line(chat, scene.now, Author.CUSTOMER, body)
        scene.uow.chats.add_line(line)
        data = {"text": body, "whole": read.mail.is_whole}
        record(scene.uow, scene.now, "customer_wrote", call=chat.as_call(), data=data)

    def _keep_pictures(self, scene: Scene, read: _Read, case: Case) -> list[str]:
        """Names of those that the case had no room for."""
        dropped = []
        for name, picture in read.pictures:
            try:
                self._tools.photos.add_to(scene.uow, case, picture, name)
            except CallbackRefused:
                dropped.append(name)
        return dropped

    def _answer(
        self,
        scene: Scene,
        read: _Read,
        to: tuple[Case, Chat, MailThread],
        what: tuple[bool, tuple[str, ...]],
    ) -> bool:
        """The machine's own answer to the first mail of a case; whether there is one."""
        case, chat, thread = to
        is_answered, dropped = what
        if not self._may_answer(scene, read.mail):
            return False
        body = self._tools.answers.first(case, read.understood.article, dropped, scene.now, is_answered=is_answered)
        line = next_line(chat, scene.now, Author.WE, body)
        scene.uow.chats.add_line(line)
        send_line(scene, chat, thread, line)
        record(scene.uow, scene.now, "said", call=chat.as_call(), data={"text": body, "locale": case.locale})
        return True

    def _may_answer(self, scene: Scene, mail: ArrivedMail) -> bool:
        if not (self._tools.messages.mails and mail.sender and mail.nature is Nature.WRITTEN):
            return False
        if has_opted_out(scene.uow, mail.sender):
            return False
        rules, now = self._tools.rules, scene.now
        is_few = uses_today(scene.uow, "mail_answer", mail.sender, now) <= rules.answers_per_sender
        return is_few and uses_today(scene.uow, "mail_answers", "", now) <= rules.answers_per_day


def _article(read: _Read) -> str:
    article = read.understood.article
    return article.id if article is not None else ""


def _wait(scene: Scene, chat: Chat, case: Case) -> None:
    """A person reads it: the one who has the chat, or whoever takes it."""
    chat.unanswered_since_at = chat.unanswered_since_at or scene.now
    if chat.status is not ChatStatus.WITH_AGENT:
        chat.status, chat.ended_at = ChatStatus.WAITING, None
        record(scene.uow, scene.now, "chat_waits", call=chat.as_call())
    if case.status in WAITS:
        case.move(CaseStatus.WAITING_AGENT)
