"""The customer's pages: ask for a callback, prove the number, see, move and cancel it. They work without JavaScript."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import CaseKind
from ivr.domain.turn import At, Say, Span
from ivr.errors import CallbackRefused, Conflict, IllegalMove
from ivr.service.afterwards import Actions
from ivr.service.booking import AlreadyBooked
from ivr.service.requests import CallbackWish, OutsideHours, remember, repetition_key
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id
from ivr.service.verification import CALL
from ivr.web.desk import Desk, client_address
from ivr.web.services import Services
from ivr.web.wish import (
    LocalTimes,
    Reading,
    read_consent,
    read_digits,
    read_kind,
    read_order,
    read_verification,
    read_words,
)
from ivr.web.zones import zone_name

Page = str | AnyResponse | tuple[str, int]
TOKEN: Final = re.compile(r"[0-9a-f]{32}")
FIELDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("kind", "words", "order", "consent", "code"), ""),
    **dict.fromkeys(("extension", "country", "line_type", "do_not_call", "too_many_today", "exists"), "number"),
    **dict.fromkeys(("when", "gap", "past", "too_far", "hours"), "date"),
    **dict.fromkeys(("call_hours", "no_calls_now", "ringing", "left_alone"), "number"),
    "number": "",
    "locked": "code",
}
"""The field that an error is about, where its own name is not the field's; others belong to the whole page."""
TOLD: Final = frozenset({"moved", "code_sent", "code_call"})
"""What the status page may say that was just done."""


class CustomerPages:
    """Handlers of the customer's pages."""

    def __init__(self, services: Services, desk: Desk, times: LocalTimes) -> None:
        self._services = services
        self._desk = desk
        self._catalogue = desk.catalogue
        self._times = times

    def ask(self) -> Page:
        """The form."""
        return self.form({"form_id": new_id()}, ())

    def book(self) -> Page:
        """Book, and send the code. Wrong input shows the form again with everything kept."""
        reading = Reading()
        wish = self._wish(reading)
        callback = None if wish is None else reading.read(self._book, wish)
        if callback is None:
            return self.form(request.form, reading.refused), 422
        return self._to(callback.id)

    def _wish(self, reading: Reading) -> CallbackWish | None:
        form = request.form
        number = form.get("number", "")
        reading.read(self._desk.bookings.check_number, number)
        kind = reading.read(read_kind, form.get("kind", ""))
        words = reading.read(read_words, form.get("words", ""))
        order = reading.read(read_order, form.get("order", ""))
        verification = reading.read(read_verification, form.get("verification", ""))
        zone = reading.read(self._times.zone, form.get("zone", ""), number)
        at = reading.read(self._times.read, form, zone) if zone else None
        reading.read(read_consent, form)
        if reading.refused or kind is None or words is None or order is None or zone is None:
            return None
        wish = CallbackWish(number=number, kind=kind, words=words, order_digits=order, at=at, zone=zone.key)
        return replace(wish, locale=self.locale(), address=client_address(), verification=verification or "")

    def _book(self, wish: CallbackWish) -> Callback:
        try:
            callback, actions = self._book_once(wish)
        except Conflict:  # somebody else's request was a moment faster: look again
            callback, actions = self._book_once(wish)
        self._desk.afterwards.run(actions)
        return callback

    def _book_once(self, wish: CallbackWish) -> tuple[Callback, Actions]:
        note, body = repetition_key("form", request.form.get("form_id", "")), _digest(request.form)
        with self._services.store.begin() as uow:
            earlier = self._sent_before(uow, note, body)
            if earlier is not None:
                return earlier, ()
            callback = self._ask(uow, wish)
            actions = self._send_code(uow, callback, wish.verification)
            if TOKEN.fullmatch(request.form.get("form_id", "")):
                remember(uow, note, {"body": body, "callback": callback.id}, self._services.clock.now())
            uow.commit()
        return callback, actions

    def _send_code(self, uow: UnitOfWork, callback: Callback, channel: str) -> Actions:
        return self._desk.verification.start(uow, callback, channel=channel, address=client_address())

    def _ask(self, uow: UnitOfWork, wish: CallbackWish) -> Callback:
        try:
            return self._desk.requests.ask(uow, wish)
        except AlreadyBooked as already:
            if already.callback.status != CallbackStatus.UNVERIFIED:
                # Whoever typed the number has not proven to hold it: nothing about the open callback is told.
                raise CallbackRefused("exists", "this number has an open callback") from already
            # Nobody proved that one, so it is no promise: a lost page, or a stranger, does not block the number.
            self._desk.bookings.cancel(uow, already.callback.id, by="customer")
        return self._desk.requests.ask(uow, wish)

    def _sent_before(self, uow: UnitOfWork, note: str, body: str) -> Callback | None:
        """The callback of a form that was sent twice; one that was corrected and sent again replaces its first."""
        known = uow.guards.get_note(note) if TOKEN.fullmatch(request.form.get("form_id", "")) else None
        earlier = uow.callbacks.get(known["callback"]) if known else None
        if known is None or earlier is None or not earlier.is_open:
            return None
        if known["body"] == body:
            return earlier
        if earlier.status == CallbackStatus.UNVERIFIED:
            self._desk.bookings.cancel(uow, earlier.id, by="customer")
        return None

    def callback(self, token: str) -> Page:
        """Where one callback stands."""
        return self._status(self._callback(token), ())

    def back(self, token: str = "") -> Page:
        """Somebody reloaded or changed the language of an answer to a form: show the page it came from."""
        return self._to(token) if token else redirect(url_for("pages.ask", lang=self.locale()), 303)

    def confirm(self, token: str) -> Page:
        """Take the code; a number proven already needs none."""
        callback = self._callback(token)
        if callback.status != CallbackStatus.UNVERIFIED:
            return self._to(token)

        def take(uow: UnitOfWork) -> Actions:
            self._desk.verification.confirm(uow, token, read_digits(request.form.get("code", "")))
            return ()

        return self._change(callback, take)

    def resend(self, token: str) -> Page:
        """Send another code, by text or call; how many a number is sent is limited."""
        callback = self._callback(token)
        if callback.status != CallbackStatus.UNVERIFIED:
            return self._to(token)

        channel = request.form.get("verification", "")

        def send(uow: UnitOfWork) -> Actions:
            fresh = uow.callbacks.get(token)
            return () if fresh is None else self._send_code(uow, fresh, read_verification(channel))

        return self._change(callback, send, told="code_call" if channel == CALL else "code_sent")

    def move(self, token: str) -> Page:
        """Move to another moment."""
        callback = self._callback(token)

        def move(uow: UnitOfWork) -> Actions:
            zone = self._times.zone(callback.zone, callback.number)
            at = self._times.read(request.form, zone)
            return self._desk.requests.move(uow, callback, at)[1]

        return self._change(callback, move, told="moved")

    def cancel(self, token: str) -> Page:
        """Take the callback back; doing it twice is no error."""
        callback = self._callback(token)
        if not callback.is_open:
            return self._to(token)
        return self._change(callback, lambda uow: self._desk.bookings.cancel(uow, token, by="customer")[1])

    def _change(self, callback: Callback, change: Callable[[UnitOfWork], Actions], *, told: str = "") -> Page:
        """Do it in one transaction; what is refused is explained on the status page."""
        try:
            with self._services.store.begin() as uow:
                actions = change(uow)
                uow.commit()
        except CallbackRefused as refused:
            return self._status(callback, (refused,)), 422
        except IllegalMove:
            now = self._callback(callback.id)
            return self._status(now, (CallbackRefused("busy" if now.is_open else "gone"),)), 409
        self._desk.afterwards.run(actions)
        return self._to(callback.id, told)

    def _to(self, token: str, told: str = "") -> AnyResponse:
        return redirect(url_for("pages.callback", token=token, lang=self.locale(), told=told or None), 303)

    def _callback(self, token: str) -> Callback:
        """By its 128-bit random token; a malformed and an unknown one get the same answer."""
        with self._services.store.read() as uow:
            found = uow.callbacks.get(token) if TOKEN.fullmatch(token) else None
        if found is None:
            abort(404)
        return found

    def locale(self) -> str:
        """The language of this answer."""
        return self._catalogue.best(request.values.get("lang"), request.accept_languages)

    def form(self, form: Mapping[str, str], refused: Sequence[CallbackRefused]) -> str:
        """The form with what was typed, and what is wrong with it."""
        locale = self.locale()
        with self._services.store.read() as uow:
            wait = self._desk.line.estimate(uow, "general", locale=locale)
        span = Say("span", {"wait": Span(wait.low_seconds, wait.high_seconds)})
        return render_template(
            "ask.html", form=form, kinds=list(CaseKind), wait=self._services.speaker.text(locale, span),
            now=self._services.clock.now(), **self._days(), **self._errors(refused), **self.shared(),
        )  # fmt: skip

    def _status(self, callback: Callback, refused: Sequence[CallbackRefused]) -> str:
        with self._services.store.read() as uow:
            case = uow.cases.get(callback.case_id)
            call = self._desk.verification.call_state(uow, callback)
        at = callback.promised_by_at if callback.asap else callback.due_at
        told = request.args.get("told", "")
        return render_template(
            "callback.html", callback=callback, case=case, call=call, move_form=_move_form(callback, request.form),
            told=told if told in TOLD else "", when=self._moment(at, callback.zone),
            **self._days(), **self._errors(refused), **self.shared(),
        )  # fmt: skip

    def _errors(self, refused: Sequence[CallbackRefused]) -> dict[str, Any]:
        """Texts by error key, and the fields they belong to."""
        texts = {error.reason: self._explained(error) for error in refused}
        return {"errors": texts, "fields": {FIELDS.get(key, "-") or key: texts[key] for key in reversed(texts)}}

    def _explained(self, error: CallbackRefused) -> str:
        locale = self.locale()
        if isinstance(error, OutsideHours) and error.nearest_at is not None:
            return self._catalogue.text(locale, "error_hours_nearest", when=self._moment(error.nearest_at, error.zone))
        return self._catalogue.text(locale, f"error_{error.reason}")

    def _moment(self, at: datetime, zone: str) -> str:
        """A moment on the customer's clock, which is named: tomorrow at 3:30 PM (New York)."""
        say = Say("moment", {"when": At(at, zone, self._services.clock.now())})
        return f"{self._services.speaker.text(self.locale(), say)} ({zone_name(zone, self.locale())})"

    def _days(self) -> dict[str, str]:
        """The days that the calendar offers; the widest, for the reader's own zone is not known yet."""
        now = self._services.clock.now()
        first, last = now - timedelta(hours=12), now + timedelta(days=self._desk.requests.horizon_days, hours=14)
        return {"first_day": first.date().isoformat(), "last_day": last.date().isoformat()}

    def shared(self) -> dict[str, Any]:
        """What every template needs."""
        locale = self.locale()

        def text(key: str, **places: object) -> str:
            return self._catalogue.text(locale, key, **places)

        return {"t": text, "locale": locale, "catalogue": self._catalogue, "company": self._services.company}


def _move_form(callback: Callback, sent: Mapping[str, str]) -> Mapping[str, str]:
    """What was typed; at first the present moment on the customer's clock."""
    if "when" in sent:
        return sent
    local = callback.due_at.astimezone(ZoneInfo(callback.zone))
    return {"when": "at"} if callback.asap else {"when": "at", "date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}


def _digest(form: MultiDict[str, str]) -> str:
    kept = sorted((key, value) for key, value in form.items() if key != "csrf_token")
    return sha256(json.dumps(kept).encode()).hexdigest()


def customer_pages(pages: CustomerPages) -> Blueprint:
    """The blueprint of the customer's pages."""
    blueprint = Blueprint("pages", __name__, template_folder="templates", static_folder="static")
    blueprint.add_url_rule("/", view_func=pages.ask, endpoint="ask")
    blueprint.add_url_rule("/callbacks", view_func=pages.book, endpoint="book", methods=["POST"])
    blueprint.add_url_rule("/callbacks", view_func=pages.back, endpoint="back")
    blueprint.add_url_rule("/callbacks/<token>", view_func=pages.callback, endpoint="callback")
    for name in ("confirm", "resend", "move", "cancel"):
        rule = f"/callbacks/<token>/{name}"
        blueprint.add_url_rule(rule, view_func=getattr(pages, name), endpoint=name, methods=["POST"])
        blueprint.add_url_rule(rule, view_func=pages.back, endpoint=f"{name}_back")
    return blueprint
