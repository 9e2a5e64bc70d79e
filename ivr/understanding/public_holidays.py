"""Public holidays by the library `holidays`: only offered, never taken for the company's own."""

from datetime import date

import holidays


def public_holidays(country: str, year: int) -> list[tuple[date, str]]:
    """A country's, by day; none for a country that the library does not know."""
    try:
        found = holidays.country_holidays(country, years=year, language="en_US")
    except NotImplementedError:
        return []
    return sorted((day, str(name)) for day, name in found.items())
