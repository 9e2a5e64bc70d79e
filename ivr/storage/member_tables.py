"""The table of whose callbacks are members'."""

from sqlalchemy import Boolean, Column, Table

from ivr.storage.schema import key, metadata, moment

member_marks = Table(
    "member_marks",
    metadata,
    key("callback_id"),
    Column("is_member", Boolean, nullable=False),
    moment("marked_at"),
)
