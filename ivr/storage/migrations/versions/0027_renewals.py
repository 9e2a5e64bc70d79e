"""What is told of a membership that ends."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Other news has none."""
    op.add_column("outreaches", sa.Column("details", sa.JSON(), nullable=True))
    op.create_index("ix_outreaches_case_id", "outreaches", ["case_id"])


def downgrade() -> None:
    """Nobody is told any more."""
    op.drop_index("ix_outreaches_case_id", "outreaches")
    op.drop_column("outreaches", "details")
