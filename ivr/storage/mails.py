"""E-mail threads and originals; and the end of everything that was written, on whatever channel."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Select, delete, insert, select, update

from ivr.domain.chats import Chat, ChatChannel
from ivr.domain.mails import KeptMail, MailThread
from ivr.storage import tables
from ivr.storage.chat_tables import chat_lines, chats
from ivr.storage.failures import translated
from ivr.storage.mail_tables import mail_threads, mails
from ivr.storage.rows import Repository

WORDS: Final = ("heard", "said", "keyed", "customer_wrote", "agent_wrote")
"""Kinds of the timeline that hold what was written."""
SEEN: Final = tuple(column for column in mails.c if column.name != "raw")
IN_WRITING: Final = ("mail", "text", "chat")
"""Sources of cases whose summary is what was written."""


class SqlMails(Repository):
    """service.mail_store.Mails."""

    def knows(self, key: str) -> bool:
        """By its key."""
        return self._session.scalar(select(mails.c.id).where(mails.c.key == key)) is not None

    def keep(self, mail: KeptMail, raw: bytes) -> None:
        """Conflict if it is known."""
        self._change(insert(mails).values(**asdict(mail), raw=raw))

    def originals(self, chat_id: str) -> Sequence[KeptMail]:
        """Oldest first."""
        mine = select(*SEEN).where(mails.c.chat_id == chat_id).order_by(mails.c.at, mails.c.id)
        return [KeptMail(**row) for row in self._session.execute(mine).mappings()]

    def raw(self, mail_id: str) -> bytes | None:
        """By id."""
        return self._session.scalar(select(mails.c.raw).where(mails.c.id == mail_id))

    def add_thread(self, thread: MailThread) -> None:
        """Its chat is as new."""
        self._add(thread)

    def thread(self, chat_id: str) -> MailThread | None:
        """By its chat."""
        return self._session.find(MailThread, chat_id)

    def of_case(self, case_id: str) -> Sequence[Chat]:
        """The last begun first."""
        mine = select(Chat).where(chats.c.case_id == case_id, chats.c.channel == ChatChannel.MAIL)
        return self._all(mine.order_by(chats.c.started_at.desc(), chats.c.id))

    def latest_of_customer(self, customer_id: str, since: datetime) -> Chat | None:
        """By the customer of its case: a case gets one later, when a number is proven."""
        c = chats.c
        theirs = select(tables.cases.c.id).where(tables.cases.c.customer_id == customer_id)
        mine = select(Chat).where(c.case_id.in_(theirs), c.channel == ChatChannel.MAIL, c.changed_at > since)
        return self._first(mine.order_by(c.changed_at.desc()))

    # --- erasing -----------------------------------------------------------------------------------------------

    def erasable(self, before: datetime, limit: int) -> Collection[str]:
        """The oldest first."""
        old = select(chats.c.id).where(chats.c.changed_at < before).order_by(chats.c.changed_at)
        return list(self._session.scalars(old.limit(limit)))

    def chats_of(self, number: str, address: str) -> Collection[str]:
        """By number, by the customer who has it, by address."""
        customers = select(tables.customers.c.id).where(tables.customers.c.number == number)
        cases = select(tables.cases.c.id).where(tables.cases.c.customer_id.in_(customers))
        is_theirs = (chats.c.number == number) | chats.c.customer_id.in_(customers) | chats.c.case_id.in_(cases)
        threads = select(mail_threads.c.chat_id).where(mail_threads.c.address == address)
        mine = is_theirs if number else chats.c.id.in_(threads)
        return list(self._session.scalars(select(chats.c.id).where(mine)))

    def erase(self, chat_ids: Collection[str]) -> None:
        """In the order of their foreign keys."""
        ids = list(chat_ids)
        self._session.flush()
        lines = select(chat_lines.c.id).where(chat_lines.c.chat_id.in_(ids))
        self._blank(ids)
        self._change(delete(tables.messages).where(tables.messages.c.id.in_(lines)))
        for column in (chat_lines.c.chat_id, mail_threads.c.chat_id, mails.c.chat_id, chats.c.id):
            self._change(delete(column.table).where(column.in_(ids)))

    def _blank(self, ids: list[str]) -> None:
        events, cases = tables.events, tables.cases
        told = update(events).where(events.c.call_sid.in_(ids), events.c.kind.in_(WORDS))
        self._change(told.values(data={"erased": True}))
        about: Select[Any] = select(chats.c.case_id).where(chats.c.id.in_(ids))
        written = update(cases).where(cases.c.id.in_(about), cases.c.source.in_(IN_WRITING), cases.c.summary != "")
        self._change(written.values(summary="", version=cases.c.version + 1))

    def erase_strays(self, before: datetime, address: str = "") -> int:
        """Those that became no case."""
        which = mails.c.sender == address if address else mails.c.at < before
        return self._change(delete(mails).where(mails.c.chat_id.is_(None), which))

    def _change(self, statement: Any) -> int:
        if not self._writes:
            raise RuntimeError("store.read() is for reading; use store.begin()")
        with translated():
            self._session.flush()
            result = cast("CursorResult[Any]", self._session.execute(statement))
        return int(result.rowcount)
