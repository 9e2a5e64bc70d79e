"""The tables of e-mail: threads, and originals."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table

from ivr.domain.mails import MailState
from ivr.storage.columns import Text, Words
from ivr.storage.schema import belongs_to, choice, integer, key, metadata, moment, string

mail_threads = Table(
    "mail_threads",
    metadata,
    Column("chat_id", Text, ForeignKey("chats.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    string("address"),
    string("subject"),
    Column("message_ids", Words, nullable=False),
    integer("version"),
    Index(None, "address"),
)

mails = Table(
    "mails",
    metadata,
    key(),
    string("key"),
    belongs_to("chat_id", "chats.id", null=True),
    string("sender"),
    choice("state", MailState),
    moment("at"),
    integer("size"),
    Column("raw", LargeBinary, nullable=False),
    Index("uq_mails_key", "key", unique=True),
    Index(None, "chat_id"),
    Index(None, "sender"),
    Index(None, "at"),
)
