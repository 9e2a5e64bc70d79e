"""Why the shop's rules decided as they did, from what a case's timeline keeps; for terminal and pages."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ivr.domain.cases import Event

SIGNS: Final = {"decided": "✔", "not_met": "·", "overridden": "↷", "not_in_force": "⌛", "elsewhere": "⌖"}
FATES: Final = {
    "decided": "decides",
    "not_met": "does not apply",
    "overridden": "would apply as well; an earlier rule decided",
    "not_in_force": "is not in force on that day",
    "elsewhere": "is for other regions",
}


def explained(event: Event) -> Iterator[str]:
    """The lines about one decision."""
    data = event.data
    where = f" in {data['country']}" if data["country"] else ""
    yield f"{event.at:%Y-%m-%d %H:%M} UTC · {data['topic']}{where}: {data['decision']} by {data['rule']}"
    yield f"  facts: {', '.join(f'{name} {_shown(value)}' for name, value in data['facts'].items())}"
    for step in data["chain"]:
        yield from _step(step)
    if data["amount_minor"]:
        yield f"  → {data['amount_minor']} {data['currency']}, in the smallest unit"


def _step(step: Mapping[str, Any]) -> Iterator[str]:
    changed = f" (as {step['region']} has it)" if step["region"] else ""
    yield f"  {SIGNS[step['fate']]} {step['rule']}{changed} {FATES[step['fate']]}"
    yield f"      {step['says']} [{step['source']}]"
    for fact, comparison, limit, value, met in step["tested"]:
        wanted = f"{comparison.replace('_', ' ')} {_shown(limit)}"
        yield f"      {'yes' if met else 'no '} {fact} {_shown(value)}, wanted: {wanted}"


def _shown(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
