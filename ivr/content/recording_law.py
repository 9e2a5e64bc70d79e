"""Reads grammars/recording.yaml: what has to be said or asked before a conversation is recorded, by place."""

from pathlib import Path
from typing import Any, Final, Protocol

from ivr.content.region_files import numbers_of, read_regions
from ivr.content.yaml_files import read_mapping
from ivr.domain.consent import Law, Place, RecordingRules, Rule
from ivr.errors import ContentError

FILE: Final = "recording.yaml"
KNOWN: Final = frozenset({"name", "countries", "regions", "numbers", "rule", "keep_days", "source"})


class RecordingSettings(Protocol):
    """Of the settings, what matters here."""

    @property
    def recording(self) -> bool: ...
    @property
    def recording_days(self) -> int: ...
    @property
    def phone_number(self) -> str: ...
    @property
    def grammars_dir(self) -> Path:
        """Where recording.yaml lies."""


def read_law(grammars: Path) -> Law:
    """The rules of all places. Raises ContentError, also for a rule without its source."""
    path = grammars / FILE
    content = read_mapping(path, grammars)
    places = content.get("places")
    if not isinstance(content.get("elsewhere"), dict) or not isinstance(places, list):
        raise ContentError(f"{FILE}:1: needs `elsewhere:` and `places:`")
    countries: dict[str, Place] = {}
    areas: dict[str, Place] = {}
    known = read_regions(grammars)
    for row in places:
        place = _place(row)
        for key in row.get("countries") or ():
            _put(countries, key, place)
        for key in numbers_of(row, known, getattr(row["name"], "place", FILE)):
            _put(areas, key, place)
    return Law(countries, areas, _place({"name": "elsewhere", **content["elsewhere"]}))


def recording_rules(settings: RecordingSettings, country: str) -> RecordingRules:
    """The rules as they count for us, whose number lies in this country. Raises ContentError."""
    if not settings.recording:
        return RecordingRules()
    law, days = read_law(settings.grammars_dir), settings.recording_days
    ours = law.of(settings.phone_number, country)
    return RecordingRules(on=True, law=law, ours=ours, keep_days=days)


def _place(row: Any) -> Place:
    if not isinstance(row, dict) or not row.get("name"):
        raise ContentError(f"{FILE}:1: every place needs a `name:`")
    name = row["name"]
    at = getattr(name, "place", f"{FILE}:1")
    if unknown := row.keys() - KNOWN:
        raise ContentError(f"{at}: {name}: nothing is known of {', '.join(sorted(unknown))}")
    if str(row.get("rule")) not in tuple(Rule) or not row.get("source"):
        raise ContentError(f"{at}: {name} needs `rule:` (one of {', '.join(Rule)}) and `source:`")
    days = row.get("keep_days")
    if days is not None and not (type(days) is int and days > 0):
        raise ContentError(f"{at}: {name}: `keep_days:` is a number of days")
    return Place(str(name), Rule(str(row["rule"])), days)


def _put(places: dict[str, Place], key: str, place: Place) -> None:
    if key in places:
        at = getattr(key, "place", f"{FILE}:1")
        raise ContentError(f"{at}: {key} is in {places[key].name} already")
    places[str(key)] = place
