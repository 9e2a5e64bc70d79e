"""Changes to customers' accounts on their way to the shop."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WAITING = sa.text("status = 'waiting'")


def string(name: str) -> sa.Column[str]:
    """Text."""
    return sa.Column(name, sa.String(), nullable=False)


def moment(name: str, *, null: bool = False) -> sa.Column[object]:
    """Aware UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def upgrade() -> None:
    """Nothing was changed yet."""
    op.create_table(
        "account_changes",
        string("key"),
        string("kind"),
        string("number"),
        string("case_id"),
        sa.Column("values", sa.JSON(), nullable=False),
        string("order_id"),
        string("status"),
        sa.Column("tries", sa.Integer(), nullable=False),
        moment("due_at"),
        moment("until_at", null=True),
        string("reason"),
        moment("created_at"),
        moment("ended_at", null=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_account_changes_case_id", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("key", name="pk_account_changes"),
    )
    where: dict[str, Any] = {"sqlite_where": WAITING, "postgresql_where": WAITING}
    op.create_index("ix_account_changes_due", "account_changes", ["due_at"], **where)
    op.create_index("ix_account_changes_number_created_at", "account_changes", ["number", "created_at"])


def downgrade() -> None:
    """What was changed stays in the timelines, and with the shop."""
    op.drop_table("account_changes")
