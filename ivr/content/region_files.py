"""Reads grammars/regions.yaml and calling_hours.yaml: where numbers lie, and where they may ring until 21 o'clock."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ivr.content.yaml_files import read_mapping
from ivr.domain.evenings import EveningLaw
from ivr.domain.hours import weekly
from ivr.domain.regions import Regions
from ivr.errors import ContentError

REGIONS: Final = "regions.yaml"
EVENINGS: Final = "calling_hours.yaml"
_COUNTRY: Final = re.compile("[A-Z]{2}")
_REGION: Final = re.compile("[A-Z]{2}-[A-Z0-9]{1,3}")


def read_regions(grammars: Path) -> Regions:
    """None where there is no such file. Raises ContentError."""
    return _regions(grammars) if (grammars / REGIONS).is_file() else Regions()


@lru_cache(maxsize=4)
def _regions(grammars: Path) -> Regions:
    """Kept: three other files are read with it."""
    names: dict[str, str] = {}
    beginnings: dict[str, list[str]] = defaultdict(list)
    for region, name, numbers in _rows(read_mapping(grammars / REGIONS, grammars)):
        names[region] = name
        for number in numbers:
            beginnings[number].append(region)
    return Regions(names, {number: tuple(regions) for number, regions in beginnings.items()})


def _rows(content: Mapping[Any, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for country, rows in content.items():
        where = getattr(country, "place", f"{REGIONS}:1")
        code = rows.get("code") if isinstance(rows, dict) else None
        if not _COUNTRY.fullmatch(str(country)) or not code:
            raise ContentError(f"{where}: a country is two letters with `code:` and its regions")
        for part, row in rows.items():
            if part != "code":
                yield _row(f"{country}-{part}", row, f"+{code}", getattr(part, "place", where))


def _row(region: str, row: Any, code: str, where: str) -> tuple[str, str, list[str]]:
    numbers = str(row.get("numbers", "")).split() if isinstance(row, dict) and set(row) == {"name", "numbers"} else []
    if not _REGION.fullmatch(region) or not numbers or not all(number.isdecimal() for number in numbers):
        raise ContentError(f"{where}: {region} needs `name:`, and `numbers:` as digits after {code}")
    return region, str(row["name"]), [code + number for number in numbers]


def numbers_of(row: Mapping[str, Any], regions: Regions, where: str) -> Iterator[str]:
    """The beginnings that a place of another file names: its `numbers:`, and those of its `regions:`."""
    yield from (str(number) for number in row.get("numbers") or ())
    for region in row.get("regions") or ():
        if str(region) not in regions.names:
            raise ContentError(f"{where}: {region} is not in {REGIONS}")
        yield from regions.numbers(str(region))


def evening_law(grammars: Path) -> EveningLaw:
    """Nowhere, if there is no such file. Raises ContentError, also for a place without its source."""
    if not (grammars / EVENINGS).is_file():
        return EveningLaw()
    known, days = read_regions(grammars), {}
    for row in read_mapping(grammars / EVENINGS, grammars).get("until_21") or ():
        where = getattr(row.get("source"), "place", f"{EVENINGS}:1")
        if set(row) != {"places", "days", "source"} or not row["source"]:
            raise ContentError(f"{where}: a row has `places:`, `days:` and `source:`")
        for place in map(str, row["places"]):
            if place in days or not (_COUNTRY.fullmatch(place) or place in known.names):
                raise ContentError(f"{where}: {place} is there twice, or neither a country nor in {REGIONS}")
            days[place] = _weekdays(str(row["days"]), where)
    return EveningLaw(days)


def _weekdays(text: str, where: str) -> frozenset[int]:
    try:
        return frozenset(day for day, _, _ in weekly(f"{text} 20:00-21:00"))
    except ValueError as error:
        raise ContentError(f"{where}: `days:` are like Mon-Fri") from error
