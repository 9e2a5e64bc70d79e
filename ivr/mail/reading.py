"""A mail's bytes, read with the standard library: every mail leads to an ArrivedMail, however broken it is."""

import email
import re
from collections.abc import Iterator, Mapping
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from hashlib import sha256
from typing import Final

from ivr.domain.mails import ArrivedMail, Attachment, Nature, is_mail_address
from ivr.mail.bodies import newly_written, printable, text_of
from ivr.service.mail_ports import FoundMail

BROKEN: Final = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)
"""What the standard library raises at hostile mails, as its bug tracker tells."""
MOST_HEADER: Final = 10_000
MOST_PARTS: Final = 100
MOST_SUBJECT: Final = 200
MOST_RECIPIENTS: Final = 20
MOST_IDS: Final = 20
MOST_FILES: Final = 20
MOST_NAME: Final = 80
MOST_PICTURE: Final = 8 * 1024 * 1024
LEAST_PICTURE: Final = 8 * 1024
"""Smaller ones are signatures' ornaments."""
PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
_ID: Final = re.compile(r"<([^<>\s]{1,500})>")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2})?")
MACHINES: Final = ("mailer-daemon", "postmaster", "no-reply", "noreply", "do-not-reply", "donotreply")
"""Nobody reads there."""
_MANY: Final = frozenset({"bulk", "list", "junk"})

Headers = Mapping[str, str]


def read_mail(found: FoundMail) -> ArrivedMail:
    """The mail as far as it can be read; what cannot, leaves `is_whole` False."""
    try:
        # The old policy takes headers as they are; the new one parses each, and breaks or crawls on hostile ones.
        message = email.message_from_bytes(found.raw, policy=compat32)
        headers = _headers(message)
    except BROKEN:
        return _unreadable(found)
    text, files, is_whole = _contents(message)
    ids = [*_ID.findall(headers.get("in-reply-to", ""))[:2], *reversed(_ID.findall(headers.get("references", "")))]
    sender, message_id = _sender(headers), next(iter(_ID.findall(headers.get("message-id", ""))), "")
    return ArrivedMail(
        key=_key(sender, message_id, headers.get("date", ""), text if is_whole else found.raw.hex()),
        sender=sender,
        recipients=tuple(_addresses(headers, "to", "cc", "delivered-to"))[:MOST_RECIPIENTS],
        subject=" ".join(headers.get("subject", "").split())[:MOST_SUBJECT],
        message_id=message_id,
        references=tuple(dict.fromkeys([*ids, *_reported(message)]))[:MOST_IDS],
        text=newly_written(text),
        locale=_locale(headers.get("content-language", "")),
        attachments=files,
        nature=_nature(message, headers, sender),
        is_whole=is_whole and found.size <= len(found.raw),
    )


def _unreadable(found: FoundMail) -> ArrivedMail:
    return ArrivedMail(key=_key(found.raw.hex()), sender="", is_whole=False)


def _key(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


# --- headers -----------------------------------------------------------------------------------------------


def _headers(message: Message) -> dict[str, str]:
    """By name, the first of each, decoded; one that is absurdly long is cut."""
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        if name.lower() not in found:
            found[name.lower()] = _decoded(str(value)[:MOST_HEADER])
    return found


def _decoded(value: str) -> str:
    raw = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        text = str(make_header(decode_header(raw)))
    except BROKEN:
        text = raw
    return printable(text).replace("\n", " ")


def _sender(headers: Headers) -> str:
    """Where an answer goes to: Reply-To, else From; empty: nowhere."""
    return next(iter([*_addresses(headers, "reply-to"), *_addresses(headers, "from")]), "")


def _addresses(headers: Headers, *names: str) -> Iterator[str]:
    for name in names:
        try:
            found = getaddresses([headers.get(name, "")])
        except BROKEN:
            continue  # comments within comments, thousands deep
        yield from (address.lower() for _, address in found if is_mail_address(address))


def _locale(language: str) -> str:
    first = language.split(",")[0].strip()
    return first if _LANGUAGE.fullmatch(first) else ""


def _nature(message: Message, headers: Headers, sender: str) -> Nature:
    is_null = headers.get("return-path", "-").strip() == "<>"
    local = sender.partition("@")[0]
    if message.get_content_type() == "multipart/report" or local in MACHINES[:2]:
        return Nature.BOUNCE
    submitted = headers.get("auto-submitted", "no").split(";")[0].strip().lower()
    is_auto = submitted not in ("no", "") or "x-autoreply" in headers or "x-autorespond" in headers
    if is_null or is_auto or headers.get("precedence", "").strip().lower() == "auto_reply":
        return Nature.BOUNCE if is_null and not is_auto else Nature.AUTO_REPLY
    is_many = headers.get("precedence", "").strip().lower() in _MANY
    if is_many or "list-id" in headers or "list-unsubscribe" in headers:
        return Nature.LIST
    return Nature.AUTO_REPLY if local in MACHINES else Nature.WRITTEN


# --- contents ----------------------------------------------------------------------------------------------


def _contents(message: Message) -> tuple[str, tuple[Attachment, ...], bool]:
    """The words, the files, and whether all could be read."""
    try:
        parts = _parts(message)
        body = next((p for kind in ("text/plain", "text/html") for p in parts if _is_body(p, kind)), None)
        text, is_whole = text_of(body) if body is not None else ("", True)
        files = tuple(_file(part) for part in parts if part is not body and _is_file(part))
    except BROKEN:
        return "", (), False
    return text, files[:MOST_FILES], is_whole and len(parts) < MOST_PARTS and not message.defects


def _parts(message: Message) -> list[Message]:
    """Its parts without those that hold others, as far as anybody would look."""
    found: list[Message] = []
    for part in message.walk():
        if len(found) >= MOST_PARTS:
            break
        if not part.is_multipart():
            found.append(part)
    return found


def _is_body(part: Message, kind: str) -> bool:
    return part.get_content_type() == kind and part.get_content_disposition() != "attachment"


def _is_file(part: Message) -> bool:
    is_named = part.get_content_disposition() == "attachment" or bool(part.get_filename())
    return is_named or part.get_content_maintype() not in ("text", "message", "multipart")


def _file(part: Message) -> Attachment:
    name = _decoded(str(part.get_filename() or part.get_content_type()))
    name = re.split(r"[/\\]", name)[-1][:MOST_NAME].strip() or "?"
    data = part.get_payload(decode=True) if part.get_content_type() in PICTURES else b""
    is_taken = isinstance(data, bytes) and LEAST_PICTURE <= len(data) <= MOST_PICTURE
    return Attachment(name=name, picture=data if isinstance(data, bytes) and is_taken else b"")


def _reported(message: Message) -> list[str]:
    """In a report of a mail server: the Message-IDs of what it could not deliver."""
    if message.get_content_type() != "multipart/report":
        return []
    inner = [part for part in message.walk() if part.get_content_type() in ("message/rfc822", "text/rfc822-headers")]
    text = "\n".join(str(part)[:MOST_HEADER] for part in inner[:2])
    return re.findall(r"(?im)^message-id:\s*<([^<>\s]{1,500})>", text)
