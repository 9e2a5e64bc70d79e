"""What an agent is advised to do next about a case, and why. Advice only: nothing follows from it by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import Case, CaseKind, CaseStatus
from ivr.domain.orders import Order, OrderStatus

LATELY: Final = timedelta(hours=48)
"""A parcel that is marked delivered turns up so long after, with neighbours or a late scan, as carriers say."""
MOVING: Final = frozenset({OrderStatus.SHIPPED, OrderStatus.OUT_FOR_DELIVERY})


@dataclass(frozen=True)
class Step:
    """Stable words; the pages have the sentences `step_<do>` and `because_<why>`."""

    do: str
    because: str
    sorry: bool = False
    """The promise was broken: apologise first."""
    again: int = 0
    """How many cases about the same order, or of the same kind without one, there were before."""


def next_step(
    case: Case, order: Order | None, callbacks: Sequence[Callback], earlier: Sequence[Case], now: datetime
) -> Step:
    """The first rule that fits, in the order of this function."""
    do, because = _rule(case, order, callbacks, now)
    sorry = any(callback.was_kept is False or _is_late(callback, now) for callback in callbacks)
    again = sum((other.kind, other.order_id) == (case.kind, case.order_id) for other in earlier)
    return Step(do, because, sorry, again)


def _rule(case: Case, order: Order | None, callbacks: Sequence[Callback], now: datetime) -> tuple[str, str]:
    if case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        return "nothing", "resolved"
    if any(callback.status == CallbackStatus.NEEDS_HUMAN for callback in callbacks):
        return "decide", "unreached"
    if case.kind in (CaseKind.QUESTION, CaseKind.COMPLAINT, CaseKind.DELETE_DATA):
        return "listen", "no_kind"
    if order is None:
        return "find_order", "no_order"
    return _about_order(case.kind, order, now)


def _about_order(kind: CaseKind, order: Order, now: datetime) -> tuple[str, str]:
    delivered = order.status == OrderStatus.DELIVERED
    match kind:
        case CaseKind.SELLER_CLAIM:
            return "weigh_claim", "claimed"
        case CaseKind.CANCEL_ORDER:
            return ("cancel", "not_sent") if order.status == OrderStatus.PREPARING else ("offer_return", "sent")
        case CaseKind.REFUND_STATUS:
            return "find_refund", "refund_asked"
        case CaseKind.RETURN_REFUND:
            return ("start_return", "delivered") if delivered else ("tell_status", "not_delivered")
        case CaseKind.DELIVERED_NOT_RECEIVED if delivered:
            lately = order.delivered_at is not None and now - order.delivered_at < LATELY
            return ("ask_around", "delivered_lately") if lately else ("replace", "delivered_long_ago")
    overdue = order.expected_at is not None and order.expected_at < now and order.status in MOVING
    return ("trace", "overdue") if overdue else ("tell_status", "not_delivered" if not delivered else "delivered")


def _is_late(callback: Callback, now: datetime) -> bool:
    return callback.is_open and callback.first_rung_at is None and now > callback.promised_by_at
