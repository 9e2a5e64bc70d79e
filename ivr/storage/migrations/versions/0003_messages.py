"""The outbox of messages, who wants none; callbacks with an e-mail address and a revision."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TO_SEND = sa.text("status IN ('sending', 'waiting')")


def upgrade() -> None:
    """Old callbacks get no address and revision 0; the defaults only fill what is there."""
    with op.batch_alter_table("callbacks") as callbacks:
        callbacks.add_column(sa.Column("email", sa.String(), nullable=False, server_default=""))
        callbacks.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("callbacks") as callbacks:
        callbacks.alter_column("email", existing_type=sa.String(), existing_nullable=False, server_default=None)
        callbacks.alter_column("revision", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
    op.create_table(
        "opt_outs",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_opt_outs"),
    )
    _messages()


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("callback_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at_any_hour", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("unclear", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sending_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.ForeignKeyConstraint(
            ["callback_id"],
            ["callbacks.id"],
            name="fk_messages_callback_id",
            initially="DEFERRED",
            deferrable=True,
        ),
    )
    op.create_index("uq_messages_once", "messages", ["callback_id", "channel", "kind", "revision"], unique=True)
    op.create_index(
        "ix_messages_to_send", "messages", ["due_at"], sqlite_where=TO_SEND, postgresql_where=TO_SEND
    )
    op.create_index("ix_messages_channel_sending_at", "messages", ["channel", "sending_at"])
    op.create_index("ix_messages_address_sending_at", "messages", ["address", "sending_at"])
    op.create_index("ix_messages_ended_at", "messages", ["ended_at"])


def downgrade() -> None:
    """Messages that wait are not sent, and who wanted none is forgotten: the older program sends none."""
    op.drop_table("messages")
    op.drop_table("opt_outs")
    with op.batch_alter_table("callbacks") as callbacks:
        callbacks.drop_column("revision")
        callbacks.drop_column("email")
