"""Public holidays by the library `holidays`: offered to supervisors, and the days of rest that a state's law names."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=128)
def public_holidays(place: str, year: int) -> list[tuple[date, str]]:
    """Those of a country (US) or of a region of it (US-LA), by day; none where the library knows no such place."""
    country, _, region = place.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=region or None, years=year, language="en_US")
    except NotImplementedError:
        return []
    return sorted((day, str(name)) for day, name in found.items())


@dataclass(frozen=True)
class PublicDays:
    """The dates of all years."""

    place: str

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _dates(self.place, day.year)


@lru_cache(maxsize=128)
def _dates(place: str, year: int) -> frozenset[date]:
    return frozenset(day for day, _ in public_holidays(place, year))
