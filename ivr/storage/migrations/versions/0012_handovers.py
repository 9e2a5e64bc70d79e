"""Settlements are handed over to the shop, whose books are the demonstration's; messages about orders."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WATCHED = sa.text("watch_at IS NOT NULL")
WAITS = sa.text("status = 'waiting'")
ABOUT_CASE = sa.text("case_id IS NOT NULL")
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
        sa.Column("watch_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["key"], ["settlements.key"], name="fk_handovers_key", initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_handovers_case_id", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("key", name="pk_handovers"),
    )
    for name, column, where in (("due", "due_at", WAITS), ("failed", "ended_at", FAILED), ("watched", "watch_at", WATCHED)):
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
    op.add_column("settlements", sa.Column("until_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_calls_from_number_started_at", "calls", ["from_number", "started_at"])
    _messages_about_orders()
    _outreaches()


def _outreaches() -> None:
    op.create_table(
        "outreaches",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "key", "kind", "case_id", "order_id")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("number", "email", "status")),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leg_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_outreaches_case_id", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outreaches"),
    )
    op.create_index("uq_outreaches_key", "outreaches", ["key"], unique=True)
    op.create_index("ix_outreaches_leg_id", "outreaches", ["leg_id"])
    op.create_index("ix_outreaches_due", "outreaches", ["due_at"], sqlite_where=WAITS, postgresql_where=WAITS)


def _messages_about_orders() -> None:
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("case_id", sa.String(), nullable=True))
        messages.alter_column("callback_id", existing_type=sa.String(), nullable=True)
        messages.create_foreign_key(
            "fk_messages_case_id", "cases", ["case_id"], ["id"], initially="DEFERRED", deferrable=True
        )
    op.create_index(
        "uq_messages_of_case",
        "messages",
        ["case_id", "channel", "kind", "revision"],
        unique=True,
        sqlite_where=ABOUT_CASE,
        postgresql_where=ABOUT_CASE,
    )


def downgrade() -> None:
    """Nothing is handed over any more, and nothing told about orders."""
    op.execute("DELETE FROM messages WHERE case_id IS NOT NULL")
    op.drop_index("uq_messages_of_case", "messages")
    with op.batch_alter_table("messages") as messages:
        messages.drop_constraint("fk_messages_case_id", type_="foreignkey")
        messages.drop_column("case_id")
        messages.alter_column("callback_id", existing_type=sa.String(), nullable=False)
    op.drop_index("ix_calls_from_number_started_at", "calls")
    op.drop_column("settlements", "until_at")
    op.drop_table("outreaches")
    op.drop_table("demo_deeds")
    op.drop_table("handovers")
