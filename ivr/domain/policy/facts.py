"""What rules may ask about: a closed set of facts, each of one kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ivr.domain.guides import NOT_WORKING
from ivr.domain.orders import OrderStatus

Value = bool | int | str
"""Money stands in the smallest unit of `Facts.currency`."""


class Kind(StrEnum):
    """What a fact's value is."""

    NUMBER = "number"
    TRUTH = "truth"
    WORD = "word"
    MONEY = "money"


@dataclass(frozen=True)
class Fact:
    """One thing that a rule may ask about."""

    kind: Kind
    meaning: str
    words: frozenset[str] = frozenset()
    """Of a WORD: every value that it may have."""


MISSING_PART, EXCHANGE = "missing_part", "exchange"
REASONS = ("damaged", "wrong", "unwanted", NOT_WORKING, MISSING_PART, EXCHANGE)
"""Why something is sent back, in the order in which they are offered."""
FORM_REASONS = tuple(reason for reason in REASONS if reason != EXCHANGE)
"""On pages: what it is exchanged for is told in a conversation."""
CAUSES = ("counterfeit", "not_as_described", "late_shipment", "not_received")
"""What is claimed from a seller, in the order in which they are offered."""
MEANS = ("card", "bank", "wallet", "gift_card")
"""How an order was paid, as far as anybody has to know."""
STEPS = ("open", "over")
EXPRESS, WAIT = "express", "wait"
"""What is chosen for an order that is late: a faster way, or to wait."""
EXPRESSES = ("open", "declined", "done")
EXCHANGES = ("none", "same", "cheaper", "dearer", "sold_out")
"""What is wanted instead, by its price."""
SETTLED = ("none", "refund", "replacement", "return", "exchange")
CLAIMS = ("none", "waiting", "offered", "escalated", "denied", "closed")
ANSWERS = ("none", "accept", "dispute", "offer")
ACTS = ("explain", "pause", "cancel", "keep", "ending", "renew", "let_end")
MEMBERSHIPS = ("none", "active", "paused", "ending", "held")
CURRENCIES: Mapping[str, int] = {
    "USD": 2, "EUR": 2, "GBP": 2, "KRW": 0, "JPY": 0, "INR": 2, "BRL": 2, "SAR": 2, "MXN": 2,
}  # fmt: skip
"""Currencies that limits are written for, with their decimals (ISO 4217)."""

FACTS: Mapping[str, Fact] = {
    "status": Fact(Kind.WORD, "where the order stands", frozenset(status.value for status in OrderStatus)),
    "own_order": Fact(Kind.TRUTH, "the order belongs to the number that calls"),
    "data_ok": Fact(Kind.TRUTH, "the shop's record makes sense: a price, a currency we know, dates in order"),
    "amount": Fact(Kind.MONEY, "the price of the item"),
    "installments_left": Fact(Kind.NUMBER, "payments of the price that are still to be taken from the customer"),
    "recalled": Fact(Kind.TRUTH, "a defect was found in its production batch"),
    "reason": Fact(Kind.WORD, "why it is sent back; none: not asked yet", frozenset(("none", *REASONS))),
    "steps": Fact(Kind.WORD, "things to try before it is sent back; open: not all of them were", frozenset(STEPS)),
    "part_in_stock": Fact(Kind.TRUTH, "the shop has single parts of it to send"),
    "part_sent": Fact(Kind.TRUTH, "a part of it was sent before"),
    "parts_in_90_days": Fact(Kind.NUMBER, "parts that were sent to this customer; known if a part is missing"),
    "other_in_stock": Fact(Kind.TRUTH, "the shop has another size or color of it"),
    "exchange_for": Fact(Kind.WORD, "what it is to be exchanged for; none: not chosen yet", frozenset(EXCHANGES)),
    "exchange_difference": Fact(Kind.MONEY, "how much less, or more, that one costs"),
    "settled": Fact(Kind.WORD, "what was done about this item before", frozenset(SETTLED)),
    "paid_by": Fact(Kind.WORD, "how the order was paid; none: not told", frozenset(("none", *MEANS))),
    "days_since_refund": Fact(Kind.NUMBER, "whole days since the price was refunded"),
    "payout_failed": Fact(Kind.TRUTH, "the shop refused to pay what was promised back, or never answered"),
    "credited": Fact(Kind.TRUTH, "a credit was given for this order"),
    "days_since_delivery": Fact(Kind.NUMBER, "whole days"),
    "hours_since_delivery": Fact(Kind.NUMBER, "whole hours"),
    "hours_since_trace": Fact(Kind.NUMBER, "whole hours since the carrier was asked to search"),
    "days_late": Fact(Kind.NUMBER, "whole days after the promised day; an order that came is never late"),
    "express": Fact(Kind.WORD, "a faster way for what is late and not sent yet", frozenset(EXPRESSES)),
    "express_cost": Fact(Kind.MONEY, "what the faster way costs the shop"),
    "sold_by_seller": Fact(Kind.TRUTH, "a seller of the marketplace sold it, not the shop itself"),
    "cause": Fact(Kind.WORD, "what is claimed from the seller; none: not asked yet", frozenset(("none", *CAUSES))),
    "evidence": Fact(Kind.WORD, "whether the customer can show it; none: not asked", frozenset(("none", "yes", "no"))),
    "claim": Fact(Kind.WORD, "where a claim about this order stands", frozenset(CLAIMS)),
    "seller_answer": Fact(Kind.WORD, "what the seller said to the claim", frozenset(ANSWERS)),
    "seller_proof": Fact(Kind.TRUTH, "the seller has an invoice, photos or a receipt of the carrier"),
    "offer_taken": Fact(Kind.TRUTH, "the customer takes what the seller offers"),
    "answer_overdue": Fact(Kind.TRUTH, "the time to answer is over"),
    "share": Fact(Kind.NUMBER, "percent of the price that the seller offers and the customer takes"),
    "act": Fact(Kind.WORD, "what is wanted of a membership", frozenset(ACTS)),
    "membership": Fact(Kind.WORD, "where it stands", frozenset(MEMBERSHIPS)),
    "video": Fact(Kind.TRUTH, "it is one for films"),
    "proven": Fact(Kind.TRUTH, "the caller has said the code that was sent to the number on file"),
    "refunds_in_90_days": Fact(Kind.NUMBER, "refunds, replacements, returns and exchanges of this customer"),
}


@dataclass(frozen=True)
class Facts:
    """What is true of one request. A fact that is not known is left out: no condition on it is met."""

    values: Mapping[str, Value]
    currency: str = ""
    """ISO 4217; empty if the shop told none that we know."""
    country: str = ""
    """ISO 3166 of the order; empty: unknown, no region's rules."""
