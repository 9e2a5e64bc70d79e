"""Claims against sellers, notices of them, the sellers' trust record."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WAITS = sa.text("state IN ('answered', 'waiting_for_seller')")
TO_SEND = sa.text("status IN ('sending', 'waiting')")


def _text(*names: str) -> list["sa.Column[Any]"]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _moments(*names: str) -> list["sa.Column[Any]"]:
    return [sa.Column(name, MOMENT, nullable=True) for name in names]


def upgrade() -> None:
    """Nothing was claimed yet."""
    op.create_table(
        "claims",
        *_text("id", "case_id", "order_id", "seller_id", "number", "cause", "evidence", "state"),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        *_text("currency"),
        sa.Column("opened_at", MOMENT, nullable=False),
        *_moments("due_at"),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("proof", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        *_text("reply"),
        *_moments("answered_at"),
        sa.Column("offer_taken", sa.Boolean(), nullable=False),
        *_moments("decided_at"),
        *_text("rule_id"),
        sa.Column("payer", sa.String(), nullable=True),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("charged_minor", sa.BigInteger(), nullable=False),
        sa.Column("holds_seller", sa.Boolean(), nullable=False),
        *_moments("escalated_at", "attended_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_claims_case_id", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
    )
    op.create_index("uq_claims_order", "claims", ["order_id"], unique=True)
    op.create_index("ix_claims_case_id", "claims", ["case_id"])
    op.create_index("ix_claims_seller_id_opened_at", "claims", ["seller_id", "opened_at"])
    op.create_index("ix_claims_opened_at", "claims", ["opened_at"])
    op.create_index("ix_claims_escalated_at", "claims", ["escalated_at"])
    op.create_index("ix_claims_state_decided_at", "claims", ["state", "decided_at"])
    op.create_index("ix_claims_due", "claims", ["due_at"], sqlite_where=WAITS, postgresql_where=WAITS)
    _notices()
    op.create_table(
        "trust_entries",
        *_text("seller_id"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *_text("body", "previous", "hash", "signature"),
        sa.PrimaryKeyConstraint("seller_id", "number", name="pk_trust_entries"),
    )


def _notices() -> None:
    op.create_table(
        "claim_notices",
        *_text("id", "claim_id", "kind", "channel", "address", "locale", "zone", "status"),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        *_text("reference", "reason"),
        sa.Column("created_at", MOMENT, nullable=False),
        *_moments("ended_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name="fk_claim_notices_claim_id", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name="pk_claim_notices"),
    )
    op.create_index("uq_claim_notices_once", "claim_notices", ["claim_id", "kind", "channel"], unique=True)
    op.create_index(
        "ix_claim_notices_to_send", "claim_notices", ["due_at"], sqlite_where=TO_SEND, postgresql_where=TO_SEND
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("claim_notices")
    op.drop_table("claims")
    op.drop_table("trust_entries")
