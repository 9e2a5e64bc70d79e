"""How the customer's pages put things: moments on the customer's clock, free times, and what is wrong with a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time

from ivr.domain.callbacks import Callback
from ivr.domain.turn import At, Say
from ivr.errors import CallbackRefused
from ivr.service.slots import FreeSlot, NotThen
from ivr.web.desk import Desk
from ivr.web.services import Services
from ivr.web.zones import zone_name

FIELDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("kind", "words", "order", "consent", "code"), ""),
    **dict.fromkeys(("extension", "country", "line_type", "do_not_call", "too_many_today", "exists"), "number"),
    **dict.fromkeys(("when", "gap", "past", "too_far", "too_soon", "hours", "full"), "date"),
    **dict.fromkeys(("call_hours", "no_calls_now", "ringing", "left_alone"), "number"),
    "number": "",
    "locked": "code",
}
"""The field that an error is about, where its own name is not the field's; others belong to the whole page."""


@dataclass(frozen=True)
class FreeTimes:
    """Free times to choose from: days, each with its times as instants and as text; and whose clock that is."""

    days: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    zone: str


class Telling:
    """Puts things in the reader's language."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._desk = desk

    def errors(self, locale: str, refused: Sequence[CallbackRefused]) -> dict[str, Any]:
        """Texts by error key, and the fields they belong to."""
        texts = {error.reason: self._explained(locale, error) for error in refused}
        return {"errors": texts, "fields": {FIELDS.get(key, "-") or key: texts[key] for key in reversed(texts)}}

    def _explained(self, locale: str, error: CallbackRefused) -> str:
        if isinstance(error, NotThen) and error.nearest_at is not None:
            key, when = f"error_{error.reason}_nearest", self.moment(locale, error.nearest_at, error.zone)
            return self._desk.catalogue.text(locale, key, when=when)
        return self._desk.catalogue.text(locale, f"error_{error.reason}")

    def moment(self, locale: str, at: datetime, zone: str) -> str:
        """A moment on the customer's clock, which is named: tomorrow at 3:30 PM (New York)."""
        say = Say("moment", {"when": At(at, zone, self._services.clock.now())})
        return f"{self._services.speaker.text(locale, say)} ({zone_name(zone, locale)})"

    def days(self) -> dict[str, str]:
        """The days that the calendar offers; the widest, for the reader's own zone is not known yet."""
        now = self._services.clock.now()
        first, last = now - timedelta(hours=12), now + timedelta(days=self._desk.requests.horizon_days, hours=14)
        return {"first_day": first.date().isoformat(), "last_day": last.date().isoformat()}

    def free_times(self, locale: str, slots: Sequence[FreeSlot], zone: ZoneInfo) -> FreeTimes:
        """Free slots by day, on the customer's clock; a doubled hour is told apart by its offset."""
        language = Locale.parse(locale, sep="-")
        by_day = groupby([slot.at for slot in slots], key=lambda at: at.astimezone(zone).date())
        days = [list(moments) for _, moments in by_day]
        told = [(_day(moments[0], zone, language), _times(moments, zone, language)) for moments in days]
        return FreeTimes(told, zone_name(zone.key, locale))


def _day(at: datetime, zone: ZoneInfo, language: Locale) -> str:
    return str(format_skeleton("MMMEd", at, tzinfo=zone, locale=language))


def _times(moments: Sequence[datetime], zone: ZoneInfo, language: Locale) -> list[tuple[str, str]]:
    texts = [str(format_time(at, "short", tzinfo=zone, locale=language)) for at in moments]
    return [
        (at.isoformat(), f"{text} ({at.astimezone(zone):%z})" if texts.count(text) > 1 else text)
        for at, text in zip(moments, texts, strict=True)
    ]


def move_form(callback: Callback, sent: Mapping[str, str]) -> Mapping[str, str]:
    """What was typed; at first the present moment on the customer's clock."""
    if "when" in sent:
        return sent
    local = callback.due_at.astimezone(ZoneInfo(callback.zone))
    return {"when": "at"} if callback.asap else {"when": "at", "date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}
