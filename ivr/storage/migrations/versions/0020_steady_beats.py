"""Heartbeats know since when time has gone by without a jump."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Older heartbeats count from their own moment."""
    op.add_column("beats", sa.Column("steady_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Heartbeats are only moments again."""
    op.drop_column("beats", "steady_since")
