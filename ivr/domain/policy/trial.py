"""Other rules on past decisions: what would have been decided, and what that would have cost."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ivr.domain.policy.engine import decide
from ivr.domain.policy.rules import Rules, Topic
from ivr.domain.policy.stored import facts_of


@dataclass(frozen=True)
class Past:
    """A decision as it stands on a case's timeline."""

    case_id: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Flip:
    """A decision that would have been another one."""

    case_id: str
    topic: str
    before: tuple[str, str]
    """Decision and rule."""
    after: tuple[str, str]


@dataclass(frozen=True)
class Trial:
    """What came of it."""

    tried: int
    flips: tuple[Flip, ...]
    cost: Mapping[str, tuple[int, int]]
    """By currency: before and after, in its smallest unit. Each case and topic counts once, by its dearest decision."""


def run_trial(rules: Rules, past: Iterable[Past]) -> Trial:
    """Decide everything again with the stored facts, on the stored day. Raises NoRule."""
    flips: list[Flip] = []
    dearest: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    tried = 0
    for one in past:
        tried += 1
        data = one.data
        ruling = decide(rules, Topic(data["topic"]), facts_of(data), date.fromisoformat(data["day"]))
        before, after = (data["decision"], data["rule"]), (ruling.decision.value, ruling.rule.id)
        if before[0] != after[0]:
            flips.append(Flip(one.case_id, data["topic"], before, after))
        paid = dearest[one.case_id, data["topic"], data["currency"]]
        paid[:] = max(paid[0], data["amount_minor"]), max(paid[1], ruling.amount_minor)
    return Trial(tried, tuple(flips), _totals(dearest))


def _totals(dearest: Mapping[tuple[str, str, str], list[int]]) -> dict[str, tuple[int, int]]:
    totals: dict[str, tuple[int, int]] = {}
    for (_, _, currency), (before, after) in dearest.items():
        if currency:
            was, would = totals.get(currency, (0, 0))
            totals[currency] = was + before, would + after
    return totals
