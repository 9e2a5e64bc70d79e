"""Users who sign in, their sign-ins, the audit log, unsaved notes; callbacks by the moment they were asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def string(name: str, *, null: bool = False) -> sa.Column[str]:
    """Text."""
    return sa.Column(name, sa.String(), nullable=null)


def moment(name: str) -> sa.Column[object]:
    """Aware UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    """Nobody has an account yet: IVR_SUPERVISOR_PASSWORD opens the board as before."""
    op.create_table(
        "users",
        string("id"),
        string("name"),
        string("login"),
        string("role"),
        string("password_hash"),
        string("agent_id", null=True),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        moment("created_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name="fk_users_agent_id", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_index("uq_users_login", "users", ["login"], unique=True)
    op.create_table(
        "sign_ins",
        string("id"),
        string("user_id"),
        string("mark"),
        moment("started_at"),
        moment("seen_at"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_started_at", "sign_ins", ["started_at"])
    _audit_log()
    op.create_table(
        "drafts",
        string("user_id"),
        string("case_id"),
        string("text"),
        moment("changed_at"),
        sa.PrimaryKeyConstraint("user_id", "case_id", name="pk_drafts"),
    )


def _audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("serial", SERIAL, nullable=False),
        string("id"),
        moment("at"),
        string("user_id"),
        string("name"),
        string("what"),
        string("about"),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_audit_log"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_log_about", "audit_log", ["about"])
    op.create_index("ix_audit_log_name", "audit_log", ["name"])


def downgrade() -> None:
    """The accounts are gone, the timeline stays."""
    for table in ("drafts", "audit_log", "sign_ins", "users"):
        op.drop_table(table)
