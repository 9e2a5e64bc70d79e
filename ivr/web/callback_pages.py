"""One callback's pages: prove the number, see, move and cancel it. Whoever holds its address or a link may."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ivr.domain.callbacks import Callback, CallbackStatus
from ivr.domain.calls import Verification
from ivr.errors import CallbackRefused, IllegalMove
from ivr.service.afterwards import Actions
from ivr.service.extras import Extras
from ivr.service.opting import has_opted_out, masked_address, opt_out
from ivr.service.photos import MOST_BYTES
from ivr.service.store import UnitOfWork
from ivr.service.timeline import ID
from ivr.service.verification import CALL
from ivr.web.desk import Desk, client_address
from ivr.web.free_times import FreeTimesFinder
from ivr.web.page_words import PageWords
from ivr.web.services import Services
from ivr.web.wish import LocalTimes, Reading, move_fields, read_digits, read_photo, read_verification, read_words

Page = str | AnyResponse | tuple[str, int]
TOLD: Final = frozenset({"moved", "code_sent", "code_call", "noted", "rated", "photo"})
"""What the status page may say that was just done."""
EFFORTS: Final = frozenset("1234567")
LAST_DAY: Final = timedelta(days=1)


class CallbackPages:
    """Handlers of one callback's pages."""

    def __init__(self, services: Services, desk: Desk, times: LocalTimes, words: PageWords) -> None:
        self._services = services
        self._desk = desk
        self._times = times
        self._words = words
        self._free_times = FreeTimesFinder(services, desk, times)
        self._extras = Extras(services.clock, services.speaker, desk.links, services.company)

    def callback(self, token: str) -> Page:
        """Where one callback stands."""
        return self._status(token, self._callback(token), ())

    def back(self, token: str) -> Page:
        """Somebody reloaded or changed the language of an answer to a form: show the page it came from."""
        return self._to(token)

    def confirm(self, token: str) -> Page:
        """Take the code; a number proven already needs none."""
        callback = self._callback(token)
        if callback.status != CallbackStatus.UNVERIFIED:
            return self._to(token)

        def take(uow: UnitOfWork) -> Actions:
            self._desk.verification.confirm(uow, callback.id, read_digits(request.form.get("code", "")))
            return ()

        return self._change(token, take)

    def resend(self, token: str) -> Page:
        """Send another code, by text or call; how many a number is sent is limited."""
        callback = self._callback(token)
        if callback.status != CallbackStatus.UNVERIFIED:
            return self._to(token)

        channel = request.form.get("verification", "")

        def send(uow: UnitOfWork) -> Actions:
            fresh = uow.callbacks.get(callback.id)
            return () if fresh is None else send_code(self._desk, uow, fresh, read_verification(channel))

        return self._change(token, send, told="code_call" if channel == CALL else "code_sent")

    def move(self, token: str) -> Page:
        """Move to another moment."""
        callback = self._callback(token)
        if "show" in request.form:  # the free times of the next days: nothing is moved yet
            return self._status(token, callback, ())

        def move(uow: UnitOfWork) -> Actions:
            zone = self._times.zone(callback.zone, callback.number)
            at = self._times.read(request.form, zone)
            until = self._times.read_until(request.form, at, zone)
            return self._desk.bookings.move(uow, callback.id, at=at, until=until)[1]

        return self._change(token, move, told="moved")

    def cancel(self, token: str) -> Page:
        """Take the callback back; doing it twice is no error."""
        callback = self._callback(token)
        if not callback.is_open:
            return self._to(token)
        return self._change(token, lambda uow: self._desk.bookings.cancel(uow, callback.id, by="customer")[1])

    def _change(self, token: str, change: Callable[[UnitOfWork], Actions], *, told: str = "") -> Page:
        """Do it in one transaction; what is refused is explained on the status page."""
        try:
            with self._services.store.begin() as uow:
                actions = change(uow)
                uow.commit()
        except CallbackRefused as refused:
            return self._status(token, self._callback(token), (refused,)), 422
        except IllegalMove:
            now = self._callback(token)
            return self._status(token, now, (CallbackRefused("busy" if now.is_open else "gone"),)), 409
        self._desk.afterwards.run(actions)
        return self._to(token, told)

    def _to(self, token: str, told: str = "") -> AnyResponse:
        return redirect(self._words.at("callback", token=token, lang=self._words.locale(), told=told or None), 303)

    def _callback(self, token: str) -> Callback:
        """By its 128-bit random id, or a link's token; a malformed and an unknown one get the same answer.

        Raises LinkExpired, NotFound.
        """
        is_id = ID.fullmatch(token) is not None
        callback_id = token if is_id else self._desk.links.callback_of(token, self._services.clock.now())
        with self._services.store.read() as uow:
            found = uow.callbacks.get(callback_id)
        if found is None:
            abort(404)
        if not is_id:
            g.link_locale = found.locale
        return found

    def _status(
        self, token: str, callback: Callback, refused: Sequence[CallbackRefused], *, is_read: bool = True
    ) -> str:
        sent: Mapping[str, str] = request.form if is_read else {}
        with self._services.store.read() as uow:
            case = uow.cases.get(callback.case_id)
            call = self._desk.verification.call_state(uow, callback)
            code = uow.verifications.of_callback(callback.id)
            photos = len(uow.photos.of_case(callback.case_id)) if self._desk.photos.most else 0
        told, asked = request.args.get("told", ""), "show" in sent or sent.get("when") == "slot" or bool(refused)
        shows_times = asked and callback.status == CallbackStatus.SCHEDULED
        return render_template(
            "callback.html", token=token, callback=callback, case=case, call=call,
            sent=sent, move_form=_move_form(callback, sent), told=told if told in TOLD else "",
            when=self._words.promised(callback), code_until=self._code_until(callback, code),
            link_until=self._link_until(token, callback), photos=photos, most_photos=self._desk.photos.most,
            mb=MOST_BYTES // 2**20,
            free=self._free_times.of_callback(callback, self._words.locale()) if shows_times else None,
            **self._words.days(), **self._words.errors(refused), **self._words.shared(),
        )  # fmt: skip

    def _code_until(self, callback: Callback, code: Verification | None) -> dict[str, Any] | None:
        """How long the code is good yet."""
        if callback.status != CallbackStatus.UNVERIFIED or code is None:
            return None
        return self._words.until(code.expires_at, callback.zone)

    def _link_until(self, token: str, callback: Callback) -> dict[str, Any] | None:
        """How long a message's link works yet, on its last day."""
        if ID.fullmatch(token):
            return None
        ends_at = self._desk.links.ends_at(token)
        return self._words.until(ends_at, callback.zone) if ends_at - self._services.clock.now() < LAST_DAY else None

    # --- what may be added ---------------------------------------------------------------------------------------

    def note(self, token: str) -> Page:
        """Something more for the agent to read."""
        callback, words = self._callback(token), request.form.get("note", "")

        def add(uow: UnitOfWork) -> Actions:
            self._extras.note(uow, callback.id, read_words(words))
            return ()

        return self._change(token, add, told="noted") if words.strip() else self._to(token)

    def photo(self, token: str) -> Page:
        """A photo for the agent: read before anything is locked, made anew, and shown to staff alone."""
        callback, file = self._callback(token), request.files.get("photo")
        reading = Reading()
        caption = reading.read(read_words, request.form.get("caption", ""))
        picture = reading.read(read_photo, self._desk.pictures, file.read() if file else b"")
        if picture is None or caption is None:
            return self._status(token, callback, reading.refused), 422

        def add(uow: UnitOfWork) -> Actions:
            self._desk.photos.add(uow, callback.id, picture, caption)
            return ()

        return self._change(token, add, told="photo")

    def too_large(self, token: str) -> Page:
        """The same page for a photo that was too large to be read at all."""
        refused = CallbackRefused("photo_large", f"a photo may have {MOST_BYTES} bytes")
        return self._status(token, self._callback(token), (refused,), is_read=False), 413

    def rate(self, token: str) -> Page:
        """How easy it was, 1 to 7, after they have talked; the first answer counts."""
        callback, given = self._callback(token), request.form.get("effort", "")

        def rate(uow: UnitOfWork) -> Actions:
            self._extras.rate(uow, callback.id, int(given))
            return ()

        return self._change(token, rate, told="rated") if given in EFFORTS else self._to(token)

    def calendar(self, token: str) -> Response:
        """A calendar file; it leads back to this page."""
        callback = self._callback(token)
        if callback.status not in (CallbackStatus.SCHEDULED, CallbackStatus.DIALING):
            abort(404)
        from ivr.mail.calendar import published_file  # its library is read when somebody wants a file

        entry = self._extras.calendar(callback, self._words.locale())
        host = urlsplit(self._services.public_url).hostname or "ringback"
        answer = Response(published_file(entry, host), content_type="text/calendar; charset=utf-8; method=PUBLISH")
        answer.headers["Content-Disposition"] = 'attachment; filename="callback.ics"'
        return answer

    # --- e-mail ------------------------------------------------------------------------------------------------

    def no_mail(self, token: str) -> Page:
        """Asks first: mail programs open links on their own."""
        address = self._mail_address(token)
        with self._services.store.read() as uow:
            return self._no_mail(address, done=has_opted_out(uow, address))

    def _no_mail(self, address: str, *, done: bool) -> str:
        return render_template("no_mail.html", address=masked_address(address), done=done, **self._words.shared())

    def stop_mail(self, token: str) -> Page:
        """No more e-mail to this address; also in one click of a mail program (RFC 8058), which has no session."""
        address = self._mail_address(token)
        with self._services.store.begin() as uow:
            if not has_opted_out(uow, address):
                opt_out(uow, address, self._services.clock.now(), "link")
            uow.commit()
        return self._no_mail(address, done=True)  # no redirect: mail programs follow none

    def _mail_address(self, token: str) -> str:
        about = self._desk.links.callback_of_stop(token)
        with self._services.store.read() as uow:
            found, message = uow.callbacks.get(about), uow.messages.get(about)
            case = uow.cases.get(message.case_id) if message and message.case_id else None
        address = found.email if found else message.address if message else ""
        if not address:
            abort(404)
        g.link_locale = found.locale if found else case.locale if case else None
        return address


def send_code(desk: Desk, uow: UnitOfWork, callback: Callback, channel: str) -> Actions:
    """Send a code that proves the number; asked for from this address."""
    return desk.verification.start(uow, callback, channel=channel, address=client_address())


def _move_form(callback: Callback, sent: Mapping[str, str]) -> Mapping[str, str]:
    """What was typed; at first the present moment on the customer's clock."""
    if "when" in sent:
        return sent
    return move_fields(callback)


def callback_rules_of(blueprint: Blueprint, pages: CallbackPages) -> None:
    """The addresses of one callback's pages, below those of the customers' pages."""
    blueprint.add_url_rule("/c/<token>", view_func=pages.callback, endpoint="link")
    blueprint.add_url_rule("/callbacks/<token>", view_func=pages.callback, endpoint="callback")
    blueprint.add_url_rule("/callbacks/<token>/calendar.ics", view_func=pages.calendar, endpoint="calendar")
    for name in ("confirm", "resend", "move", "cancel", "note", "rate", "photo"):
        rule = f"/callbacks/<token>/{name}"
        blueprint.add_url_rule(rule, view_func=getattr(pages, name), endpoint=name, methods=["POST"])
        blueprint.add_url_rule(rule, view_func=pages.back, endpoint=f"{name}_back")


def no_mail_pages(pages: CallbackPages) -> Blueprint:
    """Apart from all other pages: a mail program's one click has no form's token, and no address of its own."""
    blueprint = Blueprint("no_mail", __name__)
    blueprint.add_url_rule("/no-mail/<token>", view_func=pages.no_mail, endpoint="ask")
    blueprint.add_url_rule("/no-mail/<token>", view_func=pages.stop_mail, endpoint="stop", methods=["POST"])
    return blueprint
