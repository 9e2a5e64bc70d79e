"""The outbox: one message of a kind for each state of a callback, or in their order about an order."""

from sqlalchemy import Boolean, Column, Index, Table

from ivr.domain.messages import Channel, MessageKind, MessageStatus
from ivr.storage.schema import (
    ABOUT_CASE,
    IS_TO_SEND,
    belongs_to,
    choice,
    integer,
    key,
    metadata,
    moment,
    partial,
    string,
)

messages = Table(
    "messages",
    metadata,
    key(),
    belongs_to("callback_id", "callbacks.id", null=True),
    choice("kind", MessageKind),
    integer("revision"),
    choice("channel", Channel),
    string("address"),
    Column("at_any_hour", Boolean, nullable=False),
    choice("status", MessageStatus),
    moment("due_at"),
    moment("expires_at"),
    integer("tries"),
    integer("unclear"),
    string("reference"),
    string("reason"),
    moment("created_at"),
    moment("sending_at", null=True),
    moment("ended_at", null=True),
    integer("version"),
    string("delivery"),
    integer("delivery_code", null=True),
    belongs_to("case_id", "cases.id", null=True),
    Index("uq_messages_once", "callback_id", "channel", "kind", "revision", unique=True),
    partial("uq_messages_of_case", "case_id", "channel", "kind", "revision", where=ABOUT_CASE, unique=True),
    partial("ix_messages_to_send", "due_at", where=IS_TO_SEND),
    Index(None, "channel", "sending_at"),
    Index(None, "address", "sending_at"),
    Index(None, "ended_at"),
)
