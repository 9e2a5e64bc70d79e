"""The simulated public telephones; nobody writes."""

from collections.abc import Collection, Sequence
from datetime import datetime

from ivr.domain.chats import Chat, ChatLine
from ivr.domain.mails import KeptMail, MailThread


class NoChats:
    """service.chat_store.Chats of a store without any."""

    def add(self, chat: Chat) -> None:
        """Forget it."""

    def get(self, chat_id: str) -> Chat | None:
        """None are kept."""
        return None

    def live_of_number(self, number: str) -> Chat | None:
        """None are kept."""
        return None

    def latest_of_number(self, number: str, since: datetime) -> Chat | None:
        """None are kept."""
        return None

    def with_people(self, limit: int) -> Sequence[Chat]:
        """None are kept."""
        return ()

    def unanswered(self, before: datetime, limit: int) -> Sequence[Chat]:
        """None are kept."""
        return ()

    def idle(self, before: datetime, limit: int) -> Sequence[Chat]:
        """None are kept."""
        return ()

    def add_line(self, line: ChatLine) -> None:
        """Forget it."""

    def line(self, line_id: str) -> ChatLine | None:
        """None are kept."""
        return None

    def line_by_key(self, key: str) -> ChatLine | None:
        """None are kept."""
        return None

    def lines(self, chat_id: str) -> Sequence[ChatLine]:
        """None are kept."""
        return ()

    def next_unhandled(self, chat_id: str) -> ChatLine | None:
        """None are kept."""
        return None

    def unhandled(self, before: datetime, limit: int) -> Sequence[str]:
        """None are kept."""
        return ()

    def due(self, limit: int) -> Collection[str]:
        """None are kept."""
        return ()


class NoMails:
    """service.mail_store.Mails of a store without any."""

    def knows(self, key: str) -> bool:
        """None are kept."""
        return False

    def keep(self, mail: KeptMail, raw: bytes) -> None:
        """Forget it."""

    def originals(self, chat_id: str) -> Sequence[KeptMail]:
        """None are kept."""
        return ()

    def raw(self, mail_id: str) -> bytes | None:
        """None are kept."""
        return None

    def add_thread(self, thread: MailThread) -> None:
        """Forget it."""

    def thread(self, chat_id: str) -> MailThread | None:
        """None are kept."""
        return None

    def of_case(self, case_id: str) -> Sequence[Chat]:
        """None are kept."""
        return ()

    def latest_of_customer(self, customer_id: str, since: datetime) -> Chat | None:
        """None are kept."""
        return None

    def erasable(self, before: datetime, limit: int) -> Collection[str]:
        """None are kept."""
        return ()

    def chats_of(self, number: str, address: str) -> Collection[str]:
        """None are kept."""
        return ()

    def erase(self, chat_ids: Collection[str]) -> None:
        """Nothing is there."""

    def erase_strays(self, before: datetime, address: str = "") -> int:
        """Nothing is there."""
        return 0
