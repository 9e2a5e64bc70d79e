"""What a form or a JSON body asks for, read strictly: one wish, or error keys that a page can explain."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ivr.domain.callbacks import Callback, Party
from ivr.domain.cases import CaseKind
from ivr.domain.mails import is_mail_address
from ivr.domain.moments import LONGEST_WINDOW, SHORTEST_WINDOW
from ivr.domain.promised import told_until
from ivr.errors import CallbackRefused
from ivr.service.photos import MOST_BYTES, Picture, Pictures
from ivr.service.ports import NumberRules
from ivr.service.verification import CHANNELS

ORDER_LENGTHS: Final = (7, 17)
MOST_DAYS: Final = 31
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WORDS_LENGTH: Final = 500
RING_FIRST: Final = (Party.AGENT.value, Party.CUSTOMER.value)
ZONE_NAME: Final = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")

T = TypeVar("T")


def read_kind(value: str) -> CaseKind:
    """Raises CallbackRefused (`kind`)."""
    try:
        return CaseKind(value or CaseKind.QUESTION)
    except ValueError as error:
        raise CallbackRefused("kind", f"kind must be one of {', '.join(CaseKind)}") from error


def read_words(value: str) -> str:
    """Free text without what cannot be shown or stored. Raises CallbackRefused (`words`)."""
    words = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in value).strip()
    if len(words) > WORDS_LENGTH:
        raise CallbackRefused("words", f"words may have {WORDS_LENGTH} characters; these have {len(words)}")
    return words


def move_fields(callback: Callback) -> dict[str, str]:
    """What a form that moves it shows at first: the present moment on the customer's clock, if one was named."""
    local = callback.due_at.astimezone(ZoneInfo(callback.zone))
    if callback.asap:
        return {"when": "at"}
    until = told_until(callback)
    ends = {"until": f"{until.astimezone(local.tzinfo):%H:%M}"} if until else {}
    return {"when": "at", "date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", **ends}


def read_photo(pictures: Pictures, data: bytes) -> Picture:
    """A photo made anew. Raises CallbackRefused: `photo` (none was chosen), `photo_type`, `photo_large`."""
    if not data:
        raise CallbackRefused("photo", "no photo was sent")
    if len(data) > MOST_BYTES:
        raise CallbackRefused("photo_large", f"a photo may have {MOST_BYTES} bytes")
    return pictures.read(data)


def read_digits(value: str) -> str:
    """The digits of what was typed, those of other scripts and widths too."""
    return "".join(str(unicodedata.digit(c)) for c in value if c.isdigit())


def read_order(value: str) -> str:
    """Seven or seventeen digits, or nothing. Raises CallbackRefused (`order`)."""
    digits = read_digits(value)
    if value.strip() and len(digits) not in ORDER_LENGTHS:
        raise CallbackRefused("order", "an order number has 17 digits; the last 7 are enough")
    return digits


def read_verification(value: str) -> str:
    """How a code is sent; empty: by what the line can take. Raises CallbackRefused (`verification`)."""
    if value and value not in CHANNELS:
        raise CallbackRefused("verification", f"verification must be one of {', '.join(CHANNELS)}")
    return value


def read_email(value: str) -> str:
    """An address to send news to, or nothing. Raises CallbackRefused (`email`)."""
    address = value.strip()
    if address and not is_mail_address(address):
        raise CallbackRefused("email", "email must be an address such as ada@example.com")
    return address


def read_ring_first(value: str) -> Party | None:
    """Whose telephone rings first; empty: as the rules say. Raises CallbackRefused (`ring_first`)."""
    if value and value not in RING_FIRST:
        raise CallbackRefused("ring_first", f"ring_first must be one of {', '.join(RING_FIRST)}")
    return Party(value) if value else None


def read_zone(value: str) -> ZoneInfo:
    """An IANA zone. Raises CallbackRefused (`zone`)."""
    try:
        if ZONE_NAME.fullmatch(value):
            return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass  # a folder of the zone database is an OSError
    raise CallbackRefused("zone", "zone must be an IANA name, such as America/New_York")


def read_instant(value: object) -> datetime | None:
    """An ISO 8601 instant with its offset; None: as soon as possible. Raises CallbackRefused (`when`)."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
        if at.tzinfo is None:
            raise CallbackRefused("when", "at needs an offset, such as Z or +09:00")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CallbackRefused("when", "at must be ISO 8601 with an offset, such as 2026-11-24T15:30:00Z") from error


def read_until(value: object, at: datetime | None) -> datetime | None:
    """The end of a window that begins `at`, or None: a moment. Raises CallbackRefused (`when`, `window`)."""
    until = read_instant(value)
    if until is None:
        return None
    if at is None or not SHORTEST_WINDOW <= until - at <= LONGEST_WINDOW:
        raise CallbackRefused("window", "until must be half an hour to eight hours after at")
    return until


def read_since(value: str, zone: ZoneInfo) -> datetime | None:
    """An instant, or the begin of a day in a zone; nothing: now. Raises CallbackRefused (`when`)."""
    try:
        day = datetime.combine(date.fromisoformat(value), time(), zone) if DAY.fullmatch(value) else None
        return day.astimezone(UTC) if day else read_instant(value or None)
    except (ValueError, OverflowError) as error:
        raise CallbackRefused("when", "from is a day, such as 2026-11-24, or an instant") from error


def read_days(value: str) -> int:
    """How many days are looked at. Raises CallbackRefused (`days`)."""
    if value and not (value.isdecimal() and len(value) < 3 and 1 <= int(value) <= MOST_DAYS):
        raise CallbackRefused("days", f"days must be a number from 1 to {MOST_DAYS}")
    return int(value or 7)


@dataclass(frozen=True)
class LocalTimes:
    """Reads what people type as their local time."""

    numbers: NumberRules

    def zone(self, given: str, number: str) -> ZoneInfo:
        """The zone that the browser names, else the number's likeliest. Raises NumberRefused."""
        try:
            return read_zone(given)
        except CallbackRefused:
            return ZoneInfo(self.numbers.check(number).zones[0])

    def read(self, form: Mapping[str, str], zone: ZoneInfo) -> datetime | None:
        """The moment of a form with `when`, `date` and `time`, or `slot`; None: as soon as possible.

        Raises CallbackRefused: `when`; `gap` for a time that the clock change skips.
        """
        if form.get("when") == "slot":
            return read_instant(form.get("slot", ""))
        if form.get("when", "asap") != "at":
            return None
        try:
            day, clock = date.fromisoformat(form.get("date", "")), time.fromisoformat(form.get("time", ""))
            local = datetime.combine(day, clock.replace(tzinfo=None, second=0, microsecond=0), zone)
            at = local.astimezone(UTC)
            exists = at.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
        except (ValueError, OverflowError) as error:
            raise CallbackRefused("when", "choose a day and a time") from error
        if not exists:
            raise CallbackRefused("gap", "the clock change skips that time")
        return at

    def read_until(self, form: Mapping[str, str], at: datetime | None, zone: ZoneInfo) -> datetime | None:
        """The end of the window that begins `at`, by the clock of the same day; None: a moment.

        Raises CallbackRefused (`window`).
        """
        if at is None or form.get("when") != "at" or not form.get("until"):
            return None
        try:
            clock = time.fromisoformat(form["until"]).replace(tzinfo=None, second=0, microsecond=0)
        except ValueError as error:
            raise CallbackRefused("window", "until is a time, such as 17:00") from error
        return read_until(datetime.combine(at.astimezone(zone), clock, zone).isoformat(), at)


@dataclass
class Reading:
    """Reads the fields of a form one by one and keeps every error, so that all are told at once."""

    refused: list[CallbackRefused] = field(default_factory=list)

    def read(self, reader: Callable[..., T], *given: Any) -> T | None:
        """What the reader makes of it; None when it refuses."""
        try:
            return reader(*given)
        except CallbackRefused as refused:
            if all(refused.reason != other.reason for other in self.refused):
                self.refused.append(refused)
            return None


def read_consent(form: Mapping[str, str]) -> None:
    """Raises CallbackRefused unless the box is ticked."""
    if form.get("consent") != "yes":
        raise CallbackRefused("consent", "the consent box is not ticked")
