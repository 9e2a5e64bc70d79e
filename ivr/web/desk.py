"""Everything that pages and the API need beside the voice services, and how they are put into the app."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Flask, Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect

from ivr.service.afterwards import Afterwards
from ivr.service.booking import Bookings
from ivr.service.line import Line
from ivr.service.ports import NumberRules
from ivr.service.requests import WebRequests
from ivr.service.verification import NumberProofs
from ivr.web.catalogue import Catalogue

FORM_LIMIT: Final = "20 per minute"
"""Posts to pages from one address; limits on numbers and money are rows in the database."""
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Use cases and settings of pages and API."""

    bookings: Bookings
    line: Line
    requests: WebRequests
    verification: NumberProofs
    afterwards: Afterwards
    numbers: NumberRules
    catalogue: Catalogue
    secret_key: str
    """Signs sessions and forms: IVR_SECRET_KEY."""
    api_keys: Sequence[str] = ()
    """Empty: the API refuses everybody."""
    supervisor_password: str = ""
    """Empty: nobody gets in."""
    secure_cookies: bool = True
    """False only below a plain http address."""


def protect(app: Flask, desk: Desk) -> tuple[CSRFProtect, Limiter]:
    """Sessions, forgery protection, limits and headers for all pages."""
    app.secret_key = desk.secret_key
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=desk.secure_cookies,
        MAX_CONTENT_LENGTH=256 * 1024,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.after_request(_harden)
    return CSRFProtect(app), Limiter(get_remote_address, app=app, storage_uri="memory://")


def _harden(response: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response
