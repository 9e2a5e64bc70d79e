"""The customer's pages: ask for a callback, prove the number, see, move and cancel it. They work without JavaScript."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.cases import CaseKind
from ivr.domain.turn import At, Say, Span
from ivr.errors import CallbackRefused, IllegalMove
from ivr.service.booking import AlreadyBooked
from ivr.service.requests import CallbackWish
from ivr.web.desk import Desk
from ivr.web.services import Services
from ivr.web.wish import LocalTimes, read_kind, read_order

Page = str | AnyResponse | tuple[str, int]


class CustomerPages:
    """Handlers of the customer's pages."""

    def __init__(self, services: Services, desk: Desk, times: LocalTimes) -> None:
        self._services = services
        self._desk = desk
        self._catalogue = desk.catalogue
        self._times = times

    def ask(self) -> Page:
        """The form."""
        return self._form({}, None)

    def book(self) -> Page:
        """Book, and send the code. Wrong input shows the form again with everything kept."""
        form = request.form
        try:
            callback = self._book(self._wish())
        except CallbackRefused as refused:
            return self._form(form, refused.reason), 422
        return redirect(url_for("pages.callback", token=callback.id, lang=self._locale()), 303)

    def _wish(self) -> CallbackWish:
        form = request.form
        if form.get("consent") != "yes":
            raise CallbackRefused("consent", "the consent box is not ticked")
        number = form.get("number", "")
        zone = self._times.zone(form.get("zone", ""), number)
        return CallbackWish(
            number=number,
            kind=read_kind(form.get("kind", "")),
            words=form.get("words", "").strip(),
            order_digits=read_order(form.get("order", "")),
            at=self._times.read(form, zone),
            locale=self._locale(),
            zone=zone.key,
            address=request.remote_addr,
        )

    def _book(self, wish: CallbackWish) -> Callback:
        with self._services.store.begin() as uow:
            try:
                callback = self._desk.requests.ask(uow, wish)
            except AlreadyBooked as already:
                # Whoever typed the number has not proven to hold it: nothing about the open callback is told.
                raise CallbackRefused("exists", "this number has an open callback") from already
            actions = self._desk.verification.start(uow, callback)
            uow.commit()
        self._desk.afterwards.run(actions)
        return callback

    def callback(self, token: str) -> Page:
        """Where one callback stands."""
        return self._status(self._callback(token), None)

    def confirm(self, token: str) -> Page:
        """Take the code."""
        callback = self._callback(token)
        try:
            with self._services.store.begin() as uow:
                callback = self._desk.verification.confirm(uow, token, request.form.get("code", "").strip())
                uow.commit()
        except CallbackRefused as refused:
            return self._status(callback, refused.reason), 422
        return redirect(url_for("pages.callback", token=token, lang=self._locale()), 303)

    def move(self, token: str) -> Page:
        """Move to another moment."""
        callback = self._callback(token)
        try:
            zone = self._times.zone(callback.zone, callback.number)
            at = self._times.read(request.form, zone)
            with self._services.store.begin() as uow:
                _, actions = self._desk.bookings.move(uow, token, at=at)
                uow.commit()
        except CallbackRefused as refused:
            return self._status(callback, refused.reason), 422
        except IllegalMove:
            return self._status(callback, "gone"), 409
        self._desk.afterwards.run(actions)
        return redirect(url_for("pages.callback", token=token, lang=self._locale()), 303)

    def cancel(self, token: str) -> Page:
        """Take the callback back; doing it twice is no error."""
        callback = self._callback(token)
        if callback.is_open:
            with self._services.store.begin() as uow:
                _, actions = self._desk.bookings.cancel(uow, token, by="customer")
                uow.commit()
            self._desk.afterwards.run(actions)
        return redirect(url_for("pages.callback", token=token, lang=self._locale()), 303)

    def _callback(self, token: str) -> Callback:
        with self._services.store.read() as uow:
            found = uow.callbacks.get(token)
        if found is None:
            abort(404)
        return found

    def _locale(self) -> str:
        return self._catalogue.best(request.values.get("lang"), request.accept_languages)

    def _form(self, form: Any, error: str | None) -> str:
        locale = self._locale()
        with self._services.store.read() as uow:
            wait = self._desk.line.estimate(uow, "general", locale=locale)
        span = Say("span", {"wait": Span(wait.low_seconds, wait.high_seconds)})
        return render_template(
            "ask.html", form=form, error=error, kinds=list(CaseKind), wait=self._services.speaker.text(locale, span),
            **self._shared(locale),
        )  # fmt: skip

    def _status(self, callback: Callback, error: str | None) -> str:
        locale = self._locale()
        with self._services.store.read() as uow:
            case = uow.cases.get(callback.case_id)
        at = callback.promised_by_at if callback.asap else callback.due_at
        when = Say("moment", {"when": At(at, callback.zone, self._services.clock.now())})
        return render_template(
            "callback.html", callback=callback, case=case, error=error, waits=_waits(callback),
            when=self._services.speaker.text(locale, when), **self._shared(locale),
        )  # fmt: skip

    def _shared(self, locale: str) -> dict[str, Any]:
        def text(key: str, **places: object) -> str:
            return self._catalogue.text(locale, key, **places)

        return {"t": text, "locale": locale, "catalogue": self._catalogue, "company": self._services.company}


def _waits(callback: Callback) -> bool:
    return callback.status in (CallbackStatus.SCHEDULED, CallbackStatus.UNVERIFIED)


def customer_pages(services: Services, desk: Desk, times: LocalTimes) -> Blueprint:
    """The blueprint of the customer's pages."""
    pages = CustomerPages(services, desk, times)
    blueprint = Blueprint("pages", __name__, template_folder="templates", static_folder="static")
    blueprint.add_url_rule("/", view_func=pages.ask, endpoint="ask")
    blueprint.add_url_rule("/callbacks", view_func=pages.book, endpoint="book", methods=["POST"])
    blueprint.add_url_rule("/callbacks/<token>", view_func=pages.callback, endpoint="callback")
    for name in ("confirm", "move", "cancel"):
        rule = f"/callbacks/<token>/{name}"
        blueprint.add_url_rule(rule, view_func=getattr(pages, name), endpoint=name, methods=["POST"])
    return blueprint
