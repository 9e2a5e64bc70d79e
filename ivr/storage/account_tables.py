"""The table of changes to customers' accounts on their way to the shop."""

from sqlalchemy import Column, Index, Table

from ivr.domain.accounts import ChangeKind, ChangeStatus
from ivr.storage.schema import (
    IS_WAITING,
    Json,
    belongs_to,
    choice,
    integer,
    key,
    metadata,
    moment,
    partial,
    string,
)

account_changes = Table(
    "account_changes",
    metadata,
    key("key"),
    choice("kind", ChangeKind),
    string("number"),
    belongs_to("case_id", "cases.id"),
    Column("values", Json, nullable=False),
    string("order_id"),
    choice("status", ChangeStatus),
    integer("tries"),
    moment("due_at"),
    moment("until_at", null=True),
    string("reason"),
    moment("created_at"),
    moment("ended_at", null=True),
    integer("version"),
    partial("ix_account_changes_due", "due_at", where=IS_WAITING),
    Index(None, "number", "created_at"),
)
