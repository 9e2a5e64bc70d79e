"""E-mail for cases in words: what arrives, which of it may be answered, and the thread that it belongs to."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

MOST_REFERENCES: Final = 20
_MAIL_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z0-9-]{2,}"
)


class Nature(StrEnum):
    """What a mail is, by its headers (RFC 3834, RFC 2369, RFC 3464); only what a person wrote is answered."""

    WRITTEN = "written"
    AUTO_REPLY = "auto_reply"
    """A machine answered one of ours: absence, ticket systems."""
    BOUNCE = "bounce"
    """A mail server could not deliver one of ours."""
    LIST = "list"
    """Sent to many."""


class MailState(StrEnum):
    """What became of a mail."""

    TAKEN = "taken"
    NOTED = "noted"
    """A machine's answer, in the timeline of its case."""
    IGNORED = "ignored"
    OVER_LIMIT = "over_limit"
    """Its sender had written too much that day."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    picture: bytes = b""
    """What may be a picture; empty: another file, which is not kept."""


@dataclass(frozen=True, kw_only=True)
class ArrivedMail:
    """A mail, read as far as it can be. All text is printable; nothing in it is vouched for, the sender least."""

    key: str
    """What it is known by when it comes again."""
    sender: str
    """The address to answer to; empty: there is none."""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    """Message-IDs of what it answers, the nearest first."""
    text: str = ""
    """What was newly written."""
    locale: str = ""
    """The language that it says it is in."""
    attachments: tuple[Attachment, ...] = ()
    nature: Nature = Nature.WRITTEN
    is_whole: bool = True
    """False: some of it could not be read, or it was too large."""


@dataclass(eq=False, kw_only=True)
class MailThread:
    """What a chat by e-mail has beside its lines. One per case and address."""

    chat_id: str
    address: str
    subject: str
    message_ids: tuple[str, ...] = ()
    """Of the customer's mails, oldest first."""
    version: int = 1

    def answered_by(self, message_id: str) -> None:
        """The customer's next mail."""
        if message_id and message_id not in self.message_ids:
            self.message_ids = (*self.message_ids, message_id)[-MOST_REFERENCES:]


@dataclass(frozen=True, kw_only=True)
class KeptMail:
    """The original of a mail, for whoever doubts what was made of it."""

    id: str
    key: str
    chat_id: str | None
    sender: str
    state: MailState
    at: datetime
    size: int
    """Of all of it; `raw` may be its beginning."""


@dataclass(frozen=True, kw_only=True)
class MailRules:
    """How much e-mail is handled and answered."""

    addresses: frozenset[str] = frozenset()
    """Our own, in lower case: what comes from there is never answered."""
    mails_per_sender: int = 50
    """In a day; beyond it a mail is kept, and becomes no case."""
    answers_per_sender: int = 5
    """Of our machine in a day: two machines that answer each other would never end."""
    answers_per_day: int = 500
    """Of our machine to all: who forges senders makes us a nuisance to nobody for long."""


def is_mail_address(value: str) -> bool:
    """Whether mail could be sent there: plain ASCII, as every mail server takes it."""
    return len(value) <= 254 and _MAIL_ADDRESS.fullmatch(value) is not None
