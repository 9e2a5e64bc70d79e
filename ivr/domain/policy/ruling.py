"""What was decided, and every rule that was looked at on the way."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.domain.policy.conditions import Tested
from ivr.domain.policy.facts import Facts
from ivr.domain.policy.rules import CAPPED, PAYS, Decision, Rule, Topic

PRICES = {Decision.EXPEDITE: "express_cost", Decision.EXCHANGE: "exchange_difference"}
"""What a decision costs, if not the price of the item: a fact."""


class Fate(StrEnum):
    """What became of a rule."""

    DECIDED = "decided"
    NOT_MET = "not_met"
    """At least one condition was not met."""
    OVERRIDDEN = "overridden"
    """It would have decided, had not an earlier one."""
    NOT_IN_FORCE = "not_in_force"
    ELSEWHERE = "elsewhere"
    """Only for other regions."""


@dataclass(frozen=True)
class Considered:
    """One rule that was looked at."""

    rule: Rule
    region: str
    """The region that changed it; empty: none."""
    fate: Fate
    tested: tuple[Tested, ...] = ()


@dataclass(frozen=True)
class Ruling:
    """A decision with its whole chain."""

    topic: Topic
    rule: Rule
    facts: Facts
    chain: tuple[Considered, ...]
    """In the order in which they were looked at."""

    @property
    def decision(self) -> Decision:
        """What is to be done."""
        return self.rule.decision

    @property
    def region(self) -> str:
        """The region that changed the rule; empty: none."""
        return next(step.region for step in self.chain if step.fate is Fate.DECIDED)

    @property
    def amount_minor(self) -> int:
        """What the decision costs, in the currency's smallest unit; a share is rounded down and capped."""
        price = self.facts.values.get(PRICES.get(self.decision, "amount"))
        if self.decision not in PAYS or not isinstance(price, int):
            return 0
        share = price * self.rule.percent * self._taken // 10_000
        return min(share, self.rule.limit.get(self.facts.currency, 0)) if self.decision in CAPPED else share

    @property
    def _taken(self) -> int:
        """Percent: less than all of it only where the customer takes a part."""
        taken = self.facts.values.get("share", 100)
        return taken if isinstance(taken, int) else 100
