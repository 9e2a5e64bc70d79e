"""What was said in a call, for people to read: who, what, and which words are doubtful."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ivr.domain.cases import Event
from ivr.domain.hearing import SURE_FIT

TYPED: Final = "typed"
"""The engine of what was written: there is no sound to doubt."""


@dataclass(frozen=True)
class Spoken:
    """A word, and whether it may have been another."""

    text: str
    is_doubtful: bool = False


@dataclass(frozen=True)
class Passage:
    """One turn of somebody."""

    at: datetime
    by: str
    """`customer`, `we` or `agent`."""
    words: tuple[Spoken, ...]
    engine: str = ""
    certainty: str = ""
    others: tuple[str, ...] = ()
    """What else it may have been, best first."""
    meant: tuple[str, ...] = ()
    """What it was taken for: names of intents; why it was answered as it was."""
    keys: bool = False
    """Keyed, not spoken."""
    fit: float | None = None


def transcript(events: Sequence[Event]) -> list[Passage]:
    """What was said, heard and keyed, in order."""
    told = {"said": _said, "heard": _heard, "keyed": _keyed, "customer_wrote": _wrote, "agent_wrote": _wrote}
    return [told[event.kind](event) for event in events if event.kind in told]


def _said(event: Event) -> Passage:
    return Passage(event.at, "we", _plain(event.data.get("text")))


def _wrote(event: Event) -> Passage:
    """Between customer and agent: nothing was to be understood."""
    return Passage(event.at, event.kind.removesuffix("_wrote"), _plain(event.data.get("text")))


def _keyed(event: Event) -> Passage:
    return Passage(event.at, "customer", _plain(event.data.get("keys")), keys=True)


def _heard(event: Event) -> Passage:
    data = event.data
    readings = [str(one.get("text", "")) for one in data.get("readings") or () if isinstance(one, Mapping)]
    text, fit = str(data.get("text") or (readings or [""])[0]), data.get("fit")
    others = tuple(dict.fromkeys(reading for reading in readings if reading and reading != text))
    unsure = data.get("certainty") == "none" or (isinstance(fit, float) and fit < SURE_FIT)
    all_doubtful = unsure and data.get("engine") != TYPED
    return Passage(
        event.at,
        "customer",
        _marked(text, others[:1], all_doubtful=all_doubtful),
        engine=str(data.get("engine") or ""),
        certainty=str(data.get("certainty") or ""),
        others=others,
        meant=tuple(_name(intent) for intent in data.get("intents") or ()),
        fit=fit if isinstance(fit, float) else None,
    )


def _marked(text: str, others: Sequence[str], *, all_doubtful: bool) -> tuple[Spoken, ...]:
    """Words that the next best reading does not have are doubtful; all are, if the sound as a whole was."""
    confirmed = {word for other in others for word in other.casefold().split()}
    return tuple(
        Spoken(word, all_doubtful or (bool(others) and word.casefold() not in confirmed)) for word in text.split()
    )


def _plain(text: object) -> tuple[Spoken, ...]:
    return tuple(Spoken(word) for word in str(text or "").split())


def _name(intent: Any) -> str:
    return str(intent.get("name", "")) if isinstance(intent, Mapping) else str(intent)
