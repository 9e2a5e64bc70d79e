"""One comparison of one fact; there are eight, and no expressions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ivr.domain.policy.facts import Facts, Value

Limit = bool | int | str | tuple[str, ...] | Mapping[str, int]
"""Of money: by currency, in its smallest unit."""


class Comparison(StrEnum):
    """How a fact is compared."""

    IS = "is"
    IS_NOT = "is_not"
    ONE_OF = "one_of"
    NOT_ONE_OF = "not_one_of"
    OVER = "over"
    UNDER = "under"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True)
class Condition:
    """A fact, a comparison, a limit."""

    fact: str
    comparison: Comparison
    limit: Limit


@dataclass(frozen=True)
class Tested:
    """A condition against the facts."""

    fact: str
    comparison: Comparison
    limit: Value | tuple[str, ...] | None
    """As it was in the request's currency; None: no limit is written for it."""
    value: Value | None
    """None: not known."""
    met: bool


def examine(condition: Condition, facts: Facts) -> Tested:
    """Compare. What is not known, and money in a currency without a limit, meets no condition."""
    value = facts.values.get(condition.fact)
    limit = condition.limit.get(facts.currency) if isinstance(condition.limit, Mapping) else condition.limit
    met = value is not None and limit is not None and compare(condition.comparison, value, limit)
    return Tested(condition.fact, condition.comparison, limit, value, met)


def compare(comparison: Comparison, value: Value, limit: Value | tuple[str, ...]) -> bool:
    """Whether the value stands so to the limit."""
    match comparison:
        case Comparison.IS:
            return value == limit
        case Comparison.IS_NOT:
            return value != limit
        case Comparison.ONE_OF:
            return isinstance(limit, tuple) and value in limit
        case Comparison.NOT_ONE_OF:
            return isinstance(limit, tuple) and value not in limit
    return isinstance(value, int) and isinstance(limit, int) and _ordered(comparison, value, limit)


def _ordered(comparison: Comparison, value: int, limit: int) -> bool:
    match comparison:
        case Comparison.OVER:
            return value > limit
        case Comparison.UNDER:
            return value < limit
        case Comparison.AT_LEAST:
            return value >= limit
    return value <= limit


def exclude(one: Condition, other: Condition) -> bool:
    """Whether no value at all meets both."""
    if one.fact != other.fact:
        return False
    if isinstance(one.limit, Mapping) and isinstance(other.limit, Mapping):
        return _apart(one, other, one.limit, other.limit)
    candidates = {value for condition in (one, other) for value in _near(condition.limit)}
    return not any(_meets(one, value) and _meets(other, value) for value in candidates)


def _apart(one: Condition, other: Condition, limits: Mapping[str, int], others: Mapping[str, int]) -> bool:
    """Money: in every currency."""
    shared = limits.keys() & others.keys()
    return all(exclude(replace(one, limit=limits[name]), replace(other, limit=others[name])) for name in shared)


def _meets(condition: Condition, value: Value) -> bool:
    return not isinstance(condition.limit, Mapping) and compare(condition.comparison, value, condition.limit)


def _near(limit: Limit) -> tuple[Value, ...]:
    """Values that tell two conditions apart: each limit and its neighbours, or one word beside all those named."""
    match limit:
        case bool():
            return (True, False)
        case int():
            return (limit - 1, limit, limit + 1)
        case tuple():
            return (*limit, "")
        case str():
            return (limit, "")
    return ()
