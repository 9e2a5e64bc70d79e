"""The tables about staff."""

from sqlalchemy import Boolean, Column, Date, Index, Table

from ivr.domain.staff import StaffRole
from ivr.storage.schema import BigSerial, Json, belongs_to, choice, integer, key, metadata, moment, string

users = Table(
    "users",
    metadata,
    key(),
    string("name"),
    string("login"),
    choice("role", StaffRole),
    string("password_hash"),
    belongs_to("agent_id", "agents.id", null=True),
    Column("is_disabled", Boolean, nullable=False),
    moment("created_at"),
    integer("version"),
    Index("uq_users_login", "login", unique=True),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    key(),
    string("user_id"),
    string("mark"),
    moment("started_at"),
    moment("seen_at"),
    Index(None, "started_at"),
)
"""Without a foreign key: the supervisor of IVR_SUPERVISOR_PASSWORD has no row."""

audit_log = Table(
    "audit_log",
    metadata,
    Column("serial", BigSerial, primary_key=True),
    string("id"),
    moment("at"),
    string("user_id"),
    string("name"),
    string("what"),
    string("about"),
    Column("data", Json, nullable=False),
    Index(None, "about"),
    Index(None, "name"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)

drafts = Table("drafts", metadata, key("user_id"), key("case_id"), string("text"), moment("changed_at"))

assignments = Table(
    "assignments", metadata, key("callback_id"), string("agent_id"), moment("given_at"), moment("until_at")
)
"""Callbacks that were given to one agent by name."""

holidays = Table(
    "holidays",
    metadata,
    key("region"),
    Column("day", Date, primary_key=True),
    string("name"),
    moment("added_at"),
)

identities = Table("identities", metadata, key("subject"), string("user_id"), Index(None, "user_id"))
"""Users as another provider of identities knows them: issuer and subject."""
