"""The tables of settlements on their way to the shop, and of what the demonstration's shop did about them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, text

from ivr.domain.handovers import FAILED, HandoverStatus
from ivr.domain.settlements import SettlementKind
from ivr.storage.columns import Text
from ivr.storage.schema import IS_WAITING, belongs_to, choice, integer, key, metadata, moment, one_of, partial, string

IS_WATCHED = text("watch_at IS NOT NULL")
HAS_FAILED = one_of("status", FAILED)

handovers = Table(
    "handovers",
    metadata,
    Column("key", Text, ForeignKey("settlements.key", deferrable=True, initially="DEFERRED"), primary_key=True),
    belongs_to("case_id", "cases.id"),
    choice("status", HandoverStatus),
    integer("tries"),
    moment("due_at"),
    string("reference"),
    string("reason"),
    moment("created_at"),
    moment("ended_at", null=True),
    integer("version"),
    moment("watch_at", null=True),
    partial("ix_handovers_watched", "watch_at", where=IS_WATCHED),
    partial("ix_handovers_due", "due_at", where=IS_WAITING),
    partial("ix_handovers_failed", "ended_at", where=HAS_FAILED),
)

demo_deeds = Table(
    "demo_deeds",
    metadata,
    key("key"),
    choice("kind", SettlementKind),
    string("order_id"),
    string("number"),
    Column("amount_minor", BigInteger, nullable=False),
    string("currency"),
    string("reference"),
    string("new_order_id"),
    moment("at"),
    moment("ends_at", null=True),
    Index(None, "number"),
    Index(None, "order_id", "at"),
)
"""The shop's own books: in a real shop they are elsewhere. A key is there once."""
