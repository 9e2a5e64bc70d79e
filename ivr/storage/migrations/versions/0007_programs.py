"""Keys of programs, webhooks out and their deliveries; lists by the time of creation."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

IS_WAITING = sa.text("status = 'waiting'")


def upgrade() -> None:
    """Nobody has a key in a row yet: those of the settings go on."""
    json, time = sa.JSON(), sa.DateTime(timezone=True)
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("scopes", json, nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("revoked_at", time, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )
    op.create_index("uq_api_keys_key_hash", "api_keys", ["key_hash"], unique=True)
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", json, nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("old_secret", sa.String(), nullable=False),
        sa.Column("old_until_at", time, nullable=True),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    _deliveries(time)
    op.create_index("ix_callbacks_created_at_id", "callbacks", ["created_at", "id"])


def _deliveries(time: sa.DateTime) -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due_at", time, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("tried_at", time, nullable=True),
        sa.Column("ended_at", time, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name="fk_deliveries_subscription_id",
            initially="DEFERRED", deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("uq_deliveries_once", "deliveries", ["subscription_id", "event_id"], unique=True)
    op.create_index(
        "ix_deliveries_due", "deliveries", ["due_at"], sqlite_where=IS_WAITING, postgresql_where=IS_WAITING
    )
    op.create_index(
        "ix_deliveries_subscription_id_created_at_id", "deliveries", ["subscription_id", "created_at", "id"]
    )
    op.create_index("ix_deliveries_ended_at", "deliveries", ["ended_at"])


def downgrade() -> None:
    """Keys in rows and webhooks are gone; those of the settings stay."""
    op.drop_index("ix_callbacks_created_at_id", "callbacks")
    for table in ("deliveries", "subscriptions", "api_keys"):
        op.drop_table(table)
