"""The part of SSML that changes what is heard: breaks, rate, language, aliases; everything else is read as text."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

_BREAKS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.75, "x-strong": 1.0}
_RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "fast": 1.25, "x-fast": 1.5}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Phrase:
    """Words in one language at one rate (1 is the usual), then a silence."""

    text: str
    language: str
    rate: float = 1.0
    pause_seconds: float = 0.0


def phrases(say: Element, language: str) -> list[Phrase]:
    """What a Say speaks, in order, with no empty phrases."""
    joined: list[Phrase] = []
    for phrase in _pieces(say, Phrase("", language)):
        before = joined[-1] if joined else None
        if before and not before.pause_seconds and (before.language, before.rate) == (phrase.language, phrase.rate):
            joined[-1] = replace(phrase, text=before.text + phrase.text)
        else:
            joined.append(phrase)
    spoken = [replace(phrase, text=" ".join(phrase.text.split())) for phrase in joined]
    return [phrase for phrase in spoken if phrase.text or phrase.pause_seconds]


def _pieces(element: Element, around: Phrase) -> Iterator[Phrase]:
    if element.tag == "break":
        yield replace(around, text="", pause_seconds=_break_seconds(element))
        return
    inside = replace(
        around,
        language=element.get(_LANGUAGE, around.language),
        rate=around.rate * _rate(element.get("rate", "")) if element.tag == "prosody" else around.rate,
    )
    yield replace(inside, text=element.get("alias") or element.text or "")
    for child in element:
        yield from _pieces(child, inside)
        yield replace(inside, text=child.tail or "")


def _rate(text: str) -> float:
    percent = text.removesuffix("%")
    return float(percent) / 100 if text.endswith("%") and percent.isdigit() else _RATES.get(text, 1.0)


def _break_seconds(element: Element) -> float:
    time = element.get("time")
    if time is None:
        return _BREAKS.get(element.get("strength", "medium"), 0.5)
    digits = time.removesuffix("s").removesuffix("m")
    seconds = float(digits) if digits.replace(".", "", 1).isdigit() else 0.5
    return seconds / 1000 if time.endswith("ms") else seconds
