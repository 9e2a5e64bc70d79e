"""The tables of the small rows that keep promises honest."""

from sqlalchemy import Column, Index, Table, func

from ivr.storage.columns import UtcDateTime
from ivr.storage.schema import BigSerial, Json, key, metadata, moment, string

webhook_events = Table(
    "webhook_events",
    metadata,
    key("call_sid"),
    key("kind"),
    key("sequence"),
    Column("seen_at", UtcDateTime, nullable=False, server_default=func.current_timestamp()),
    Index(None, "seen_at"),
)

hits = Table(
    "hits",
    metadata,
    Column("serial", BigSerial, primary_key=True),
    string("key"),
    moment("at"),
    moment("expires_at"),
    Index(None, "key", "at"),
    Index(None, "expires_at"),
    sqlite_autoincrement=True,
)

rates = Table("rates", metadata, key("name"), moment("next_at"))

do_not_call = Table("do_not_call", metadata, key("number"), moment("at"), string("reason"))

opt_outs = Table("opt_outs", metadata, key("address"), moment("at"), string("how"))

beats = Table("beats", metadata, key("node"), key("role"), moment("at"), moment("steady_since", null=True))

notes = Table(
    "notes",
    metadata,
    key("key"),
    Column("value", Json, nullable=False),
    moment("expires_at", null=True),
    Index(None, "expires_at"),
)
