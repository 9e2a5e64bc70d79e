"""Everything that pages and the API need beside the voice services, and what protects them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from ivr.service.account_page import AccountPage
from ivr.service.afterwards import Afterwards
from ivr.service.agent_work import AgentWork
from ivr.service.booking import Bookings
from ivr.service.case_work import CaseWork
from ivr.service.chat_desk import ChatDesk
from ivr.service.conversations import Conversations
from ivr.service.finishing import Finishing
from ivr.service.hooks import Hooks, HookSender
from ivr.service.knowledge import Knowledge
from ivr.service.line import Line
from ivr.service.links import Links
from ivr.service.marketplace import Marketplace
from ivr.service.order_address import OrderAddress
from ivr.service.order_lists import OrderLists
from ivr.service.photos import MOST_BYTES, CasePhotos, Pictures
from ivr.service.ports import Commerce, NumberRules
from ivr.service.requests import WebRequests
from ivr.service.sign_in import SignIns
from ivr.service.supervising import Supervising
from ivr.service.verification import NumberProofs
from ivr.web.catalogue import Catalogue
from ivr.web.staff_desk import StaffDesk

FORM_LIMIT: Final = "20 per minute"
"""Posts to customers' pages from one address; limits on numbers and money are rows in the database."""
SIGN_IN_LIMIT: Final = "30 per minute; 300 per hour"
"""From one address, whatever the names; wrong passwords are counted as rows."""
DESK_LIMIT: Final = "240 per minute"
"""Posts of one signed-in browser: a draft is sent with every pause of typing."""
API_LIMIT: Final = "1200 per minute"
"""Requests with one key."""
SESSION_HOURS: Final = 12
COOKIE: Final = "ringback"
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "media-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
EMBED: Final = "embed"
"""The blueprint of the customers' pages inside other people's sites."""
PHOTO_PATHS: Final = re.compile(r"(/embed)?/callbacks/[\w-]+/photo")
PHOTO_BODY_BYTES: Final = MOST_BYTES + 64 * 1024
"""A photo, and the form around it."""
HSTS: Final = "max-age=31536000"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Use cases and settings of pages and API."""

    bookings: Bookings
    line: Line
    requests: WebRequests
    verification: NumberProofs
    links: Links
    afterwards: Afterwards
    conversations: Conversations | None = None
    hooks: Hooks
    hook_sender: HookSender
    numbers: NumberRules
    catalogue: Catalogue
    knowledge: Knowledge
    """Help articles."""
    photos: CasePhotos
    pictures: Pictures
    order_lists: OrderLists
    board_words: Catalogue
    """Texts of the supervisor's pages."""
    secret_key: str
    """Signs sessions and forms: IVR_SECRET_KEY."""
    api_keys: Sequence[str] = ()
    """Empty: the API refuses everybody."""
    agent_work: AgentWork
    case_work: CaseWork
    chat_desk: ChatDesk
    """What agents do with chats."""
    account_page: AccountPage
    """What customers change by a signed link."""
    finishing: Finishing
    """Returns that a call left half done."""
    order_address: OrderAddress
    supervising: Supervising
    commerce: Commerce
    staff: StaffDesk
    market: Marketplace
    """Claims against sellers."""
    sign_ins: SignIns
    """Who of the staff is signed in."""
    secure_cookies: bool = True
    """False only below a plain http address."""
    takes_email: bool = False
    """Whether the form asks for an address to send news to: only where mail is sent."""
    trusted_proxies: int = 0
    """How many proxies of ours stand before us: so many entries of X-Forwarded-For are believed, from the right."""
    widget_sites: Sequence[str] = ()
    """Origins whose pages may frame the widget's: IVR_WIDGET_SITES."""
    zone: str = "UTC"
    """In which the supervisor's page tells times: IVR_HOURS_ZONE."""
    phones_url: str = ""
    """The page with telephones of a carrier on this machine, where `agent` names one; empty: telephones are real."""


def protect(app: Flask, desk: Desk) -> tuple[CSRFProtect, Limiter]:
    """Sessions, forgery protection, limits and headers for all pages."""
    app.secret_key = desk.secret_key
    app.permanent_session_lifetime = timedelta(hours=SESSION_HOURS)
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=desk.secure_cookies,
        # Bound to the session: a form may stay open for hours while its owner looks for the order number.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    if desk.trusted_proxies:
        # The address alone: host and scheme of signatures and links come from the settings, never from a header.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=desk.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )

    @app.before_request
    def take_photos() -> None:
        """Before anything reads the form: what is too long is refused by its length alone."""
        if takes_photo(request.path):
            request.max_content_length = PHOTO_BODY_BYTES

    @app.after_request
    def harden(response: Response) -> Response:
        headers = _framing(desk) | ({"Strict-Transport-Security": HSTS} if desk.secure_cookies else {})
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    return CSRFProtect(app), Limiter(client_address, app=app, storage_uri="memory://")


def takes_photo(path: str) -> bool:
    """Whether a request to this path may be so long."""
    return PHOTO_PATHS.fullmatch(path) is not None


def is_embedded() -> bool:
    """Whether this request is for a page inside somebody else's."""
    return EMBED in request.blueprints


def _framing(desk: Desk) -> dict[str, str]:
    """Nobody frames our pages; the widget's are framed by the sites of the settings, and by no other."""
    headers = dict(SECURITY_HEADERS)
    if is_embedded():
        sites = f"frame-ancestors {' '.join(desk.widget_sites)}"
        headers["Content-Security-Policy"] = headers["Content-Security-Policy"].replace("frame-ancestors 'none'", sites)
        del headers["X-Frame-Options"]
    return headers


def client_address() -> str:
    """Who asks, for limits: an IPv6 household has 2^64 addresses and counts as one."""
    given = request.remote_addr or "local"
    try:
        address = ip_address(given.partition("%")[0])
    except ValueError:
        return given
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((address, 64), strict=False))
    return given


def never_stored(response: Response) -> Response:
    """Pages about people stay in no cache; styles and scripts may."""
    if request.endpoint != "pages.static":
        response.headers["Cache-Control"] = "no-store"
    return response
