"""Reading TwiML attributes: defaults, warnings for values Twilio would not take."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from ivr.carrier.documents import Jump

if TYPE_CHECKING:
    from ivr.carrier.script import Script


@dataclass(frozen=True)
class _Rule:
    default: float
    error: int
    """Twilio's warning for a value that is not valid."""
    least: float = 0


_NUMBERS = {
    ("Say", "loop"): _Rule(1, 13510),
    ("Play", "loop"): _Rule(1, 13410),
    ("Pause", "length"): _Rule(1, 13910),
    ("Gather", "timeout"): _Rule(5, 13313),
    ("Gather", "speechTimeout"): _Rule(5, 13327),
    ("Gather", "numDigits"): _Rule(0, 13314, least=1),
    ("Record", "timeout"): _Rule(5, 13612),
    ("Record", "maxLength"): _Rule(3600, 13613, least=1),
    ("Pay", "timeout"): _Rule(5, 64001, least=1),
    ("Pay", "maxAttempts"): _Rule(1, 64001, least=1),
    ("Dial", "timeout"): _Rule(30, 13212, least=1),
    ("Dial", "timeLimit"): _Rule(14400, 13223),
}


def number(script: "Script", element: Element, *, name: str) -> float:
    """A numeric attribute; a wrong one is reported and its default used."""
    rule, text = _NUMBERS[element.tag, name], element.get(name)
    if text is None:
        return rule.default
    try:
        value = float(text)
    except ValueError:
        value = rule.least - 1
    if value >= rule.least:
        return value
    script.exchange.alert(rule.error, f"{element.tag} {name}={text!r} is not valid", call=script.call)
    return rule.default


def flag(element: Element, name: str, *, default: bool = False) -> bool:
    """A true/false attribute."""
    text = element.get(name)
    return default if text is None else text.strip().lower() == "true"


def action(element: Element, params: list[tuple[str, str]]) -> Jump:
    """The request to a verb's action, or to the current document when it has none."""
    return Jump(element.get("action") or None, element.get("method", "POST").upper(), tuple(params))
