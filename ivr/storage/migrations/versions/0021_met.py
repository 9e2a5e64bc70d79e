"""Finds the agent who talked about a case last."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

HAS_MET = sa.text("joined_at IS NOT NULL")


def upgrade() -> None:
    """An index only."""
    op.create_index(
        "ix_attempts_met", "attempts", ["case_id", "joined_at"], sqlite_where=HAS_MET, postgresql_where=HAS_MET
    )


def downgrade() -> None:
    """The rows stay."""
    op.drop_index("ix_attempts_met", "attempts")
