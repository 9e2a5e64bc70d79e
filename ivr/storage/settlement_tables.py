"""The table of settlements: its key is the promise that nothing is paid twice."""

from sqlalchemy import BigInteger, Column, Index, Table

from ivr.domain.settlements import SettlementKind
from ivr.storage.columns import DomainValue
from ivr.storage.schema import belongs_to, choice, key, metadata, moment, string

settlements = Table(
    "settlements",
    metadata,
    key("key"),
    choice("kind", SettlementKind),
    string("order_id"),
    string("number"),
    belongs_to("case_id", "cases.id"),
    string("rule_id"),
    string("way"),
    Column("amount_minor", BigInteger, nullable=False),
    string("currency"),
    moment("at"),
    moment("until_at", null=True),
    Column("places", DomainValue, nullable=True),
    string("variant"),
    Index(None, "order_id"),
    Index(None, "number", "at"),
)
