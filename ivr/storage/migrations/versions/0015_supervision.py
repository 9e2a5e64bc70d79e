"""Callbacks given to one agent, the company's days off, users of other providers; the audit log by its age."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def string(name: str) -> sa.Column[str]:
    """Text."""
    return sa.Column(name, sa.String(), nullable=False)


def moment(name: str) -> sa.Column[object]:
    """Aware UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    """Nothing is given to anybody, and nobody has a day off yet."""
    op.create_table(
        "assignments",
        string("callback_id"),
        string("agent_id"),
        moment("given_at"),
        moment("until_at"),
        sa.PrimaryKeyConstraint("callback_id", name="pk_assignments"),
    )
    op.create_table(
        "holidays",
        string("region"),
        sa.Column("day", sa.Date(), nullable=False),
        string("name"),
        moment("added_at"),
        sa.PrimaryKeyConstraint("region", "day", name="pk_holidays"),
    )
    op.create_table(
        "identities", string("subject"), string("user_id"), sa.PrimaryKeyConstraint("subject", name="pk_identities")
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
    op.create_index("ix_calls_started_at", "calls", ["started_at", "sid"])


def downgrade() -> None:
    """Callbacks go to whoever is free; every day is a working day."""
    op.drop_index("ix_calls_started_at", "calls")
    op.drop_index("ix_audit_log_at", "audit_log")
    for table in ("identities", "holidays", "assignments"):
        op.drop_table(table)
