"""The tables of chats."""

from sqlalchemy import Boolean, Column, Index, Table, text

from ivr.domain.chats import Author, ChatChannel, ChatStatus, Delivery
from ivr.storage.columns import DomainValue
from ivr.storage.schema import (
    NOT_ENDED,
    belongs_to,
    choice,
    integer,
    key,
    metadata,
    moment,
    one_of,
    partial,
    string,
)

WITH_PEOPLE = one_of("status", {ChatStatus.WAITING, ChatStatus.WITH_AGENT})
WAS_ASKED = text("asked_at IS NOT NULL")
IS_DUE = one_of("delivery", {Delivery.DUE})

chats = Table(
    "chats",
    metadata,
    key(),
    choice("channel", ChatChannel),
    string("number", null=True),
    string("locale"),
    belongs_to("customer_id", "customers.id", null=True),
    belongs_to("case_id", "cases.id", null=True),
    Column("dialogue", DomainValue, nullable=True),
    integer("turn"),
    choice("status", ChatStatus),
    string("agent_id", null=True),
    integer("lines"),
    moment("unanswered_since_at", null=True),
    moment("offered_at", null=True),
    moment("started_at"),
    moment("changed_at"),
    moment("ended_at", null=True),
    integer("version"),
    moment("asked_at", null=True),
    moment("answered_at", null=True),
    partial("ix_chats_asked", "asked_at", where=WAS_ASKED),
    partial("uq_chats_live_number", "number", where=NOT_ENDED, unique=True),
    partial("ix_chats_live", "changed_at", where=NOT_ENDED),
    partial("ix_chats_with_people", "unanswered_since_at", where=WITH_PEOPLE),
    Index(None, "number", "changed_at"),
    Index(None, "case_id"),
)

chat_lines = Table(
    "chat_lines",
    metadata,
    key(),
    belongs_to("chat_id", "chats.id"),
    integer("number"),
    moment("at"),
    choice("author", Author),
    string("by"),
    string("body"),
    string("key", null=True),
    Column("handled", Boolean, nullable=False),
    choice("delivery", Delivery),
    integer("version"),
    Index("uq_chat_lines_number", "chat_id", "number", unique=True),
    Index("uq_chat_lines_key", "key", unique=True),
    partial("ix_chat_lines_due", "at", where=IS_DUE),
)
