"""E-mail: threads of cases in words, and originals."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def string(name: str, *, null: bool = False) -> sa.Column[str]:
    """Text."""
    return sa.Column(name, sa.String(), nullable=null)


def foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Checked at commit."""
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [target], name=name, initially="DEFERRED", deferrable=True)


def upgrade() -> None:
    """Nobody has written yet."""
    op.create_table(
        "mail_threads",
        string("chat_id"),
        string("address"),
        string("subject"),
        sa.Column("message_ids", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        foreign("mail_threads", "chat_id", "chats.id"),
        sa.PrimaryKeyConstraint("chat_id", name="pk_mail_threads"),
    )
    op.create_index("ix_mail_threads_address", "mail_threads", ["address"])
    op.create_table(
        "mails",
        string("id"),
        string("key"),
        string("chat_id", null=True),
        string("sender"),
        string("state"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        foreign("mails", "chat_id", "chats.id"),
        sa.PrimaryKeyConstraint("id", name="pk_mails"),
    )
    op.create_index("uq_mails_key", "mails", ["key"], unique=True)
    for column in ("chat_id", "sender", "at"):
        op.create_index(f"ix_mails_{column}", "mails", [column])


def downgrade() -> None:
    """What was written stays in the timelines."""
    op.drop_table("mails")
    op.drop_table("mail_threads")
