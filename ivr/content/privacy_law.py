"""Reads grammars/privacy.yaml: what is erased, who is not rung unasked; every mistake is named with file and line."""

import re
from collections.abc import Callable, Container, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from ivr.content.region_files import numbers_of, read_regions
from ivr.content.yaml_files import read_mapping
from ivr.domain.hours import OpeningHours
from ivr.domain.privacy import PrivacyRules
from ivr.domain.regions import Regions
from ivr.errors import ContentError, SettingsError

FILE: Final = "privacy.yaml"
SECTIONS: Final = {
    "erase_by_phone": {"name", "numbers", "source"},
    "call_logs": {"name", "numbers", "days", "source"},
    "unasked_calls": {"name", "regions", "hours", "source"},
}
MAY_HAVE: Final = frozenset({"holidays"})
PublicDays = Callable[[str], Container[date]]
"""The public holidays of a region (US-AL)."""
_BEGINNING: Final = re.compile(r"\+[1-9][0-9]{0,13}")


def privacy_rules(grammars: Path, public_days: PublicDays) -> PrivacyRules:
    """None where there is no such file. Raises ContentError."""
    if not (grammars / FILE).is_file():
        return PrivacyRules()
    content = read_mapping(grammars / FILE, grammars)
    odd = next((name for name in content if str(name) not in SECTIONS), None)
    if odd is not None:
        raise ContentError(f"{getattr(odd, 'place', FILE)}: there are {' and '.join(SECTIONS)}, and nothing else")
    known = read_regions(grammars)
    unasked = dict(_rows(content, "unasked_calls", known))
    return PrivacyRules(
        tuple(number for number, _ in _rows(content, "erase_by_phone", known)),
        {number: _days(row) for number, row in _rows(content, "call_logs", known)},
        {number: _hours(row) for number, row in unasked.items()},
        {number: public_days(_state(row)) for number, row in unasked.items() if row.get("holidays")},
    )


def _state(row: dict[str, Any]) -> str:
    if row["holidays"] is not True or len(row["regions"]) != 1:
        where = getattr(row["name"], "place", FILE)
        raise ContentError(f"{where}: `holidays: true` are those of one region")
    return str(row["regions"][0])


def _rows(content: Any, section: str, known: Regions) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each beginning of a number with what counts for it."""
    for row in content.get(section) or []:
        where = getattr(row.get("name"), "place", f"{FILE}:1")
        if set(row) - MAY_HAVE != SECTIONS[section]:
            raise ContentError(f"{where}: a place of {section} has {', '.join(sorted(SECTIONS[section]))}")
        for number in numbers_of(row, known, where):
            if not _BEGINNING.fullmatch(number):
                raise ContentError(f"{where}: {number!r} is no beginning of a number, such as +49, in quotes")
            yield number, row


def _days(row: dict[str, Any]) -> int:
    days = row["days"]
    if type(days) is not int or days < 1:
        raise ContentError(f"{getattr(row['name'], 'place', FILE)}: `days:` is a whole number from 1 on")
    return days


def _hours(row: dict[str, Any]) -> str:
    try:
        OpeningHours.parse(str(row["hours"]), "UTC")
    except SettingsError as error:
        where = getattr(row["name"], "place", FILE)
        raise ContentError(f"{where}: `hours:` are like 'Mon-Sat 09:00-20:00': {error}") from error
    return str(row["hours"])
