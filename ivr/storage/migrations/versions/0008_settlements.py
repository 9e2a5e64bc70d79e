"""What was done about orders: refunds, replacements, returns, credits, searches."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was settled yet."""
    op.create_table(
        "settlements",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_settlements_case_id", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("key", name="pk_settlements"),
    )
    op.create_index("ix_settlements_order_id", "settlements", ["order_id"])
    op.create_index("ix_settlements_number_at", "settlements", ["number", "at"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("settlements")
