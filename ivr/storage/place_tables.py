"""The table of places in line that are kept for callers who were cut off."""

from sqlalchemy import Index, Table, text

from ivr.storage.schema import integer, key, metadata, moment, partial, string

kept_places = Table(
    "kept_places",
    metadata,
    key("call_sid"),
    string("number"),
    string("case_id"),
    moment("ticket_at"),
    integer("priority"),
    string("code"),
    moment("expires_at", null=True),
    moment("taken_at", null=True),
    integer("version"),
    Index(None, "number", "expires_at"),
    partial("uq_kept_places_code", "code", where=text("code <> ''"), unique=True),
)
