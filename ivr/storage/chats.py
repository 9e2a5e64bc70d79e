"""Chats and their lines."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from ivr.domain.chats import Chat, ChatChannel, ChatLine
from ivr.storage.chat_tables import IS_DUE, WITH_PEOPLE, chat_lines, chats
from ivr.storage.rows import Repository
from ivr.storage.schema import NOT_ENDED

TALKS = chats.c.channel != ChatChannel.MAIL
"""Where a dialogue speaks: e-mail has none, and waits for days."""


class SqlChats(Repository):
    """service.chat_store.Chats."""

    def add(self, chat: Chat) -> None:
        """Conflict at commit if the number has a live one."""
        self._add(chat)

    def get(self, chat_id: str) -> Chat | None:
        """By id."""
        return self._session.find(Chat, chat_id)

    def live_of_number(self, number: str) -> Chat | None:
        """The only one."""
        return self._first(select(Chat).where(chats.c.number == number, NOT_ENDED))

    def latest_of_number(self, number: str, since: datetime) -> Chat | None:
        """The last one written in since."""
        mine = select(Chat).where(chats.c.number == number, chats.c.changed_at > since)
        return self._first(mine.order_by(chats.c.changed_at.desc()))

    def with_people(self, limit: int) -> Sequence[Chat]:
        """Who waits longest first; those that were answered last."""
        c = chats.c
        order = (c.unanswered_since_at.is_(None), c.unanswered_since_at, c.changed_at)
        return self._all(select(Chat).where(WITH_PEOPLE).order_by(*order).limit(limit))

    def unanswered(self, before: datetime, limit: int) -> Sequence[Chat]:
        """Who waits longest first."""
        c = chats.c
        late = select(Chat).where(WITH_PEOPLE, TALKS, c.unanswered_since_at <= before, c.offered_at.is_(None))
        return self._all(late.order_by(c.unanswered_since_at).limit(limit))

    def idle(self, before: datetime, limit: int) -> Sequence[Chat]:
        """The longest idle first."""
        still = select(Chat).where(NOT_ENDED, TALKS, chats.c.changed_at <= before)
        return self._all(still.order_by(chats.c.changed_at).limit(limit))

    def add_line(self, line: ChatLine) -> None:
        """Conflict at commit if the key is known."""
        self._add(line)

    def line(self, line_id: str) -> ChatLine | None:
        """By id."""
        return self._session.find(ChatLine, line_id)

    def line_by_key(self, key: str) -> ChatLine | None:
        """By what it is known by when it comes again."""
        return self._first(select(ChatLine).where(chat_lines.c.key == key))

    def lines(self, chat_id: str) -> Sequence[ChatLine]:
        """In order."""
        mine = select(ChatLine).where(chat_lines.c.chat_id == chat_id)
        return self._all(mine.order_by(chat_lines.c.number))

    def next_unhandled(self, chat_id: str) -> ChatLine | None:
        """The first one."""
        c = chat_lines.c
        waiting = select(ChatLine).where(c.chat_id == chat_id, c.handled.is_(False))
        return self._first(waiting.order_by(c.number))

    def unhandled(self, before: datetime, limit: int) -> Sequence[str]:
        """Among live chats alone: there are few."""
        c = chat_lines.c
        live = select(chats.c.id).where(NOT_ENDED)
        left = select(c.chat_id).where(c.chat_id.in_(live), c.handled.is_(False), c.at <= before).distinct()
        return list(self._session.scalars(left.limit(limit)))

    def due(self, limit: int) -> Collection[str]:
        """Oldest first."""
        return list(self._session.scalars(select(chat_lines.c.id).where(IS_DUE).order_by(chat_lines.c.at).limit(limit)))
