"""Conversations in writing, and their lines."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LIVE = sa.text("ended_at IS NULL")
WITH_PEOPLE = sa.text("status IN ('waiting', 'with_agent')")
DUE = sa.text("delivery = 'due'")


def string(name: str, *, null: bool = False) -> sa.Column[str]:
    """Text."""
    return sa.Column(name, sa.String(), nullable=null)


def moment(name: str, *, null: bool = False) -> sa.Column[object]:
    """Aware UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def number(name: str) -> sa.Column[int]:
    """A number."""
    return sa.Column(name, sa.Integer(), nullable=False)


def foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Checked at commit."""
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [target], name=name, initially="DEFERRED", deferrable=True)


def upgrade() -> None:
    """Nobody has written yet."""
    op.create_table(
        "chats",
        string("id"),
        string("channel"),
        string("number", null=True),
        string("locale"),
        string("customer_id", null=True),
        string("case_id", null=True),
        sa.Column("dialogue", sa.JSON(), nullable=True),
        number("turn"),
        string("status"),
        string("agent_id", null=True),
        number("lines"),
        moment("unanswered_since_at", null=True),
        moment("offered_at", null=True),
        moment("started_at"),
        moment("changed_at"),
        moment("ended_at", null=True),
        number("version"),
        foreign("chats", "customer_id", "customers.id"),
        foreign("chats", "case_id", "cases.id"),
        sa.PrimaryKeyConstraint("id", name="pk_chats"),
    )
    live: dict[str, Any] = {"sqlite_where": LIVE, "postgresql_where": LIVE}
    people: dict[str, Any] = {"sqlite_where": WITH_PEOPLE, "postgresql_where": WITH_PEOPLE}
    op.create_index("uq_chats_live_number", "chats", ["number"], unique=True, **live)
    op.create_index("ix_chats_live", "chats", ["changed_at"], **live)
    op.create_index("ix_chats_with_people", "chats", ["unanswered_since_at"], **people)
    op.create_index("ix_chats_number_changed_at", "chats", ["number", "changed_at"])
    op.create_index("ix_chats_case_id", "chats", ["case_id"])
    _lines()


def _lines() -> None:
    op.create_table(
        "chat_lines",
        string("id"),
        string("chat_id"),
        number("number"),
        moment("at"),
        string("author"),
        string("by"),
        string("body"),
        string("key", null=True),
        sa.Column("handled", sa.Boolean(), nullable=False),
        string("delivery"),
        number("version"),
        foreign("chat_lines", "chat_id", "chats.id"),
        sa.PrimaryKeyConstraint("id", name="pk_chat_lines"),
    )
    op.create_index("uq_chat_lines_number", "chat_lines", ["chat_id", "number"], unique=True)
    op.create_index("uq_chat_lines_key", "chat_lines", ["key"], unique=True)
    op.create_index("ix_chat_lines_due", "chat_lines", ["at"], sqlite_where=DUE, postgresql_where=DUE)


def downgrade() -> None:
    """What was written stays in the timelines."""
    op.drop_table("chat_lines")
    op.drop_table("chats")
