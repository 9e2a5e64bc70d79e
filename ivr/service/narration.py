"""The timeline told in plain English, for operators: terminal, supervisor's page, API."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ivr.domain.cases import Event

Data = Mapping[str, Any]


def describe(event: Event) -> str:
    """One sentence about what happened."""
    tell = SENTENCES.get(event.kind)
    return tell(event.data) if tell else _plain(event.kind, event.data)


def _plain(kind: str, data: Data) -> str:
    details = ", ".join(f"{key} {value}" for key, value in data.items() if value not in (None, "", [], {}))
    return f"{kind.replace('_', ' ')}{': ' if details else ''}{details}"


def _heard(data: Data) -> str:
    readings = data.get("readings") or [{}]
    score = readings[0].get("score")
    meant = " + ".join(_meant(intent) for intent in data.get("intents") or ()) or "nothing understood"
    engine = f"{data.get('engine')} score {score}" if score is not None else data.get("engine")
    return f"heard “{data.get('text')}” ({engine}, {data.get('certainty')}): {meant}"


def _meant(intent: Data) -> str:
    slots = {key: value for key, value in intent.items() if key != "name"}
    return f"{intent.get('name')}{' ' + _slots(slots) if slots else ''}"


def _slots(slots: Data) -> str:
    told = (f"{key}={_slots(value) if isinstance(value, Mapping) else value}" for key, value in slots.items())
    return "(" + ", ".join(told) + ")"


SENTENCES: Final[Mapping[str, Callable[[Data], str]]] = {
    "heard": _heard,
    "said": lambda data: f"says “{data.get('text')}”",
    "keyed": lambda data: f"keys {data.get('keys')}",
}
