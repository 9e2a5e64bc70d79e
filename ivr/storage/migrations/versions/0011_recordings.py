"""Recorded conversations, with the consent that allowed them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

IS_LEFT = sa.text("status IN ('agreed', 'deleting', 'kept', 'running', 'starting')")


def upgrade() -> None:
    """Nothing was recorded yet."""
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("attempt_id", sa.String(), nullable=True),
        sa.Column("case_id", sa.String(), nullable=True),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("call_sid", sa.String(), nullable=False),
        sa.Column("sid", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("consent", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("transcript", sa.JSON(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
    )
    op.create_index("uq_recordings_attempt_id", "recordings", ["attempt_id"], unique=True)
    op.create_index("uq_recordings_sid", "recordings", ["sid"], unique=True)
    op.create_index("ix_recordings_case_id", "recordings", ["case_id"])
    op.create_index("ix_recordings_customer_id", "recordings", ["customer_id"])
    op.create_index("ix_recordings_due", "recordings", ["due_at"], sqlite_where=IS_LEFT, postgresql_where=IS_LEFT)


def downgrade() -> None:
    """What is still at the carrier has to be deleted there by hand."""
    op.drop_table("recordings")
