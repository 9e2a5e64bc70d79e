"""Ports of e-mail, out and in."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class CalendarEntry:
    """What stands in the customer's calendar. Times are aware UTC, told in `zone`."""

    uid: str
    """The same for all changes of one callback."""
    sequence: int
    """Grows with each change."""
    is_canceled: bool
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    zone: str
    title: str
    description: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One e-mail."""

    id: str
    """Its Message-ID is made of this: the same each time it is sent."""
    thread: str
    """Mails with the same one belong together."""
    to: str
    subject: str
    text: str
    locale: str
    sent_at: datetime
    stop_url: str
    """Where whoever gets it says "no more"; also in one click (RFC 8058). Empty: what partners of the shop must get."""
    calendar: CalendarEntry | None = None
    replies_to: tuple[str, ...] = ()
    """Message-IDs of the customer's mails that it answers, oldest first."""
    is_automatic: bool = True
    """False: a person wrote it."""


class Mailer(Protocol):
    """E-mail."""

    def send(self, mail: Mail) -> None:
        """Hand it to the mail server.

        Raises MailRefused (for good), MailUnavailable (surely not sent: try later) or MailUnclear (may have been sent).
        """


@dataclass(frozen=True, kw_only=True)
class FoundMail:
    """A mail as it lies in the mailbox."""

    uid: str
    raw: bytes
    """Its beginning, where it is very large."""
    size: int
    """Of all of it, in bytes."""


class Mailbox(Protocol):
    """One visit to the mailbox that customers write to."""

    def unseen(self, limit: int) -> Iterator[FoundMail]:
        """What was not handled yet, oldest first. Raises MailUnavailable, at any of them."""

    def seen(self, mail: FoundMail) -> None:
        """It is handled for good. Raises MailUnavailable."""


class IncomingMail(Protocol):
    """Where customers' mails lie."""

    def visit(self) -> AbstractContextManager[Mailbox]:
        """Connect, and leave in the end. Raises MailUnavailable."""

    def check(self) -> None:
        """Connect, sign in, look into the folder. Raises MailUnavailable."""

    def close(self) -> None:
        """Leave; a visit after it connects again."""
