"""Reads the service levels in grammars/service_levels.yaml; every mistake is named with file and line."""

from pathlib import Path
from typing import Any, Final

from ivr.content.yaml_files import Located, read_mapping
from ivr.domain.service_levels import Level
from ivr.errors import ContentError

FILE: Final = "service_levels.yaml"
SELLER_ESCALATION: Final = "seller_escalation"


def seller_level(grammars: Path) -> Level:
    """How soon a person must have a seller's escalation in hand. Raises ContentError."""
    levels = read_mapping(grammars / FILE, grammars)
    places = {str(name): name.place for name in levels if isinstance(name, Located)}
    if set(places) != {SELLER_ESCALATION}:
        where = next((place for name, place in places.items() if name != SELLER_ESCALATION), f"{FILE}:1")
        raise ContentError(f"{where}: there is one service level, {SELLER_ESCALATION}; name it, and no other")
    place = places[SELLER_ESCALATION]
    warn, late = (_minutes(levels[SELLER_ESCALATION], member, place) for member in ("warn_minutes", "late_minutes"))
    if warn >= late:
        raise ContentError(f"{place}: warn_minutes must be below late_minutes, or nobody is warned in time")
    return Level(warn * 60, late * 60)


def _minutes(body: Any, member: str, place: str) -> int:
    value = body.get(member) if isinstance(body, dict) else None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ContentError(f"{place}: {SELLER_ESCALATION} needs {member}, a whole number from 1 on")
    return value
