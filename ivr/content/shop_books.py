"""The books of the demonstration's shop: what an errand becomes in them, and books in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Final

from ivr.domain.orders import Order
from ivr.domain.settlements import SettlementKind
from ivr.domain.shop_deeds import Deed
from ivr.service.fulfilment import Errand

SEARCH: Final = timedelta(days=3)
"""So long the carrier looks where nobody was told otherwise."""
EXPRESS: Final = timedelta(days=1)
PREFIXES: Final = {
    SettlementKind.REFUND: "RF",
    SettlementKind.REPLACEMENT: "RP",
    SettlementKind.RETURN: "RT",
    SettlementKind.EXCHANGE: "XC",
    SettlementKind.CREDIT: "CR",
    SettlementKind.PART: "PT",
    SettlementKind.EXPEDITE: "EX",
    SettlementKind.TRACE: "TR",
}


class MemoryDeeds:
    """Books that a new start begins anew."""

    def __init__(self) -> None:
        self._deeds: dict[str, Deed] = {}
        self._lock = Lock()

    def keep(self, deed: Deed) -> Deed:
        """The deed that its key has."""
        with self._lock:
            return self._deeds.setdefault(deed.key, deed)

    def of_number(self, number: str) -> Sequence[Deed]:
        """Oldest first."""
        return [deed for deed in self._deeds.values() if deed.number == number]

    def of_order(self, order_id: str) -> Sequence[Deed]:
        """Oldest first."""
        return [deed for deed in self._deeds.values() if deed.order_id == order_id]

    def of_new_order(self, digits: str) -> Sequence[Deed]:
        """Those that made an order whose number ends so."""
        return [deed for deed in self._deeds.values() if deed.new_order_id and deed.new_order_id.endswith(digits)]


def deed_of(errand: Errand, order: Order, now: datetime) -> Deed:
    """The row, whose names are made of the key: the same errand would make the same row."""
    number = int.from_bytes(sha256(errand.key.encode()).digest()[:8])
    is_new = errand.kind in (SettlementKind.REPLACEMENT, SettlementKind.EXCHANGE)
    ends = {
        SettlementKind.TRACE: errand.answer_by or now + SEARCH,
        SettlementKind.EXPEDITE: errand.promised_at or now + EXPRESS,
    }
    return Deed(
        key=errand.key,
        kind=errand.kind,
        order_id=order.id,
        number=order.number,
        amount_minor=errand.amount_minor,
        currency=errand.currency,
        reference=f"{PREFIXES[errand.kind]}{number % 10**8:08}",
        new_order_id=f"122{number % 10**14:014}" if is_new else "",
        at=now,
        ends_at=ends.get(errand.kind),
    )
