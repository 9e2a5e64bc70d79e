"""How settings of e-mail become values; every refusal is a ValueError that says what works."""

import re
from email.utils import parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

from ivr.domain.mails import is_mail_address

_FOLDER: Final = re.compile(r'[^\x00-\x1f"\\\x7f-\U0010ffff]+')


def mail_server(value: str) -> str:
    """Where mail is handed in."""
    parts = urlsplit(value)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(
            "give an address such as smtp://user:password@mail.example.com:587 (% and @ in it as %25, %40)"
        )
    return value


def mailbox_server(value: str) -> str:
    """Where customers' mail lies."""
    parts = urlsplit(value)
    is_address = parts.scheme in ("imap", "imaps") and parts.hostname and parts.username and not parts.query
    folder = unquote(parts.path).strip("/")
    if not is_address or (folder and not _FOLDER.fullmatch(folder)):
        raise ValueError(
            "give an address such as imaps://user:password@mail.example.com/INBOX (% and @ in it as %25, %40)"
        )
    return value


def mailbox(value: str) -> str:
    """An e-mail address, with or without a name."""
    if not is_mail_address(parseaddr(value)[1]):
        raise ValueError("give an e-mail address, such as Acme <callbacks@example.com>")
    return value
