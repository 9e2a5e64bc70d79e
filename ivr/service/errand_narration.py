"""What was settled, and what customers finished or changed by links in messages, told in plain English."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Data = Mapping[str, Any]

ERRANDS: Final[Mapping[str, Callable[[Data], str]]] = {
    "settled": lambda data: f"{_words(data.get('kind'))} by the rule {data.get('rule')}{_instead(data)}",
    "return_cut_off": lambda data: (
        f"the call ended in the middle of a return (at: {_words(data.get('at'))}{_reason(data)})"
    ),
    "order_address_given": lambda data: (
        f"the customer gives another address for the order ({_words(data.get('way'))}), by the rule {data.get('rule')}"
    ),
    "return_gone_on": lambda data: f"the customer goes on with the return on its page{_chosen(data)}",
}


def _instead(data: Data) -> str:
    return f", for {data['for']}" if data.get("for") else ""


def _reason(data: Data) -> str:
    return f", reason: {_words(data['reason'])}" if data.get("reason") else ""


def _chosen(data: Data) -> str:
    said = ", ".join(_words(data[name]) for name in ("reason", "choice") if data.get(name))
    return f": {said}" if said else ""


def _words(value: object) -> str:
    return str(value or "").replace("_", " ")
