"""Whose callbacks are members'."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Those before count as members': nobody asked."""
    op.create_table(
        "member_marks",
        sa.Column("callback_id", sa.String(), nullable=False),
        sa.Column("is_member", sa.Boolean(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("callback_id", name="pk_member_marks"),
    )


def downgrade() -> None:
    """The shop knows them."""
    op.drop_table("member_marks")
