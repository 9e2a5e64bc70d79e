"""Reading TwiML attributes: defaults, warnings for values Twilio would not take."""

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from ivr.carrier.documents import Jump

if TYPE_CHECKING:
    from ivr.carrier.script import Script


def number(script: "Script", element: Element, name: str, default: float, *, code: int, least: float = 0) -> float:
    """A numeric attribute; a wrong one is reported with `code` and the default used."""
    text = element.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = least - 1
    if value >= least:
        return value
    script.exchange.alert(code, f"{element.tag} {name}={text!r} is not valid", call=script.call)
    return default


def flag(element: Element, name: str, default: bool = False) -> bool:
    """A true/false attribute."""
    text = element.get(name)
    return default if text is None else text.strip().lower() == "true"


def action(element: Element, params: list[tuple[str, str]]) -> Jump:
    """The request to a verb's action, or to the current document when it has none."""
    return Jump(element.get("action") or None, element.get("method", "POST").upper(), tuple(params))
