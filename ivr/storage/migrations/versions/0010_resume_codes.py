"""Codes that take a callback up from any telephone; what became of texts; places that "as soon as possible" takes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

HAS_CODE = sa.text("status IN ('dialing', 'needs_human', 'scheduled', 'unverified') AND resume_code <> ''")
SOON = sa.text("asap AND status IN ('dialing', 'scheduled', 'unverified')")
FILLED = {"callbacks": "resume_code", "messages": "delivery"}
"""Empty for what is there already; the defaults only fill that."""


def upgrade() -> None:
    """Callbacks that are promised already have no code: their customers phone in from their own telephone, as before."""
    for table, name in FILLED.items():
        with op.batch_alter_table(table) as altered:
            altered.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        with op.batch_alter_table(table) as altered:
            altered.alter_column(name, existing_type=sa.String(), existing_nullable=False, server_default=None)
    op.add_column("messages", sa.Column("delivery_code", sa.Integer(), nullable=True))
    op.add_column("calls", sa.Column("resumes_id", sa.String(), nullable=True))
    op.create_index(
        "uq_callbacks_resume_code",
        "callbacks",
        ["resume_code"],
        unique=True,
        sqlite_where=HAS_CODE,
        postgresql_where=HAS_CODE,
    )
    op.create_index(
        "ix_callbacks_soon", "callbacks", ["promised_by_at"], sqlite_where=SOON, postgresql_where=SOON
    )


def downgrade() -> None:
    """Codes lead nowhere any more."""
    op.drop_index("ix_callbacks_soon", "callbacks")
    op.drop_index("uq_callbacks_resume_code", "callbacks")
    op.drop_column("calls", "resumes_id")
    with op.batch_alter_table("callbacks") as callbacks:
        callbacks.drop_column("resume_code")
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("delivery_code")
        messages.drop_column("delivery")
