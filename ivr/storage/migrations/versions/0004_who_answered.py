"""Who answered, who is rung first, why agents pass on, and who waits or joins as a guest."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADDED: dict[str, dict[str, Any]] = {
    "callbacks": {"ring_first": sa.String()},
    "agents": {"back_at": sa.DateTime(timezone=True)},
    "attempts": {"customer_first": sa.Boolean(), "reason": sa.String()},
    "legs": {
        "picked_up": sa.JSON(none_as_null=True),
        "joins_at": sa.DateTime(timezone=True),
        "waits_since_at": sa.DateTime(timezone=True),
        "role": sa.String(),
    },
}


def upgrade() -> None:
    """Columns that may be empty are added in place on both databases."""
    for table, columns in ADDED.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """Guests are forgotten: the older program does not know them."""
    op.execute("DELETE FROM legs WHERE party = 'guest'")
    for table, columns in ADDED.items():
        for name in columns:
            op.drop_column(table, name)
