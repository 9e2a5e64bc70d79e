"""The company's own days off: who does not work, or is not rung, on which dates."""

import re
import unicodedata
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from ivr.errors import CallbackRefused

OFFICE: Final = "office"
"""The region of days on which no agent works; all others are countries, or parts of one: customers."""
NAME_LONGEST: Final = 80
FIRST_YEAR, LAST_YEAR = 2000, 2100
_COUNTRY: Final = re.compile("[A-Z]{2}")


@dataclass(eq=False, kw_only=True)
class Holiday:
    """One day off in one region."""

    region: str
    """OFFICE, a country by its two letters (ISO 3166), or a region of it (ISO 3166-2): US-LA."""
    day: date
    """On the clock of IVR_HOURS_ZONE for the office; for all others, on the customer's."""
    name: str
    added_at: datetime


class DaysOff(Protocol):
    """Who has which days off now."""

    def days(self, region: str) -> frozenset[date]:
        """Of one region."""


class NoDaysOff:
    """Nobody has any."""

    def days(self, region: str) -> frozenset[date]:
        """None."""
        return frozenset()


def check_region(region: str, known: Container[str] = ()) -> str:
    """`known`: regions inside countries whose numbers can be told. Raises CallbackRefused (`region`)."""
    plain = region.strip().upper()
    if plain.lower() == OFFICE:
        return OFFICE
    if not _COUNTRY.fullmatch(plain) and plain not in known:
        told = f"a region is {OFFICE}, a country's two letters such as US, or a region of grammars/regions.yaml: US-LA"
        raise CallbackRefused("region", told)
    return plain


def check_day(day: str) -> date:
    """Raises CallbackRefused (`day`)."""
    try:
        found = date.fromisoformat(day.strip())
    except ValueError as error:
        raise CallbackRefused("day", "a day is written 2026-12-25") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise CallbackRefused("day", f"a day lies between {FIRST_YEAR} and {LAST_YEAR}")
    return found


def check_holiday_name(name: str) -> str:
    """Raises CallbackRefused (`holiday_name`)."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", name)).split())
    if not 0 < len(plain) <= NAME_LONGEST:
        raise CallbackRefused("holiday_name", f"name the day in 1 to {NAME_LONGEST} characters")
    return plain


def by_region(holidays: Iterable[Holiday]) -> dict[str, frozenset[date]]:
    """The days of each region."""
    found: dict[str, set[date]] = {}
    for holiday in holidays:
        found.setdefault(holiday.region, set()).add(holiday.day)
    return {region: frozenset(days) for region, days in found.items()}
