"""Weekly shifts of agents."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has shifts yet: all stay on shift."""
    op.create_table(
        "shifts",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name="fk_shifts_agent_id", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("agent_id", "weekday", "opens", name="pk_shifts"),
    )


def downgrade() -> None:
    """All are on shift again."""
    op.drop_table("shifts")
