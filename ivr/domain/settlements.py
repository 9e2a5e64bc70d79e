"""What was done about an order's item: a row each, with a key that allows it only once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.domain.drop_offs import DropOff


class SettlementKind(StrEnum):
    """What was done."""

    REFUND = "refund"
    REPLACEMENT = "replacement"
    RETURN = "return"
    """Refunded when it is back."""
    EXCHANGE = "exchange"
    """Another size or color once it is back; the amount is what that one costs less."""
    CREDIT = "credit"
    EXPEDITE = "expedite"
    """Sent a faster way; the amount is what that costs us."""
    PART = "part"
    """What was missing in the box; the item stays with the customer."""
    TRACE = "trace"
    """The carrier searches; nothing is paid."""


SENT_BACK = frozenset({SettlementKind.RETURN, SettlementKind.EXCHANGE})
"""The customer hands the item in."""
FINAL = frozenset({SettlementKind.REFUND, SettlementKind.REPLACEMENT}) | SENT_BACK
"""Of these an item gets one, ever: they share their key."""


@dataclass(eq=False, kw_only=True)
class Settlement:
    """One promise about an item. Times are aware UTC."""

    key: str
    kind: SettlementKind
    order_id: str
    number: str
    """Whose order it is, E.164."""
    case_id: str
    rule_id: str
    way: str = ""
    """Of what is SENT_BACK: drop_off or label."""
    variant: str = ""
    """Of an EXCHANGE: the shop's name of what is sent for it."""
    amount_minor: int = 0
    """In the currency's smallest unit."""
    currency: str = ""
    """ISO 4217."""
    at: datetime
    until_at: datetime | None = None
    """Until when what is SENT_BACK may be handed in, or when a TRACE is to have its answer, an EXPEDITE to arrive,
    as the customer was told."""
    places: tuple[DropOff, ...] | None = None
    """Of what is SENT_BACK: where it may be handed in, as the customer was told."""


def settlement_key(order_id: str, kind: SettlementKind, item: int = 1) -> str:
    """The key that the database keeps unique."""
    purpose = "final" if kind in FINAL else kind.value
    return f"{order_id}/{item}/{purpose}"
