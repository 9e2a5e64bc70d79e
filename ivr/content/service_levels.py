"""Reads the service levels in grammars/service_levels.yaml; every mistake is named with file and line."""

from pathlib import Path
from typing import Any, Final

from ivr.content.yaml_files import Located, read_mapping
from ivr.domain.service_levels import SHARES, WAITS, Level, Levels, Share
from ivr.errors import ContentError

FILE: Final = "service_levels.yaml"
SELLER_ESCALATION: Final = "seller_escalation"
NAMES: Final = (SELLER_ESCALATION, *WAITS, *SHARES)
MEMBERS: Final = frozenset(
    {"warn_minutes", "late_minutes", "warn_seconds", "late_seconds", "percent", "average", "warn_percent"}
)


def service_levels(grammars: Path) -> Levels:
    """How soon people must be attended to, and how much needs no person. Raises ContentError."""
    read = read_mapping(grammars / FILE, grammars)
    places = {str(name): name.place for name in read if isinstance(name, Located)}
    if set(places) != set(NAMES):
        odd = next((place for name, place in places.items() if name not in NAMES), f"{FILE}:1")
        raise ContentError(f"{odd}: the service levels are {', '.join(NAMES)}; name each of them, and no other")
    for name in NAMES:
        _only_known(name, read[name], places[name])
    return Levels(
        seller=_level(SELLER_ESCALATION, read[SELLER_ESCALATION], places[SELLER_ESCALATION]),
        waits={name: _level(name, read[name], places[name]) for name in WAITS},
        shares={name: _share(name, read[name], places[name]) for name in SHARES},
    )


def _only_known(name: str, body: Any, place: str) -> None:
    if not isinstance(body, dict) or not set(map(str, body)) <= MEMBERS:
        raise ContentError(f"{place}: {name} may have {', '.join(sorted(MEMBERS))}, and nothing else")


def _level(name: str, body: Any, place: str) -> Level:
    warn, late = (_seconds(name, body, f"{member}", place) for member in ("warn", "late"))
    if warn >= late:
        raise ContentError(f"{place}: the warning must come before it is late, or nobody is warned in time")
    percent = _whole(name, body, "percent", place, most=100) if "percent" in body else 100
    return Level(warn, late, percent, body.get("average") is True)


def _share(name: str, body: Any, place: str) -> Share:
    warn, percent = (_whole(name, body, member, place, most=100) for member in ("warn_percent", "percent"))
    if warn < percent:
        raise ContentError(f"{place}: warn_percent must not be below percent, or nobody is warned in time")
    return Share(warn, percent)


def _seconds(name: str, body: Any, member: str, place: str) -> int:
    if f"{member}_seconds" in body:
        return _whole(name, body, f"{member}_seconds", place)
    return 60 * _whole(name, body, f"{member}_minutes", place)


def _whole(name: str, body: Any, member: str, place: str, most: int = 24 * 3600) -> int:
    value = body.get(member)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise ContentError(f"{place}: {name} needs {member}, a whole number from 1 to {most}")
    return value
