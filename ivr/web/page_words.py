"""What the customers' pages have in common: their language, their words, and how errors and moments are told."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from babel import Locale
from babel.numbers import format_currency
from flask import g, request, url_for

from ivr.content.zones import zone_name
from ivr.domain.callbacks import Callback
from ivr.domain.drop_offs import DropOff
from ivr.domain.policy.facts import CURRENCIES
from ivr.domain.promised import told_at, told_until
from ivr.domain.turn import At, Say
from ivr.errors import CallbackRefused
from ivr.service.photos import MOST_BYTES, MOST_PIXELS
from ivr.service.slots import NotThen
from ivr.web.desk import EMBED, Desk, is_embedded
from ivr.web.services import Services

FIELDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("kind", "words", "order", "consent", "code"), ""),
    **dict.fromkeys(("extension", "country", "line_type", "do_not_call", "too_many_today", "exists"), "number"),
    **dict.fromkeys(("when", "gap", "window", "past", "too_far", "too_soon", "hours", "full"), "date"),
    **dict.fromkeys(("call_hours", "no_calls_now", "ringing", "left_alone"), "number"),
    **dict.fromkeys(("photo_type", "photo_large", "photo_full"), "photo"),
    "number": "",
    "photo": "",
    "orders": "order",
    "email": "",
    "opted_out": "number",
    "locked": "code",
}
"""The field that an error is about, where its own name is not the field's; others belong to the whole page."""


class PageWords:
    """Words of the customers' pages, in the language of this answer."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._desk = desk
        self._catalogue = desk.catalogue

    def locale(self) -> str:
        """What the reader asked for; else the language of the message whose link they opened; else the browser's."""
        asked = request.args.get("lang") or g.get("link_locale")
        return self._catalogue.best(asked, request.accept_languages)

    def first(self) -> str:
        """The language that greets."""
        return self._catalogue.locales[0]

    def errors(self, refused: Sequence[CallbackRefused]) -> dict[str, Any]:
        """Texts by error key, and the fields they belong to."""
        texts = {error.reason: self._explained(error) for error in refused}
        return {"errors": texts, "fields": {FIELDS.get(key, "-") or key: texts[key] for key in reversed(texts)}}

    def _explained(self, error: CallbackRefused) -> str:
        locale = self.locale()
        if isinstance(error, NotThen) and error.nearest_at is not None:
            key, when = f"error_{error.reason}_nearest", self.moment(error.nearest_at, error.zone)
            return self._catalogue.text(locale, key, when=when)
        more = self._places.get(error.reason, {})
        return self._catalogue.text(locale, f"error_{error.reason}", **more)

    @property
    def _places(self) -> Mapping[str, Mapping[str, object]]:
        """What some errors tell beside their reason."""
        return {
            "too_far": {"days": self._desk.requests.horizon_days},
            "photo_large": {"mb": MOST_BYTES // 2**20, "megapixels": MOST_PIXELS // 10**6},
            "photo_full": {"most": self._desk.photos.most},
        }

    def promised(self, callback: Callback) -> str:
        """When it rings: a moment, a window, or the latest time."""
        return self.moment(told_at(callback), callback.zone, told_until(callback))

    def moment(self, at: datetime, zone: str, until: datetime | None = None) -> str:
        """A moment, or a window, on the customer's clock, which is named: tomorrow at 3:30 PM (New York)."""
        say = Say("moment", {"when": At(at, zone, self._services.clock.now(), until)})
        return f"{self._services.speaker.text(self.locale(), say)} ({zone_name(zone, self.locale())})"

    def places(self, places: Sequence[DropOff]) -> list[str]:
        """Where a return can be handed in: a line each."""
        speaker, locale = self._services.speaker, self.locale()
        return [speaker.text(locale, Say("drop_off_text", place.told())) for place in places]

    def money(self, minor: int, currency: str) -> str:
        """An amount as the reader writes it; empty for none."""
        if minor <= 0 or currency not in CURRENCIES:
            return ""
        amount = minor / 10 ** CURRENCIES[currency]
        return str(format_currency(amount, currency, locale=Locale.parse(self.locale(), sep="-")))

    def until(self, at: datetime, zone: str) -> dict[str, Any] | None:
        """When time runs out, and in how many seconds by our clock: the reader's may be wrong. None: it is over."""
        left = int((at - self._services.clock.now()).total_seconds())
        return {"seconds": left, "when": self.moment(at, zone)} if left > 0 else None

    def days(self) -> dict[str, str]:
        """The days that the calendar offers; the widest, for the reader's own zone is not known yet."""
        now = self._services.clock.now()
        first, last = now - timedelta(hours=12), now + timedelta(days=self._desk.requests.horizon_days, hours=14)
        return {"first_day": first.date().isoformat(), "last_day": last.date().isoformat()}

    def shared(self) -> dict[str, Any]:
        """What every template needs."""
        locale = self.locale()

        def text(key: str, **places: object) -> str:
            return self._catalogue.text(locale, key, **places)

        return {
            "t": text, "locale": locale, "catalogue": self._catalogue, "company": self._services.company,
            "chats": self._services.chats is not None,
            "at": self.at, "embedded": is_embedded(), "sites": self._desk.widget_sites,
        }  # fmt: skip

    def at(self, name: str, **values: Any) -> str:
        """The address of a customers' page: in the widget, of the widget's own."""
        return url_for(f"{EMBED if is_embedded() else 'pages'}.{name}", **values)
