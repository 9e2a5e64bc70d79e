"""Rulings as JSON on a case's timeline, and the facts back from it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ivr.domain.policy.conditions import Tested
from ivr.domain.policy.facts import Facts
from ivr.domain.policy.ruling import Considered, Ruling


def as_data(ruling: Ruling, today: date) -> dict[str, Any]:
    """The decision with its facts and chain."""
    return {
        "topic": ruling.topic.value,
        "decision": ruling.decision.value,
        "rule": ruling.rule.id,
        "region": ruling.region,
        "reasons": list(ruling.rule.reasons),
        "amount_minor": ruling.amount_minor,
        "currency": ruling.facts.currency,
        "country": ruling.facts.country,
        "day": today.isoformat(),
        "facts": dict(ruling.facts.values),
        "chain": [_step(step) for step in ruling.chain],
    }


def facts_of(data: Mapping[str, Any]) -> Facts:
    """The facts of a stored decision."""
    return Facts(dict(data["facts"]), str(data["currency"]), str(data["country"]))


def _step(step: Considered) -> dict[str, Any]:
    rule = step.rule
    return {
        "rule": rule.id,
        "region": step.region,
        "fate": step.fate.value,
        "says": rule.says,
        "source": rule.source,
        "tested": [_tested(one) for one in step.tested],
    }


def _tested(one: Tested) -> list[Any]:
    limit = list(one.limit) if isinstance(one.limit, tuple) else one.limit
    return [one.fact, one.comparison.value, limit, one.value, one.met]
