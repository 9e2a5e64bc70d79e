"""The table of news that customers are rung for."""

from sqlalchemy import Column, Index, Table

from ivr.domain.outreach import News, OutreachStatus
from ivr.storage.schema import IS_WAITING, Json, belongs_to, choice, integer, key, metadata, moment, partial, string

outreaches = Table(
    "outreaches",
    metadata,
    key(),
    string("key"),
    choice("kind", News),
    belongs_to("case_id", "cases.id"),
    string("order_id"),
    string("number"),
    string("email"),
    choice("status", OutreachStatus),
    integer("tries"),
    moment("due_at"),
    string("leg_id", null=True),
    string("reason"),
    moment("created_at"),
    moment("ended_at", null=True),
    integer("version"),
    Column("details", Json, nullable=True),
    Index("uq_outreaches_key", "key", unique=True),
    Index("ix_outreaches_leg_id", "leg_id"),
    Index("ix_outreaches_case_id", "case_id"),
    partial("ix_outreaches_due", "due_at", where=IS_WAITING),
)
