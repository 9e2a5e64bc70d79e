"""How staff pages put things: their language, their words, their clock, and what every template of theirs needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, get_day_names
from babel.numbers import format_currency
from flask import render_template, request, session
from flask_login import current_user

from ivr.content.zones import zone_name
from ivr.domain.agents import Agent
from ivr.domain.cases import Event
from ivr.domain.money import spoken_money
from ivr.domain.shifts import told_shifts
from ivr.domain.staff import StaffRole
from ivr.errors import IvrError, NotFound
from ivr.service.narration import describe
from ivr.service.staff_log import Member
from ivr.service.timeline import masked
from ivr.web.catalogue import Catalogue
from ivr.web.desk import Desk
from ivr.web.services import Services


def age(since: datetime, now: datetime) -> tuple[int, str]:
    """How long ago, as a number of the largest unit that fits twice: d, h, min or s."""
    seconds = max(0, int((now - since).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return seconds // size, unit
    return seconds, "s"


@dataclass(frozen=True)
class BoardWords:
    """How the board puts things, in one language and one time zone."""

    catalogue: Catalogue
    locale: str
    zone: ZoneInfo

    def text(self, key: str, **places: object) -> str:
        """A text of board.yaml."""
        return self.catalogue.text(self.locale, key, **places)

    def moment(self, at: datetime | None, pattern: str = "") -> str:
        """A moment on the board's clock; a dash for none."""
        if at is None:
            return "–"
        return _moment(at, pattern or self.text("format_moment"), self.zone, self.locale)

    def theirs(self, at: datetime, zone: str) -> str:
        """The same moment on a customer's clock, which is named; empty where it shows what ours does."""
        their = ZoneInfo(zone)
        if at.astimezone(their).utcoffset() == at.astimezone(self.zone).utcoffset():
            return ""
        return f" · {_moment(at, self.text('format_moment'), their, self.locale)} ({zone_name(zone, self.locale)})"

    def ago(self, since: datetime, now: datetime) -> str:
        """How long ago."""
        number, unit = age(since, now)
        return self.text(f"age_{unit}", n=number)

    def money(self, minor: int, currency: str) -> str:
        """Of the currency's smallest unit, as the reader's language writes it; a dash where nothing is paid."""
        if not minor:
            return "–"
        amount = spoken_money(minor, currency)
        return str(format_currency(Decimal(amount.amount), currency, locale=Locale.parse(self.locale, sep="-")))

    def shifts(self, agent: Agent) -> str:
        """When the agent works; always without shifts."""
        names = get_day_names("abbreviated", locale=Locale.parse(self.locale, sep="-"))
        return "; ".join(told_shifts(agent.shifts, [str(names[day]) for day in range(7)])) or self.text("always")

    def word(self, value: object) -> str:
        """A word of the data."""
        return self.catalogue.word(self.locale, value)

    def tell(self, event: Event) -> str:
        """A line of the timeline: plain English, the same in terminal, API and here."""
        return describe(event, self.zone)

    def for_templates(self) -> dict[str, Any]:
        """The names that templates use."""
        return {
            "t": self.text, "clock": self.moment, "age": self.ago, "words": self.word, "tell": self.tell,
            "theirs": self.theirs, "shifts": self.shifts, "money": self.money,
            "locale": self.locale, "zone": self.zone.key,
        }  # fmt: skip


@lru_cache(maxsize=20_000)
def _moment(at: datetime, pattern: str, zone: ZoneInfo, locale: str) -> str:
    """Kept: a live page tells the same two hundred moments every two seconds."""
    return str(format_datetime(at, pattern, tzinfo=zone, locale=Locale.parse(locale, sep="-")))


def refusal_of(act: Callable[[Member], object]) -> IvrError | None:
    """Do it for whoever is signed in; what is wrong with it is told on their page. Raises NotFound."""
    try:
        act(current_user.member)
    except NotFound:
        raise
    except IvrError as error:
        return error
    return None


class StaffWords:
    """What all staff pages share."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._company = services.company
        self._catalogue = desk.board_words
        self._zone = ZoneInfo(desk.zone)

    def shared(self) -> dict[str, Any]:
        """What every template needs."""
        words = BoardWords(self._catalogue, self._locale(), self._zone)
        member = current_user.member if current_user.is_authenticated else None
        return words.for_templates() | {
            "company": self._company, "masked": masked, "catalogue": self._catalogue, "member": member,
            "supervises": member is not None and member.may(StaffRole.SUPERVISOR),
            "administers": member is not None and member.may(StaffRole.ADMIN),
        }  # fmt: skip

    def _locale(self) -> str:
        """The language asked for, else the one chosen before, else the browser's."""
        asked = request.args.get("lang")
        if asked and "part" in request.args:
            return self._catalogue.best(asked, request.accept_languages)
        if asked:
            session["lang"] = self._catalogue.best(asked, request.accept_languages)
        return self._catalogue.best(session.get("lang"), request.accept_languages)

    def explained(self, error: IvrError) -> dict[str, str]:
        """What is shown of one of our errors: a sentence in the reader's language if there is one, and its code."""
        reason = str(getattr(error, "reason", "") or error.code)
        key, locale = f"refused_{reason}", self._locale()
        told = self._catalogue.text(locale, key) if self._catalogue.has(locale, key) else str(error)
        return {"code": reason, "text": told}

    def error(self, key: str, status: int) -> tuple[str, int]:
        """A page of what went wrong, with the way back."""
        known = key if self._catalogue.has(self._locale(), f"error_{key}") else "other"
        return render_template("board_error.html", key=known, **self.shared()), status
