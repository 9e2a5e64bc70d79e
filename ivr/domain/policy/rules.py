"""A rule of the shop, and all of them by topic and order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from ivr.domain.policy.conditions import Condition, exclude


class Topic(StrEnum):
    """What is decided; the case kinds' words, and how money is paid."""

    RETURN_REFUND = "return_refund"
    DELIVERED_NOT_RECEIVED = "delivered_not_received"
    CANCEL_ORDER = "cancel_order"
    CHANGE_ADDRESS = "change_address"
    TRACK_ORDER = "track_order"
    REFUND_STATUS = "refund_status"
    PAYOUT = "payout"
    SELLER_CLAIM = "seller_claim"
    MEMBERSHIP = "membership"
    CLAIM_OUTCOME = "claim_outcome"
    """After the seller's answer, or without one."""


class Decision(StrEnum):
    """What may be decided."""

    ASK = "ask"
    """Why it is sent back."""
    TELL = "tell"
    """Nothing is to be done; the reason is said."""
    AGENT = "agent"
    """A person decides."""
    KEEP_ITEM = "keep_item"
    """Refund now; nothing is sent back."""
    REFUND_NOW = "refund_now"
    """Refund now; the item is dropped off later."""
    SEND_BACK = "send_back"
    """Refund when it is back; the customer chooses the way."""
    TRACE = "trace"
    """The carrier searches for it."""
    SETTLE = "settle"
    """Money or a new one, as the customer chooses."""
    TRY_STEPS = "try_steps"
    """What stopped working is first tried to be set right, step by step."""
    SEND_PART = "send_part"
    """The part that is missing is sent; nothing is taken back."""
    SHARE = "share"
    """A share of the price and it is kept, or it is sent back, as the customer chooses."""
    CHOOSE = "choose"
    """Another size or color is asked for, or what it is to be instead."""
    EXCHANGE = "exchange"
    """It is sent back for another size or color; what that one costs less is refunded."""
    CANCEL = "cancel"
    LINK = "link"
    """The customer does it on a page, by a link to the number on file."""
    EXPEDITE = "expedite"
    """A faster way, at no cost to the customer, if they want."""
    CREDIT = "credit"
    """A goodwill credit."""
    CLAIM = "claim"
    """The seller is asked, and has the rule's hours to answer."""
    OFFER = "offer"
    """The seller's offer is told; the customer chooses."""
    APPROVE = "approve"
    """The claim is paid."""
    DENY = "deny"
    PROVE = "prove"
    """A code is sent to the number on file first."""
    CHANGE = "change"
    """The membership is changed, once the customer is sure; `reasons` are said then."""


class Payer(StrEnum):
    """Who bears what is paid."""

    SELLER = "seller"
    US = "us"
    CARRIER = "carrier"


MAY: Mapping[Topic, frozenset[Decision]] = {
    Topic.RETURN_REFUND: frozenset(
        {Decision.ASK, Decision.TELL, Decision.AGENT, Decision.KEEP_ITEM, Decision.REFUND_NOW, Decision.SEND_BACK}
        | {Decision.SETTLE, Decision.TRY_STEPS, Decision.SEND_PART, Decision.SHARE, Decision.CHOOSE}
        | {Decision.EXCHANGE}
    ),
    Topic.DELIVERED_NOT_RECEIVED: frozenset({Decision.TELL, Decision.AGENT, Decision.TRACE, Decision.SETTLE}),
    Topic.CANCEL_ORDER: frozenset({Decision.TELL, Decision.AGENT, Decision.CANCEL}),
    Topic.CHANGE_ADDRESS: frozenset({Decision.TELL, Decision.AGENT, Decision.LINK}),
    Topic.TRACK_ORDER: frozenset({Decision.TELL, Decision.CREDIT, Decision.EXPEDITE}),
    Topic.REFUND_STATUS: frozenset({Decision.TELL, Decision.AGENT}),
    Topic.MEMBERSHIP: frozenset({Decision.TELL, Decision.AGENT, Decision.ASK, Decision.PROVE, Decision.CHANGE}),
    Topic.PAYOUT: frozenset({Decision.TELL}),
    Topic.SELLER_CLAIM: frozenset({Decision.ASK, Decision.TELL, Decision.AGENT, Decision.CLAIM, Decision.OFFER}),
    Topic.CLAIM_OUTCOME: frozenset({Decision.APPROVE, Decision.DENY, Decision.AGENT, Decision.TELL}),
}
PAYS = frozenset(
    {
        Decision.KEEP_ITEM,
        Decision.REFUND_NOW,
        Decision.SEND_BACK,
        Decision.SETTLE,
        Decision.CREDIT,
        Decision.SHARE,
        Decision.EXPEDITE,
        Decision.EXCHANGE,
        Decision.APPROVE,
    }
)
"""Decisions that cost the item's price, a part of it, its faster way, or what another one costs less."""
CAPPED = frozenset({Decision.CREDIT, Decision.SHARE})
"""Of these a rule says the most that is given."""


class Anchor(StrEnum):
    """From which moment a rule's days or hours are counted for what is told."""

    DELIVERY = "delivery"
    TRACE = "trace"
    SETTLEMENT = "settlement"
    """When it was refunded."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule as it stands in one region."""

    id: str
    topic: Topic
    order: int
    """Lower is looked at first."""
    says: str
    """In words, for people who read the chain."""
    source: str
    """Where it comes from: a law, the terms of sale."""
    decision: Decision
    reasons: tuple[str, ...]
    """Prompts that name the reason to the caller."""
    when: tuple[Condition, ...] = ()
    """All must be met."""
    starts: date | None = None
    """First day in force."""
    ends: date | None = None
    """Last day in force."""
    only_in: tuple[str, ...] = ()
    """Regions; empty: everywhere."""
    days: int = 0
    hours: int = 0
    counts_from: Anchor = Anchor.DELIVERY
    limit: Mapping[str, int] = field(default_factory=dict)
    """By currency, in its smallest unit; of what is CAPPED the most."""
    percent: int = 100
    """Of the price, for what is CAPPED or an APPROVE."""
    pays: Payer | None = None
    """Of an APPROVE: who bears it."""
    holds_seller: bool = False
    """Of a CLAIM: the seller's money is held until it is over."""

    def is_in_force(self, today: date) -> bool:
        """On this day."""
        return (self.starts is None or self.starts <= today) and (self.ends is None or today <= self.ends)


@dataclass(frozen=True)
class RuleEverywhere:
    """A rule with what its regions change."""

    base: Rule
    by_region: Mapping[str, Rule] = field(default_factory=dict)
    """The whole rule as it stands there."""

    def at(self, regions: tuple[str, ...]) -> tuple[Rule, str]:
        """The rule for a place, and the region that changed it; the narrowest region first wins."""
        for region in regions:
            if region in self.by_region:
                return self.by_region[region], region
        return self.base, ""


@dataclass(frozen=True)
class Rules:
    """Every rule, by topic in their order."""

    topics: Mapping[Topic, tuple[RuleEverywhere, ...]]
    regions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Which countries (ISO 3166) make up a region: EU: (DE, FR, ...)."""

    def regions_of(self, country: str) -> tuple[str, ...]:
        """The country, then the regions it is part of."""
        around = tuple(name for name, countries in self.regions.items() if country in countries)
        return (country, *around) if country else ()


def overlap(one: Rule, other: Rule) -> bool:
    """Whether one request on one day may meet both."""
    if one.only_in and other.only_in and not set(one.only_in) & set(other.only_in):
        return False
    if _ends_before(one, other) or _ends_before(other, one):
        return False
    return not any(exclude(mine, theirs) for mine in one.when for theirs in other.when)


def _ends_before(one: Rule, other: Rule) -> bool:
    return one.ends is not None and other.starts is not None and one.ends < other.starts
