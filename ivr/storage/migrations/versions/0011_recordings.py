"""Recorded conversations, with the consent that allowed them; places in line kept for callers who were cut off."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

IS_LEFT = sa.text("status IN ('agreed', 'deleting', 'kept', 'running', 'starting')")

HAS_CODE = sa.text("code <> ''")


def upgrade() -> None:
    """Nothing was recorded yet, and nobody told that their place is kept."""
    recordings()
    kept_places()


def recordings() -> None:
    """One for each attempt at the most."""
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


def kept_places() -> None:
    """By call, by number, and by code where there is one."""
    op.create_table(
        "kept_places",
        sa.Column("call_sid", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("ticket_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("call_sid", name="pk_kept_places"),
    )
    op.create_index("ix_kept_places_number_expires_at", "kept_places", ["number", "expires_at"])
    op.create_index(
        "uq_kept_places_code", "kept_places", ["code"], unique=True, sqlite_where=HAS_CODE, postgresql_where=HAS_CODE
    )


def downgrade() -> None:
    """What is still at the carrier has to be deleted there by hand."""
    op.drop_table("kept_places")
    op.drop_table("recordings")
