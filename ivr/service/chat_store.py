"""The port of chats and their lines; part of the unit of work."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.chats import Chat, ChatLine


class Chats(Protocol):
    """Chats. The database allows one live chat per number, and one line per key (Conflict otherwise)."""

    def add(self, chat: Chat) -> None: ...
    def get(self, chat_id: str) -> Chat | None: ...
    def live_of_number(self, number: str) -> Chat | None: ...
    def latest_of_number(self, number: str, since: datetime) -> Chat | None:
        """The last one written in since."""

    def with_people(self, limit: int) -> Sequence[Chat]:
        """Waiting for a person, or with one; who waits longest first."""

    def unanswered(self, before: datetime, limit: int) -> Sequence[Chat]:
        """Those whose customers were not answered by a person since, and have not been offered a callback."""

    def idle(self, before: datetime, limit: int) -> Sequence[Chat]:
        """Live ones that nobody has written in since."""

    def add_line(self, line: ChatLine) -> None: ...
    def line(self, line_id: str) -> ChatLine | None: ...
    def line_by_key(self, key: str) -> ChatLine | None: ...
    def lines(self, chat_id: str) -> Sequence[ChatLine]:
        """In order."""

    def next_unhandled(self, chat_id: str) -> ChatLine | None:
        """The first one that the dialogue has not answered."""

    def unhandled(self, before: datetime, limit: int) -> Sequence[str]:
        """Ids of chats in which a line from before waits for the dialogue: whoever took it has died."""

    def due(self, limit: int) -> Collection[str]:
        """Ids of lines to be sent, oldest first."""
