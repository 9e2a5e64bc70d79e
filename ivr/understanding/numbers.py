"""Telephone numbers behind the NumberRules port, by Google's numbering plans (phonenumbers)."""

from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType, timezone

from ivr.domain.regions import Regions
from ivr.errors import NumberRefused
from ivr.service.ports import CheckedNumber

LINE_TYPES: Final = {
    PhoneNumberType.FIXED_LINE: "fixed_line",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_line_or_mobile",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.UAN: "uan",
}
LONGEST: Final = 40
"""Characters of a number as typed; longer text is refused unread."""


class PhoneNumbers:
    """ports.NumberRules; numbers without a country code are read in the default country."""

    def __init__(self, default_country: str = "US", fallback_zone: str = "UTC", regions: Regions | None = None) -> None:
        self._default_country = default_country
        self._regions = regions or Regions()
        self._fallback_zone = fallback_zone
        """For the few numbers whose zone is unknown; told first of several."""

    @classmethod
    def of_own_number(cls, own: str, fallback_zone: str = "UTC", regions: Regions | None = None) -> "PhoneNumbers":
        """Read numbers as people do who live where IVR_PHONE_NUMBER (E.164) lies."""
        country = phonenumbers.region_code_for_number(_parse(own, None)) or "US"
        return cls(country, fallback_zone, regions)

    @property
    def country(self) -> str:
        """The default country, ISO 3166."""
        return self._default_country

    def check(self, number: str, country: str | None = None) -> CheckedNumber:
        """Read a number; full-width and other scripts' digits count as digits. Raises NumberRefused."""
        return _check(number, country or self._default_country, self._fallback_zone, self._regions)


@lru_cache(maxsize=4096)
def _check(number: str, country: str, fallback_zone: str, regions: Regions) -> CheckedNumber:
    """Cached: every dial reads the same number several times, and the plans do not change in a process's life."""
    parsed = _parse(number, country)
    region = phonenumbers.region_code_for_number(parsed)
    if parsed.extension:
        raise NumberRefused("extension", "extensions can't be rung; give a number that rings directly")
    # A number without a type is none of its region's: is_valid_number would look all that up once more.
    kind = phonenumbers.number_type(parsed)
    if not region or not region.isalpha() or kind == PhoneNumberType.UNKNOWN:
        raise NumberRefused("number", "there is no such telephone number; check its digits")
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    is_somewhere = phonenumbers.is_number_type_geographical(kind, parsed.country_code or 0)
    return CheckedNumber(
        e164=e164,
        country=region,
        line_type=LINE_TYPES.get(kind, "other"),
        zones=_zones(parsed, is_somewhere, fallback_zone),
        regions=tuple(found for found in regions.of(e164) if found.startswith(region)) if is_somewhere else (),
    )


def _zones(parsed: phonenumbers.PhoneNumber, is_somewhere: bool, fallback_zone: str) -> tuple[str, ...]:
    find = timezone.time_zones_for_geographical_number if is_somewhere else timezone.time_zones_for_number
    zones = tuple(zone for zone in find(parsed) if zone != timezone.UNKNOWN_TIMEZONE)
    # Sorted by name they tell nothing of likelihood: ours first, if it is among them.
    return tuple(sorted(zones, key=lambda zone: zone != fallback_zone)) or (fallback_zone,)


def _parse(number: str, country: str | None) -> phonenumbers.PhoneNumber:
    if len(number) > LONGEST:
        raise NumberRefused("number", "that is too long for a telephone number")
    try:
        return phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException as error:
        raise NumberRefused("number", "that is not a telephone number; write it like +1 202 555 0143") from error
