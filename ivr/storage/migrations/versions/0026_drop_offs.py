"""Where a return may be handed in, as its customer was told."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of older returns nobody told."""
    op.add_column("settlements", sa.Column("places", sa.JSON(), nullable=True))


def downgrade() -> None:
    """They are told anew."""
    op.drop_column("settlements", "places")
