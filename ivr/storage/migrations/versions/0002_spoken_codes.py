"""Calls that tell a code: legs without an attempt, codes with a leg; notes that end."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """SQLite makes the tables anew; PostgreSQL changes them in place."""
    with op.batch_alter_table("legs") as legs:
        legs.alter_column("attempt_id", existing_type=sa.String(), nullable=True)
    with op.batch_alter_table("verifications", recreate="auto") as verifications:
        verifications.add_column(sa.Column("leg_id", sa.String(), nullable=True))
    with op.batch_alter_table("notes") as notes:
        notes.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_verifications_expires_at", "verifications", ["expires_at"])
    op.create_index("ix_notes_expires_at", "notes", ["expires_at"])


def downgrade() -> None:
    """Calls that told a code are forgotten: the older tables have no place for them."""
    op.drop_index("ix_notes_expires_at", "notes")
    op.drop_index("ix_verifications_expires_at", "verifications")
    with op.batch_alter_table("notes") as notes:
        notes.drop_column("expires_at")
    with op.batch_alter_table("verifications") as verifications:
        verifications.drop_column("leg_id")
    op.execute("DELETE FROM legs WHERE attempt_id IS NULL")
    with op.batch_alter_table("legs") as legs:
        legs.alter_column("attempt_id", existing_type=sa.String(), nullable=False)
