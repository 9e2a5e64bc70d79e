"""What pages of free times and counts ask of promised callbacks stands in one index."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NAME = "ix_callbacks_due"
SCHEDULED = sa.text("status = 'scheduled'")
COLUMNS = ["due_at", "promised_by_at", "first_rung_at", "asap", "skill", "locale", "id", "status"]


def upgrade() -> None:
    """As before by due_at, with the rest behind it."""
    _made(COLUMNS)


def downgrade() -> None:
    """By due_at alone."""
    _made(["due_at"])


def _made(columns: list[str]) -> None:
    op.drop_index(NAME, "callbacks")
    op.create_index(NAME, "callbacks", columns, sqlite_where=SCHEDULED, postgresql_where=SCHEDULED)
