"""The customer's pages: ask for a callback, prove the number, see, move and cancel it. They work without JavaScript."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import SKILLS, CaseKind
from ivr.domain.turn import Say, Span
from ivr.errors import CallbackRefused, Conflict, IllegalMove
from ivr.service.afterwards import Actions
from ivr.service.booking import AlreadyBooked
from ivr.service.requests import CallbackWish, SlotsLook, remember, repetition_key
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id
from ivr.service.verification import CALL
from ivr.web.desk import Desk, client_address
from ivr.web.services import Services
from ivr.web.telling import FIELDS, FreeTimes, Telling, move_form
from ivr.web.wish import (
    LocalTimes,
    Reading,
    read_consent,
    read_digits,
    read_kind,
    read_order,
    read_since,
    read_verification,
    read_words,
)

Page = str | AnyResponse | tuple[str, int]
TOKEN: Final = re.compile(r"[0-9a-f]{32}")
TOLD: Final = frozenset({"moved", "code_sent", "code_call"})
"""What the status page may say that was just done."""


class CustomerPages:
    """Handlers of the customer's pages."""

    def __init__(self, services: Services, desk: Desk, times: LocalTimes) -> None:
        self._services = services
        self._desk = desk
        self._catalogue = desk.catalogue
        self._times = times
        self._telling = Telling(services, desk)

    def ask(self) -> Page:
        """The form."""
        return self.form({"form_id": new_id()}, ())

    def book(self) -> Page:
        """Book, and send the code. Wrong input shows the form again with everything kept; so do free times."""
        reading = Reading()
        if "show" in request.form:
            reading.read(self._desk.bookings.check_number, request.form.get("number", ""))
            return self.form(request.form, reading.refused)
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
            return self._desk.bookings.move(uow, callback.id, at=at)[1]

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
        wanted = "show" in form or form.get("when") == "slot" or any(FIELDS.get(e.reason) == "date" for e in refused)
        free = self._free(SlotsLook(number=form.get("number", ""), locale=locale), form) if wanted else None
        return render_template(
            "ask.html", form=form, kinds=list(CaseKind), wait=self._services.speaker.text(locale, span),
            now=self._services.clock.now(), free=free, **self._telling.days(),
            **self._telling.errors(locale, refused), **self.shared(),
        )  # fmt: skip

    def _free(self, look: SlotsLook, form: Mapping[str, str]) -> FreeTimes | None:
        """The free times from the day that was chosen on, on the customer's clock; None: no number to ring yet."""
        try:
            zone = self._times.zone(look.zone or form.get("zone", ""), look.number)
            skill = SKILLS[read_kind(form["kind"])] if form.get("kind") else look.skill
            since = read_since(form.get("date", ""), zone)
            asked = replace(look, zone=zone.key, skill=skill, since=since)
            with self._services.store.read() as uow:
                return self._telling.free_times(look.locale, self._desk.requests.free_slots(uow, asked), zone)
        except CallbackRefused:
            return None  # told at the field that is wrong

    def _status(self, callback: Callback, refused: Sequence[CallbackRefused]) -> str:
        with self._services.store.read() as uow:
            case = uow.cases.get(callback.case_id)
            call = self._desk.verification.call_state(uow, callback)
        at = callback.promised_by_at if callback.asap else callback.due_at
        told, locale = request.args.get("told", ""), self.locale()
        return render_template(
            "callback.html", callback=callback, case=case, call=call, move_form=move_form(callback, request.form),
            told=told if told in TOLD else "", when=self._telling.moment(locale, at, callback.zone),
            free=self._free_for(callback) if callback.status == CallbackStatus.SCHEDULED else None,
            **self._telling.days(), **self._telling.errors(locale, refused), **self.shared(),
        )  # fmt: skip

    def _free_for(self, callback: Callback) -> FreeTimes | None:
        look = SlotsLook(
            number=callback.number, zone=callback.zone, skill=callback.skill, locale=self.locale(), moved_id=callback.id
        )
        return self._free(look, {})

    def shared(self) -> dict[str, Any]:
        """What every template needs."""
        locale = self.locale()

        def text(key: str, **places: object) -> str:
            return self._catalogue.text(locale, key, **places)

        return {"t": text, "locale": locale, "catalogue": self._catalogue, "company": self._services.company}


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
