"""Settlements are handed over to the shop; the books of the demonstration's shop."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

WAITS = sa.text("status = 'waiting'")
FAILED = sa.text("status IN ('given_up', 'refused')")


def upgrade() -> None:
    """What was settled before is not handed over: whoever did it by hand must not see it done again."""
    op.create_table(
        "handovers",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["settlements.key"], name="fk_handovers_key", initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_handovers_case_id", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("key", name="pk_handovers"),
    )
    for name, column, where in (("due", "due_at", WAITS), ("failed", "ended_at", FAILED)):
        op.create_index(
            f"ix_handovers_{name}", "handovers", [column], sqlite_where=where, postgresql_where=where
        )
    op.create_table(
        "demo_deeds",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("new_order_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_demo_deeds"),
    )
    op.create_index("ix_demo_deeds_number", "demo_deeds", ["number"])
    op.create_index("ix_demo_deeds_order_id_at", "demo_deeds", ["order_id", "at"])


def downgrade() -> None:
    """Nothing is handed over any more."""
    op.drop_table("demo_deeds")
    op.drop_table("handovers")
