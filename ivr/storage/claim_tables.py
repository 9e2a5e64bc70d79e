"""The tables of claims against sellers: one claim an order, one notice of a kind, a chain of trust entries."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table

from ivr.domain.claim_notices import NoticeKind
from ivr.domain.claims import Answer, ClaimState
from ivr.domain.messages import Channel, MessageStatus
from ivr.domain.policy.rules import Payer
from ivr.storage.schema import (
    IS_TO_SEND,
    belongs_to,
    choice,
    integer,
    key,
    metadata,
    moment,
    one_of,
    partial,
    string,
)

WAITS = one_of("state", {ClaimState.WAITING_FOR_SELLER, ClaimState.ANSWERED})

claims = Table(
    "claims",
    metadata,
    key(),
    belongs_to("case_id", "cases.id"),
    string("order_id"),
    string("seller_id"),
    string("number"),
    string("cause"),
    string("evidence"),
    choice("state", ClaimState),
    Column("amount_minor", BigInteger, nullable=False),
    string("currency"),
    moment("opened_at"),
    moment("due_at", null=True),
    choice("answer", Answer, null=True),
    Column("proof", Boolean, nullable=False),
    integer("share"),
    string("reply"),
    moment("answered_at", null=True),
    Column("offer_taken", Boolean, nullable=False),
    moment("decided_at", null=True),
    string("rule_id"),
    choice("payer", Payer, null=True),
    Column("refunded_minor", BigInteger, nullable=False),
    Column("charged_minor", BigInteger, nullable=False),
    Column("holds_seller", Boolean, nullable=False),
    moment("escalated_at", null=True),
    moment("attended_at", null=True),
    integer("version"),
    Index("uq_claims_order", "order_id", unique=True),
    Index(None, "case_id"),
    Index(None, "seller_id", "opened_at"),
    Index(None, "opened_at"),
    Index(None, "escalated_at"),
    Index(None, "state", "decided_at"),
    partial("ix_claims_due", "due_at", where=WAITS),
)

claim_notices = Table(
    "claim_notices",
    metadata,
    key(),
    belongs_to("claim_id", "claims.id"),
    choice("kind", NoticeKind),
    choice("channel", Channel),
    string("address"),
    string("locale"),
    string("zone"),
    choice("status", MessageStatus),
    moment("due_at"),
    moment("expires_at"),
    integer("tries"),
    string("reference"),
    string("reason"),
    moment("created_at"),
    moment("ended_at", null=True),
    integer("version"),
    Index("uq_claim_notices_once", "claim_id", "kind", "channel", unique=True),
    partial("ix_claim_notices_to_send", "due_at", where=IS_TO_SEND),
)

trust_entries = Table(
    "trust_entries",
    metadata,
    key("seller_id"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    moment("at"),
    string("body"),
    string("previous"),
    string("hash"),
    string("signature"),
)
