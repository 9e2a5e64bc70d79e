"""Time zones as customers read them."""

from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location


def zone_name(zone: str, locale: str) -> str:
    """A time zone in the reader's language, by its city; those that lie nowhere keep their name."""
    if "/" not in zone or zone.startswith("Etc/"):
        return zone
    city = str(get_timezone_location(ZoneInfo(zone), locale=Locale.parse(locale, sep="-"), return_city=True))
    return city.rpartition("/")[2]  # a city that the language has no name for: Argentina/Buenos Aires
