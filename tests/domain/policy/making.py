"""Rules and facts made by hand."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ivr.domain.policy import Decision, Facts, Rule, Rules, Topic
from ivr.domain.policy.conditions import Comparison, Condition, Limit
from ivr.domain.policy.rules import RuleEverywhere

TODAY = date(2026, 3, 10)
RETURN = Topic.RETURN_REFUND


def rule(name: str, decision: Decision = Decision.AGENT, **given: Any) -> Rule:
    words: dict[str, Any] = {"topic": RETURN, "order": 10, "says": name, "source": "test", "reasons": ("why_wait",)}
    return Rule(id=name, decision=decision, **{**words, **given})


def when(**wanted: tuple[str, Limit]) -> tuple[Condition, ...]:
    return tuple(Condition(fact, Comparison(name), limit) for fact, (name, limit) in wanted.items())


def rules(*all_of_them: Rule | RuleEverywhere, regions: Mapping[str, tuple[str, ...]] | None = None) -> Rules:
    everywhere = tuple(one if isinstance(one, RuleEverywhere) else RuleEverywhere(one) for one in all_of_them)
    return Rules({RETURN: everywhere}, regions or {})


def facts(country: str = "US", currency: str = "USD", **values: Any) -> Facts:
    return Facts(values, currency, country)
