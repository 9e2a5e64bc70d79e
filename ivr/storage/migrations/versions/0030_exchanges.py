"""For what an item is exchanged."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was settled before is no exchange."""
    op.add_column("settlements", sa.Column("variant", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Nobody knows any more for what."""
    op.drop_column("settlements", "variant")
