"""What a form or a JSON body asks for, read strictly: one wish or one error key that a page can explain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ivr.domain.cases import CaseKind
from ivr.errors import CallbackRefused
from ivr.service.ports import NumberRules

ORDER_LENGTHS = (7, 17)


def read_kind(value: str) -> CaseKind:
    """Raises CallbackRefused (`kind`)."""
    try:
        return CaseKind(value or CaseKind.QUESTION)
    except ValueError as error:
        raise CallbackRefused("kind", f"kind must be one of {', '.join(CaseKind)}") from error


def read_order(value: str) -> str:
    """Seven or seventeen digits, or nothing. Raises CallbackRefused (`order`)."""
    digits = "".join(c for c in value if c.isascii() and c.isdigit())
    if digits and len(digits) not in ORDER_LENGTHS:
        raise CallbackRefused("order", "an order number has 17 digits; the last 7 are enough")
    return digits


def read_instant(value: object) -> datetime | None:
    """An ISO 8601 instant with its offset; None: as soon as possible. Raises CallbackRefused (`when`)."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise CallbackRefused("when", "at must be ISO 8601 with an offset, such as 2026-11-24T15:30:00Z") from error
    if at.tzinfo is None:
        raise CallbackRefused("when", "at needs an offset, such as Z or +09:00")
    return at.astimezone(UTC)


@dataclass(frozen=True)
class LocalTimes:
    """Reads what people type as their local time."""

    numbers: NumberRules

    def zone(self, given: str, number: str) -> ZoneInfo:
        """The zone that the browser names, else the number's likeliest. Raises NumberRefused."""
        try:
            return ZoneInfo(given or self.numbers.check(number).zones[0])
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(self.numbers.check(number).zones[0])

    def read(self, form: Mapping[str, str], zone: ZoneInfo) -> datetime | None:
        """The moment of a form with `when`, `date` and `time`; None: as soon as possible.

        Raises CallbackRefused (`when`), also for a time that the clock change skips.
        """
        if form.get("when", "asap") != "at":
            return None
        try:
            local = datetime.combine(
                date.fromisoformat(form.get("date", "")), time.fromisoformat(form.get("time", "")), zone
            )
        except ValueError as error:
            raise CallbackRefused("when", "choose a day and a time") from error
        at = local.astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise CallbackRefused("when", "the clock change skips that time")
        return at
