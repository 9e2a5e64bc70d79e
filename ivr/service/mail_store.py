"""The port of e-mail threads and originals; part of the unit of work."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.chats import Chat
from ivr.domain.mails import KeptMail, MailThread


class Mails(Protocol):
    """E-mail. The database keeps one mail per key (Conflict otherwise)."""

    def knows(self, key: str) -> bool:
        """Whether this mail was handled."""

    def keep(self, mail: KeptMail, raw: bytes) -> None: ...
    def originals(self, chat_id: str) -> Sequence[KeptMail]:
        """The mails of a chat, oldest first."""

    def raw(self, mail_id: str) -> bytes | None:
        """A mail as it came, or its beginning."""

    def add_thread(self, thread: MailThread) -> None: ...
    def thread(self, chat_id: str) -> MailThread | None: ...
    def of_case(self, case_id: str) -> Sequence[Chat]:
        """The case's chats by e-mail, the last begun first."""

    def latest_of_customer(self, customer_id: str, since: datetime) -> Chat | None:
        """The chat by e-mail that was written in last, since."""

    def erasable(self, before: datetime, limit: int) -> Collection[str]:
        """Chats of every channel that nobody has written in since."""

    def chats_of(self, number: str, address: str) -> Collection[str]:
        """Chats of every channel of a number or its customer, or by e-mail with an address."""

    def erase(self, chat_ids: Collection[str]) -> None:
        """Delete these chats, and blank their words where the timeline and their cases keep them."""

    def erase_strays(self, before: datetime, address: str = "") -> int:
        """Delete mails that belong to no chat: old ones, or those of an address; how many."""
