"""The table of recorded conversations: one for each attempt at the most, and one for each of the carrier's."""

from sqlalchemy import Column, Index, Table, text

from ivr.domain.consent import Consent
from ivr.domain.recordings import RecordingStatus
from ivr.storage.schema import Json, choice, integer, key, metadata, moment, one_of, partial, string

IS_LEFT = one_of("status", set(RecordingStatus) - {RecordingStatus.OVER})
IS_UNWRITTEN = text("status = 'kept' AND transcript IS NULL")

recordings = Table(
    "recordings",
    metadata,
    key(),
    string("attempt_id", null=True),
    string("case_id", null=True),
    string("customer_id", null=True),
    string("call_sid"),
    string("sid", null=True),
    choice("status", RecordingStatus),
    choice("consent", Consent),
    string("place"),
    string("locale"),
    integer("keep_days"),
    integer("seconds"),
    string("reason"),
    Column("transcript", Json, nullable=True),
    integer("tries"),
    moment("created_at"),
    moment("ended_at", null=True),
    moment("due_at"),
    integer("version"),
    Index("uq_recordings_attempt_id", "attempt_id", unique=True),
    Index("uq_recordings_sid", "sid", unique=True),
    Index(None, "case_id"),
    Index(None, "customer_id"),
    partial("ix_recordings_due", "due_at", where=IS_LEFT),
)
"""Without foreign keys: what is left at the carrier is deleted whatever becomes of the case."""
