"""Free slots over the API: when a callback can still be promised."""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Response, jsonify

from ivr.domain.cases import SKILLS
from ivr.errors import CallbackRefused
from ivr.service.requests import SlotsLook
from ivr.service.slots import FreeSlot
from ivr.web.api_bodies import read_query
from ivr.web.desk import Desk
from ivr.web.services import Services
from ivr.web.wish import LocalTimes, read_days, read_kind, read_since, read_zone

QUESTIONS: Final = frozenset({"number", "zone", "kind", "from", "days", "locale"})


class SlotsApi:
    """GET /slots."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._desk = desk

    def free(self) -> Response:
        """Slots with room for a callback to `number` about `kind`, from a day or instant on, for so many days."""
        look = self._look(read_query(QUESTIONS))
        with self._services.store.read() as uow:
            found = self._desk.requests.free_slots(uow, look)
        zone = read_zone(look.zone)
        return jsonify({"zone": look.zone, "slots": [slot_json(slot, zone) for slot in found]})

    def _look(self, asked: Mapping[str, str]) -> SlotsLook:
        number, locales = asked.get("number", ""), self._services.speaker.locales
        given = asked.get("zone", "")
        zone = read_zone(given) if given else LocalTimes(self._desk.numbers).zone("", number)
        locale = asked.get("locale") or locales[0]
        if locale not in locales:
            raise CallbackRefused("locale", f"locale must be one of {', '.join(locales)}")
        return SlotsLook(
            number=number,
            zone=zone.key,
            skill=SKILLS[read_kind(asked.get("kind", ""))],
            locale=locale,
            since=read_since(asked.get("from", ""), zone),
            days=read_days(asked.get("days", "")),
        )


def slot_json(slot: FreeSlot, zone: ZoneInfo) -> dict[str, Any]:
    """A slot as clients see it: book `at`. `free` null: nothing is limited, for no agent is known yet."""
    return {
        "at": slot.at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "local": slot.at.astimezone(zone).isoformat(),
        "free": slot.free,
    }
