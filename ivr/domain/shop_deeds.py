"""What the demonstration's shop did for a settlement: a row in its own books."""

from dataclasses import dataclass
from datetime import datetime

from ivr.domain.settlements import SettlementKind


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Done once for a key. Times are aware UTC."""

    key: str
    kind: SettlementKind
    order_id: str
    number: str
    """Whose order it is, E.164."""
    amount_minor: int
    currency: str
    reference: str
    new_order_id: str = ""
    """Of a replacement: the order that was made."""
    at: datetime
    ends_at: datetime | None = None
    """Of a search; of what goes by express, when it arrives."""
