"""Errors as a person or a client meets them: a page that helps, or a problem document below /api/."""

from collections.abc import Callable

import structlog
from flask import Blueprint, Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from ivr.errors import CallbackRefused, Conflict, IvrError, StorageUnavailable
from ivr.web.callback_pages import CallbackPages
from ivr.web.desk import takes_photo
from ivr.web.errors import status_of
from ivr.web.page_words import PageWords
from ivr.web.pages import CustomerPages
from ivr.web.problems import failed
from ivr.web.staff_words import StaffWords

log = structlog.get_logger(__name__)

Answer = HTTPException | AnyResponse | tuple[Response, int] | tuple[str, int]
KEYS = {
    400: "stale",
    403: "forbidden",
    404: "not_found",
    405: "not_found",
    408: "slow",
    410: "link_old",
    413: "too_large",
    429: "too_fast",
}
"""The text of an HTTP error; all others have that of a crash."""
OUR_PATHS = ("/voice", "/text", "/audio/", "/healthz", "/readyz", "/metrics", "/media")
"""Not for people: their errors stay as they are."""
STAFF_PATHS = ("/supervisor", "/agent", "/sign-in", "/sign-out")


class ErrorPages:
    """Handlers of what goes wrong outside the customers' own forms."""

    def __init__(self, pages: CustomerPages, one: CallbackPages, words: PageWords, staff: StaffWords) -> None:
        self._one = one
        self._pages = pages
        self._words = words
        self._staff = staff

    def stale(self, error: CSRFError) -> Answer:
        """The form's token does not fit the session (cookies off, or a very old page): keep what was typed."""
        if request.endpoint == "pages.book":
            return self._pages.form(request.form, (CallbackRefused("stale"),)), 400
        return self._page("stale", 400)

    def http(self, error: HTTPException) -> Answer:
        """Any HTTP error."""
        status = error.code or 500
        if request.path.startswith(OUR_PATHS) or status < 400:
            return error
        if request.path.startswith("/api/"):
            return failed(error)
        if status == 413 and takes_photo(request.path):
            return make_response(self._one.too_large((request.view_args or {})["token"]))
        body, _ = self._page(KEYS.get(status, "crash"), status)
        answer = error.get_response()
        answer.data, answer.content_type = body, "text/html; charset=utf-8"
        return answer

    def ours(self, error: IvrError) -> Answer:
        """One of our errors on a page."""
        status = status_of(error)
        log.warning("page_failed", code=error.code, status=status)
        if isinstance(error, Conflict | StorageUnavailable):
            return self._page("try_again", 503)
        return self._page(KEYS.get(status, "crash") if status in (404, 410) else "crash", status)

    def crash(self, error: Exception) -> Answer:
        """A defect of ours; the log has it, the page tells nothing of it."""
        log.exception("page_crashed")
        return self._page("crash", 500)

    def _page(self, key: str, status: int) -> tuple[str, int]:
        if request.path.startswith(STAFF_PATHS):
            return self._staff.error(key, status)
        return render_template("error.html", key=key, status=status, **self._words.shared()), status


def register_error_pages(app: Flask, errors: ErrorPages, blueprints: tuple[Blueprint, ...]) -> None:
    """Errors of the whole app by their path; ours and crashes of these blueprints as pages."""
    app.register_error_handler(HTTPException, errors.http)
    app.register_error_handler(CSRFError, errors.stale)
    handlers: tuple[tuple[type[Exception], Callable[..., Answer]], ...] = (
        (IvrError, errors.ours),
        (Exception, errors.crash),
    )
    for blueprint in blueprints:
        blueprint.register_error_handler(HTTPException, errors.http)
        for kind, handler in handlers:
            blueprint.register_error_handler(kind, handler)
