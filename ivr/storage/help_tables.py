"""The tables of the help: what callers made of its answers, and PostgreSQL's index of its articles."""

from sqlalchemy import Boolean, Column, Index, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR

from ivr.storage.schema import BigSerial, key, metadata, moment, string

help_answers = Table(
    "help_answers",
    metadata,
    Column("serial", BigSerial, primary_key=True),
    string("call_sid", null=True),
    string("article_id"),
    string("locale"),
    moment("at"),
    Column("helped", Boolean, nullable=True),
    Index(None, "call_sid"),
    sqlite_autoincrement=True,
)

help_index = Table(
    "help_index",
    metadata,
    key("locale"),
    key("digest"),
    key("article_id"),
    Column("document", TSVECTOR().with_variant(Text(), "sqlite"), nullable=False),
    moment("filled_at"),
)
"""A few hundred rows at most, and one language of them at a time: a scan is faster than an index would be."""
