"""Free times that customers choose from on the pages, on their own clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_time

from ivr.content.zones import zone_name
from ivr.domain.callbacks import Callback
from ivr.domain.cases import SKILLS
from ivr.errors import CallbackRefused
from ivr.service.requests import SlotsLook
from ivr.web.desk import Desk
from ivr.web.services import Services
from ivr.web.wish import LocalTimes, read_kind, read_since


@dataclass(frozen=True)
class FreeTimes:
    """Days, each with its times as instants and as text; and whose clock that is."""

    days: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    zone: str


class FreeTimesFinder:
    """Looks for free times and puts them in the reader's language."""

    def __init__(self, services: Services, desk: Desk, times: LocalTimes) -> None:
        self._services = services
        self._desk = desk
        self._times = times

    def of_form(self, form: Mapping[str, str], locale: str) -> FreeTimes | None:
        """From the day that was chosen on; None: there is no number to ring yet, which is told at its field."""
        try:
            number = form.get("number", "")
            zone = self._times.zone(form.get("zone", ""), number)
            skill, since = SKILLS[read_kind(form.get("kind", ""))], read_since(form.get("date", ""), zone)
            return self._found(SlotsLook(number=number, skill=skill, locale=locale, since=since), zone)
        except CallbackRefused:
            return None

    def of_callback(self, callback: Callback, locale: str) -> FreeTimes | None:
        """Where it can be moved; None: its number may not be rung any more."""
        look = SlotsLook(number=callback.number, skill=callback.skill, locale=locale, moved_id=callback.id)
        try:
            return self._found(look, self._times.zone(callback.zone, callback.number))
        except CallbackRefused:
            return None

    def _found(self, look: SlotsLook, zone: ZoneInfo) -> FreeTimes:
        with self._services.store.read() as uow:
            slots = self._desk.requests.free_slots(uow, replace(look, zone=zone.key))
        by_day = groupby([slot.at for slot in slots], key=lambda at: at.astimezone(zone).date())
        days, language = [list(moments) for _, moments in by_day], Locale.parse(look.locale, sep="-")
        told = [(_day(moments[0], zone, language), _times(moments, zone, language)) for moments in days]
        return FreeTimes(told, zone_name(zone.key, look.locale))


def _day(at: datetime, zone: ZoneInfo, language: Locale) -> str:
    return str(format_skeleton("MMMEd", at, tzinfo=zone, locale=language))


def _times(moments: Sequence[datetime], zone: ZoneInfo, language: Locale) -> list[tuple[str, str]]:
    texts = [str(format_time(at, "short", tzinfo=zone, locale=language)) for at in moments]
    return [
        (at.isoformat(), f"{text} ({at.astimezone(zone):%z})" if texts.count(text) > 1 else text)
        for at, text in zip(moments, texts, strict=True)
    ]
