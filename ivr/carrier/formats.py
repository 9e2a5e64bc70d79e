"""Identifiers, dates and spans as Twilio writes them."""

import secrets
from datetime import UTC, datetime
from email.utils import format_datetime

import phonenumbers

API_VERSION = "2010-04-01"


def new_sid(prefix: str) -> str:
    """A fresh identifier such as CA and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def rfc2822(moment: datetime | None) -> str | None:
    """A moment as REST and the callbacks write it: `Fri, 20 Aug 2010 01:13:42 +0000`."""
    return None if moment is None else format_datetime(moment.astimezone(UTC).replace(microsecond=0))


def iso8601(moment: datetime) -> str:
    """A moment as stream callbacks write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def country_of(number: str) -> str:
    """The country a number's calling code belongs to first, as FromCountry says it; empty for a withheld number."""
    try:
        code = phonenumbers.parse(number).country_code or 0
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_country_code(code)


def boolean(value: str | None, default: bool = False) -> bool:
    """An attribute or parameter: true only as the word `true`, whatever its case."""
    return default if value is None or value == "" else value.strip().lower() == "true"


def yes_no(value: bool) -> str:
    """A truth value as callbacks write it."""
    return "true" if value else "false"
