"""The outbox."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select

from ivr.domain.messages import Channel, Message, MessageKind
from ivr.storage import schema, tables
from ivr.storage.rows import Repository


class SqlMessages(Repository):
    """service.store.Messages."""

    def add(self, message: Message) -> None:
        """Conflict at commit if this callback has one of its kind, revision and channel."""
        self._add(message)

    def get(self, message_id: str) -> Message | None:
        """By id."""
        return self._session.get(Message, message_id)

    def of_callback(self, callback_id: str) -> Sequence[Message]:
        """Oldest first."""
        c = tables.messages.c
        return self._all(
            select(Message).where(c.callback_id == callback_id).order_by(c.created_at, c.revision, c.kind, c.id)
        )

    def count_of_case(self, case_id: str, kind: MessageKind) -> int:
        """Written so far."""
        c = tables.messages.c
        mine = select(func.count()).select_from(tables.messages).where(c.case_id == case_id, c.kind == kind)
        return self._count(mine)

    def due(self, now: datetime, channels: Collection[Channel]) -> Message | None:
        """The longest due; those that another process has in hand are left out."""
        c = tables.messages.c
        ripe = select(Message).where(schema.IS_TO_SEND, c.due_at <= now, c.channel.in_(channels))
        return next(iter(self._all(ripe.order_by(c.due_at).limit(1), lock=True)), None)

    def count_waiting(self, before: datetime) -> int:
        """Tried, and still waiting."""
        c = tables.messages.c
        late = select(func.count()).select_from(tables.messages).where(schema.IS_TO_SEND)
        return self._count(late.where(c.created_at < before, c.tries > 0))

    def count_sent(self, channel: Channel, since: datetime, address: str = "") -> int:
        """By the moment of their last try."""
        c = tables.messages.c
        sent = select(func.count()).select_from(tables.messages).where(c.channel == channel, c.sending_at > since)
        return self._count(sent.where(c.address == address) if address else sent)
