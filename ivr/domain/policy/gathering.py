"""From an order and what was done about it to the facts that rules ask about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.domain.money import minor_units
from ivr.domain.orders import Order, OrderStatus
from ivr.domain.policy.facts import EXCHANGE, Facts, Value
from ivr.domain.settlements import FINAL, Settlement, SettlementKind
from ivr.domain.variants import with_id

REFUNDS_SPAN = timedelta(days=90)
CLOCKS_APART = timedelta(days=1)
"""A shop's clock may be so far ahead of ours."""
UNDER_WAY = frozenset({OrderStatus.PREPARING, OrderStatus.SHIPPED, OrderStatus.OUT_FOR_DELIVERY})


@dataclass(frozen=True, kw_only=True)
class Request:
    """Who asks what about which order."""

    order: Order
    caller: str | None
    """The number that calls, E.164."""
    country: str
    """ISO 3166 of the order's owner."""
    reason: str = ""
    waits: bool = False
    """The customer does not want a faster way."""
    parts: int | None = None
    """Parts sent to the owner in REFUNDS_SPAN; None: nobody asks."""
    variant: str = ""
    """What it is to be exchanged for, by the shop's name of it; empty: not chosen yet."""
    steps: str = ""
    """Whether there are things to try before: open, over; empty: there are none."""
    settled: Sequence[Settlement] = ()
    """What was done about this order."""
    payout_failed: bool = False
    """The shop did not carry the refund out."""
    recalled: bool = False
    """A defect was found in its production batch."""
    refunds: int = 0
    """Of the owner in REFUNDS_SPAN."""
    sold_by_seller: bool = False
    """Of the marketplace."""


def gather(request: Request, now: datetime) -> Facts:
    """What is known; what is not is left out."""
    order = request.order
    amount = minor_units(order.amount, order.currency)
    known: dict[str, Value | None] = {
        "status": order.status.value,
        "own_order": request.caller is not None and request.caller == order.number,
        "data_ok": amount is not None and _in_order(order, now),
        "amount": amount,
        "installments_left": order.installments_left,
        "recalled": request.recalled or order.recalled,
        "reason": request.reason or "none",
        "steps": request.steps or None,
        "part_in_stock": order.has_parts,
        "part_sent": any(s.kind is SettlementKind.PART for s in request.settled),
        "parts_in_90_days": request.parts,
        "other_in_stock": any(one.in_stock for one in order.variants),
        "settled": next((s.kind.value for s in request.settled if s.kind in FINAL), "none"),
        "paid_by": order.paid_by or "none",
        "payout_failed": request.payout_failed,
        "credited": any(s.kind is SettlementKind.CREDIT for s in request.settled),
        "refunds_in_90_days": request.refunds,
        "sold_by_seller": request.sold_by_seller,
        "express": _express(request, now),
        "express_cost": minor_units(order.express_amount, order.currency) if order.express_amount else None,
        **_exchange(request),
        **_spans(request, now),
    }
    values = {name: value for name, value in known.items() if value is not None}
    return Facts(values, order.currency if amount is not None else "", request.country)


def settled_at(settled: Sequence[Settlement]) -> datetime | None:
    """When the item was refunded, replaced or its return set up."""
    return next((one.at for one in settled if one.kind in FINAL), None)


def traced_at(settled: Sequence[Settlement]) -> datetime | None:
    """When the carrier was asked to search."""
    return next((one.at for one in settled if one.kind is SettlementKind.TRACE), None)


def _spans(request: Request, now: datetime) -> dict[str, Value | None]:
    order, traced = request.order, traced_at(request.settled)
    delivered = now - order.delivered_at if order.delivered_at else None
    refunded = next((one.at for one in request.settled if one.kind is SettlementKind.REFUND), None)
    promised = order.expected_at if order.status in UNDER_WAY else None
    return {
        "days_since_delivery": delivered.days if delivered is not None else None,
        "hours_since_delivery": delivered // timedelta(hours=1) if delivered is not None else None,
        "hours_since_trace": (now - traced) // timedelta(hours=1) if traced else None,
        "days_since_refund": (now - refunded).days if refunded else None,
        "days_late": max((now - promised).days, 0) if promised else None,
    }


def _express(request: Request, now: datetime) -> str | None:
    """None: there is no faster way, or it has left already."""
    order = request.order
    if any(one.kind is SettlementKind.EXPEDITE for one in request.settled):
        return "done"
    if order.status is not OrderStatus.PREPARING or order.express_at is None or order.express_at <= now:
        return None
    return "declined" if request.waits else "open"


def _exchange(request: Request) -> dict[str, Value | None]:
    if request.reason != EXCHANGE:
        return {}
    order = request.order
    wanted = with_id(order.variants, request.variant)
    price = minor_units(order.amount, order.currency)
    other = minor_units(wanted.amount, order.currency) if wanted is not None else None
    if not request.variant:
        return {"exchange_for": "none"}
    if wanted is None or not wanted.in_stock or other is None or price is None:
        return {"exchange_for": "sold_out"}
    by_price = "same" if other == price else "cheaper" if other < price else "dearer"
    return {"exchange_for": by_price, "exchange_difference": abs(other - price)}


def _in_order(order: Order, now: datetime) -> bool:
    """Nothing is delivered before it was ordered, or in days to come; what was delivered has its day."""
    if order.status is OrderStatus.DELIVERED and order.delivered_at is None:
        return False
    last = order.delivered_at or order.ordered_at
    return order.ordered_at <= last <= now + CLOCKS_APART
