"""What callers made of help articles, and the index of articles where the database is PostgreSQL."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was asked yet; the index fills itself."""
    op.create_table(
        "help_answers",
        sa.Column("serial", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("call_sid", sa.String(), nullable=True),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("serial", name="pk_help_answers"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_help_answers_call_sid", "help_answers", ["call_sid"])
    op.create_table(
        "help_index",
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("document", postgresql.TSVECTOR().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("locale", "digest", "article_id", name="pk_help_index"),
    )


def downgrade() -> None:
    """Verdicts are forgotten; the index can be filled again."""
    op.drop_table("help_index")
    op.drop_table("help_answers")
