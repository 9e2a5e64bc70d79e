"""For what an item is exchanged."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was settled before is no exchange."""
    with op.batch_alter_table("settlements") as settlements:
        settlements.add_column(sa.Column("variant", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("settlements") as settlements:
        settlements.alter_column("variant", existing_type=sa.String(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    """Nobody knows any more for what."""
    op.drop_column("settlements", "variant")
