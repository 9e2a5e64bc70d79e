"""Time zones as customers read them."""

from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_timezone_location, get_timezone_name


def zone_name(zone: str, locale: str) -> str:
    """A time zone in the reader's language, by its city; those that lie nowhere keep their name."""
    if "/" not in zone or zone.startswith("Etc/"):
        return zone
    city = str(get_timezone_location(ZoneInfo(zone), locale=Locale.parse(locale, sep="-"), return_city=True))
    return city.rpartition("/")[2]  # a city that the language has no name for: Argentina/Buenos Aires


def clock_name(zone: str, among: tuple[str, ...], locale: str) -> str:
    """What a zone's time is called ("Central Time"); its city if one of the others is called the same."""
    others = {_time_name(other, locale) for other in among if other != zone}
    name = _time_name(zone, locale)
    return zone_name(zone, locale) if name in others else name


def _time_name(zone: str, locale: str) -> str:
    return str(
        get_timezone_name(ZoneInfo(zone), width="long", locale=Locale.parse(locale, sep="-"), zone_variant="generic")
    )
