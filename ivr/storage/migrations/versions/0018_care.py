"""How high a case was raised and since when, how far a complaint is; when people were asked for in chats."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TIER = "UPDATE cases SET tier = 2 WHERE status IN ('waiting_agent', 'with_agent')"


def moment(name: str) -> sa.Column[object]:
    """Aware UTC, or nothing."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def where(column: str) -> dict[str, Any]:
    """Of an index on the rows that have it."""
    known = sa.text(f"{column} IS NOT NULL")
    return {"sqlite_where": known, "postgresql_where": known}


def upgrade() -> None:
    """Nothing was raised yet; who waits for a person, or has one, is past self-service."""
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("tier", sa.Integer(), nullable=False, server_default="0"))
        cases.add_column(moment("escalated_at"))
        cases.add_column(moment("attended_at"))
        cases.add_column(sa.Column("step", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("cases") as cases:
        cases.alter_column("tier", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        cases.alter_column("step", existing_type=sa.String(), existing_nullable=False, server_default=None)
    op.execute(TIER)
    op.create_index("ix_cases_escalated", "cases", ["escalated_at"], **where("escalated_at"))
    op.add_column("holds", moment("joined_at"))
    op.create_index("ix_holds_ticket_at", "holds", ["ticket_at"])
    op.add_column("chats", moment("asked_at"))
    op.add_column("chats", moment("answered_at"))
    op.create_index("ix_chats_asked", "chats", ["asked_at"], **where("asked_at"))


def downgrade() -> None:
    """The timelines keep what was raised, and when."""
    op.drop_index("ix_chats_asked", "chats")
    op.drop_index("ix_cases_escalated", "cases")
    op.drop_index("ix_holds_ticket_at", "holds")
    with op.batch_alter_table("holds") as holds:
        holds.drop_column("joined_at")
    with op.batch_alter_table("chats") as chats:
        chats.drop_column("answered_at")
        chats.drop_column("asked_at")
    with op.batch_alter_table("cases") as cases:
        for column in ("step", "attended_at", "escalated_at", "tier"):
            cases.drop_column(column)
