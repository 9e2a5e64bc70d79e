"""Reads grammars/privacy.yaml: what is erased, who is not rung unasked; every mistake is named with file and line."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ivr.content.yaml_files import read_mapping
from ivr.domain.hours import OpeningHours
from ivr.domain.privacy import PrivacyRules
from ivr.errors import ContentError, SettingsError

FILE: Final = "privacy.yaml"
SECTIONS: Final = {
    "erase_by_phone": {"name", "numbers", "source"},
    "call_logs": {"name", "numbers", "days", "source"},
    "unasked_calls": {"name", "numbers", "hours", "source"},
}
_BEGINNING: Final = re.compile(r"\+[1-9][0-9]{0,13}")


def privacy_rules(grammars: Path) -> PrivacyRules:
    """None where there is no such file. Raises ContentError."""
    if not (grammars / FILE).is_file():
        return PrivacyRules()
    content = read_mapping(grammars / FILE, grammars)
    odd = next((name for name in content if str(name) not in SECTIONS), None)
    if odd is not None:
        raise ContentError(f"{getattr(odd, 'place', FILE)}: there are {' and '.join(SECTIONS)}, and nothing else")
    days: dict[str, int] = {}
    for row, number in _numbers(content, "call_logs"):
        days[number] = _days(row)
    unasked = {number: _hours(row) for row, number in _numbers(content, "unasked_calls")}
    return PrivacyRules(tuple(number for _, number in _numbers(content, "erase_by_phone")), days, unasked)


def _numbers(content: Any, section: str) -> Iterator[tuple[dict[str, Any], str]]:
    for row in content.get(section) or []:
        where = getattr(row.get("name"), "place", f"{FILE}:1")
        if set(row) != SECTIONS[section]:
            raise ContentError(f"{where}: a place of {section} has {', '.join(sorted(SECTIONS[section]))}")
        for number in row["numbers"]:
            if not _BEGINNING.fullmatch(str(number)):
                raise ContentError(f"{where}: {number!r} is no beginning of a number, such as +49, in quotes")
            yield row, str(number)


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
