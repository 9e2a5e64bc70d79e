"""Orders as the shop tells them: what Ringback reads through the Commerce port."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.domain.variants import Variant


class OrderStatus(StrEnum):
    """Where an order stands."""

    PREPARING = "preparing"
    SHIPPED = "shipped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    CANCELED = "canceled"
    RETURNED = "returned"


@dataclass(frozen=True)
class Order:
    """One order of a customer."""

    id: str
    """Seventeen digits, written 3-7-7; callers may say the last seven."""
    number: str
    """The customer's telephone, E.164."""
    item: str
    """Its short name in the customer's language, as spoken: "coffee grinder"."""
    status: OrderStatus
    ordered_at: datetime
    expected_at: datetime | None = None
    delivered_at: datetime | None = None
    left_at: str = ""
    """Where the driver left it, in the customer's language."""
    photo: str = ""
    """The carrier's photo of the delivery, an https address: written, never spoken."""
    amount: str = ""
    """Decimal amount, such as "19.99"."""
    currency: str = "USD"
    item_phrases: tuple[str, ...] = ()
    """Other words for the item, as callers say them."""
    kind: str = ""
    """The shop's word for what kind of thing it is: "tea_kettle"."""
    has_parts: bool = False
    """The shop has single parts of it to send."""
    variants: tuple[Variant, ...] = ()
    """Other sizes and colors of it, likeliest first."""
    express_amount: str = ""
    """What a faster way costs the shop now, decimal; empty: there is none."""
    express_at: datetime | None = None
    """When it would arrive that way."""
    seller: str = ""
    """Who sells it; empty: the shop itself."""
    batch: str = ""
    """The production batch of the item, if the shop keeps it."""
    installments_left: int = 0
    """Payments of its price that are still to be taken from the customer."""
    paid_by: str = ""
    """How it was paid (policy.facts.MEANS), never with which number; empty: not told."""
    recalled: bool = False
    """A defect was found in its batch."""
    news_by: tuple[str, ...] = ()
    """How the customer agreed to hear news of this order from us, unasked: call, text."""
    email: str = ""
    """Where the shop writes to about this order, if it tells."""
