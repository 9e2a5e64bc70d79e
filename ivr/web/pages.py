"""The page that asks for a callback; one callback's own are in callback_pages.py. Works without JavaScript."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from flask import Blueprint, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import CaseKind
from ivr.domain.turn import Say, Span
from ivr.errors import CallbackRefused, Conflict
from ivr.service.afterwards import Actions
from ivr.service.booking import AlreadyBooked
from ivr.service.requests import CallbackWish, remember, repetition_key
from ivr.service.store import UnitOfWork
from ivr.service.timeline import ID, new_id
from ivr.web.callback_pages import CallbackPages, callback_rules_of, send_code
from ivr.web.desk import Desk, client_address
from ivr.web.free_times import FreeTimesFinder
from ivr.web.order_picker import OrderPicker
from ivr.web.own_words import OwnWords
from ivr.web.page_words import FIELDS, PageWords
from ivr.web.services import Services
from ivr.web.wish import (
    LocalTimes,
    Reading,
    read_consent,
    read_email,
    read_kind,
    read_order,
    read_verification,
    read_words,
)

Page = str | AnyResponse | tuple[str, int]


class CustomerPages:
    """Handlers of the customer's pages."""

    def __init__(self, services: Services, desk: Desk, times: LocalTimes, words: PageWords) -> None:
        self._services = services
        self._desk = desk
        self._times = times
        self._words = words
        self._free_times = FreeTimesFinder(services, desk, times)
        self._orders = OrderPicker(services, desk, words)
        self._own_words = OwnWords(services.understanding)

    def ask(self) -> Page:
        """The form; a link may say what it is about."""
        asked = request.args.get("kind", "")
        kind = asked if asked in set(CaseKind) else ""
        return self.form({"form_id": new_id(), "kind": kind, "case": request.args.get("case", "")}, ())

    def book(self) -> Page:
        """Book, and send the code. Wrong input shows the form again with everything kept; so do free times."""
        reading = Reading()
        if "show" in request.form:
            return self._show(reading)
        if meant := self._own_words.meant(request.form, self._words.locale()):
            return self.form(request.form.to_dict() | {"kind": meant}, (), understood=meant)
        wish = self._wish(reading)
        callback = None if wish is None else reading.read(self._book, wish)
        if callback is None:
            return self.form(request.form, reading.refused), 422
        return redirect(self._words.at("callback", token=callback.id, lang=self._words.locale()), 303)

    def _show(self, reading: Reading) -> Page:
        """More to choose from; nothing is booked yet."""
        form, wanted = request.form.to_dict(), request.form["show"]
        if wanted == "orders":
            form["orders"] = reading.read(self._orders.opened_by_pair, form) or ""
        elif wanted == "link":
            sent = reading.read(self._orders.text_link, form, self._words.locale())
            return self.form(form, reading.refused, told="orders_link" if sent else "")
        else:
            reading.read(self._desk.bookings.check_number, form.get("number", ""))
        return self.form(form, reading.refused)

    def orders(self, token: str) -> Page:
        """The form, with the orders of whoever was sent this link to choose from."""
        return self.form(self._orders.first_form(token) | {"form_id": new_id()}, ())

    def _wish(self, reading: Reading) -> CallbackWish | None:
        form = request.form
        number = form.get("number", "")
        reading.read(self._desk.bookings.check_number, number)
        kind = reading.read(read_kind, form.get("kind", ""))
        words = reading.read(read_words, form.get("words", ""))
        order = reading.read(read_order, form.get("order", ""))
        email = reading.read(read_email, form.get("email", ""))
        verification = reading.read(read_verification, form.get("verification", ""))
        zone = reading.read(self._times.zone, form.get("zone", ""), number)
        at = reading.read(self._times.read, form, zone) if zone else None
        reading.read(read_consent, form)
        if reading.refused or kind is None or words is None or order is None or zone is None:
            return None
        wish = CallbackWish(number=number, kind=kind, words=words, order_digits=order, at=at, zone=zone.key)
        return replace(
            wish,
            locale=self._words.locale(),
            address=client_address(),
            verification=verification or "",
            email=email or "",
            case_id=self._desk.links.case_named(form.get("case", ""), self._services.clock.now()),
        )

    def _book(self, wish: CallbackWish) -> Callback:
        self._desk.requests.prepare(wish)
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
            actions = send_code(self._desk, uow, callback, wish.verification)
            if ID.fullmatch(request.form.get("form_id", "")):
                remember(uow, note, {"body": body, "callback": callback.id}, self._services.clock.now())
            uow.commit()
        return callback, actions

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
        known = uow.guards.get_note(note) if ID.fullmatch(request.form.get("form_id", "")) else None
        earlier = uow.callbacks.get(known["callback"]) if known else None
        if known is None or earlier is None or not earlier.is_open:
            return None
        if known["body"] == body:
            return earlier
        if earlier.status == CallbackStatus.UNVERIFIED:
            self._desk.bookings.cancel(uow, earlier.id, by="customer")
        return None

    def back(self) -> Page:
        """Somebody reloaded or changed the language of an answer to the form: show the form."""
        return redirect(self._words.at("ask", lang=self._words.locale()), 303)

    def form(
        self, form: Mapping[str, str], refused: Sequence[CallbackRefused], *, understood: str = "", told: str = ""
    ) -> str:
        """The form with what was typed, and what is wrong with it."""
        locale = self._words.locale()
        with self._services.store.read() as uow:
            wait = self._desk.line.estimate(uow, "general", locale=locale)
        span = Say("span", {"wait": Span(wait.low_seconds, wait.high_seconds)})
        wanted = (
            form.get("show") == "slots"
            or form.get("when") == "slot"
            or any(FIELDS.get(e.reason) == "date" for e in refused)
        )
        return render_template(
            "ask.html", form=form, kinds=list(CaseKind), wait=self._services.speaker.text(locale, span),
            understood=understood, told=told, orders=self._orders.of_form(form, locale),
            now=self._services.clock.now(), takes_email=self._desk.takes_email,
            free=self._free_times.of_form(form, locale) if wanted else None,
            **self._words.days(), **self._words.errors(refused), **self._words.shared(),
        )  # fmt: skip


def _digest(form: MultiDict[str, str]) -> str:
    kept = sorted((key, value) for key, value in form.items() if key != "csrf_token")
    return sha256(json.dumps(kept).encode()).hexdigest()


def customer_pages(pages: CustomerPages, one: CallbackPages, *, name: str = "pages", prefix: str = "") -> Blueprint:
    """The blueprint of the customer's pages; another one of them, below `prefix`, is the widget's."""
    static = None if prefix else "static"
    blueprint = Blueprint(name, __name__, template_folder="templates", static_folder=static, url_prefix=prefix or None)
    blueprint.add_url_rule("/", view_func=pages.ask, endpoint="ask")
    blueprint.add_url_rule("/o/<token>", view_func=pages.orders, endpoint="orders")
    blueprint.add_url_rule("/callbacks", view_func=pages.book, endpoint="book", methods=["POST"])
    blueprint.add_url_rule("/callbacks", view_func=pages.back, endpoint="back")
    callback_rules_of(blueprint, one)
    return blueprint
