"""The telephones page: GET /phones on the carrier's port, for a person who wants to act a whole story by hand.

`LocalCarrier(sid, token, options, routes=phones_page())` serves it. Loopback only by intent: it asks for no password,
so the sockets obey no page of another origin, and the page itself may load nothing from elsewhere.
"""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import jinja2
from markupsafe import Markup
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from ivr.carrier.browser_phone import BrowserPhones, Problem, clean_number
from ivr.carrier.page_events import carrier_events, relayed_events
from ivr.espeak import VoiceError, voices

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

ROOT = "/phones"
_HERE = Path(__file__).parent
_STATIC = f"{ROOT}/static"
_DEFAULT_VOICES = {"customer": 0, "agent": 1}
LANGUAGES = {"en": "English", "ko": "한국어"}
"""Languages of the page itself: static/strings.<code>.json."""
LOCALES = {
    "en-US": "English (US)",
    "en-GB": "English (UK)",
    "ko-KR": "한국어",
    "es-ES": "Español",
    "de-DE": "Deutsch",
    "fr-FR": "Français",
    "pt-BR": "Português",
    "ja-JP": "日本語",
    "hi-IN": "हिन्दी",
    "ar-SA": "العربية",
}
"""Languages a telephone can speak typed text in."""
_KEYS = (
    ("1", ""), ("2", "ABC"), ("3", "DEF"), ("4", "GHI"), ("5", "JKL"), ("6", "MNO"),
    ("7", "PQRS"), ("8", "TUV"), ("9", "WXYZ"), ("*", ""), ("0", "+"), ("#", ""),
)  # fmt: skip


@dataclass(frozen=True)
class PhonesPage:
    """What the page shows unless its address says otherwise (`?customer=…&agent=…&to=…&locale=…&lang=…`)."""

    customer: str = "+15550100001"
    agent: str = "+15550100002"
    to: str = ""
    """The number the customer would dial; empty: the account's first."""
    timeline_url: str = ""
    """The service's timeline, relayed to the page (see page_events); empty: the carrier's own events only."""


Routes = Callable[["Exchange"], Sequence[BaseRoute]]


def phones_page(page: PhonesPage | None = None) -> Routes:
    """The page's routes, for `LocalCarrier(..., routes=...)`; the page is then at `carrier.url + page.ROOT`."""
    settings = page or PhonesPage()

    def routes(exchange: "Exchange") -> Sequence[BaseRoute]:
        site = _Site(exchange, settings)
        return [
            Route(ROOT, site.show),
            Route(f"{ROOT}/timeline", site.timeline),
            WebSocketRoute(f"{ROOT}/socket", site.socket),
            Mount(_STATIC, _Static(directory=_HERE / "static")),
        ]

    return routes


class _Static(StaticFiles):
    """Files of the page, asked for anew each time: there is no build step that could name versions."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


class _Site:
    def __init__(self, exchange: "Exchange", settings: PhonesPage) -> None:
        self._exchange, self._settings = exchange, settings
        self._phones = BrowserPhones(exchange)
        loader = jinja2.FileSystemLoader(_HERE / "templates")
        self._template = jinja2.Environment(loader=loader, autoescape=True).get_template("phones.html")
        self._strings = {code: _catalogue(code) for code in LANGUAGES}

    async def show(self, request: Request) -> Response:
        """GET /phones."""
        language = _language(request)
        locale = request.query_params.get("locale") or {"ko": "ko-KR"}.get(language, "en-US")
        names = _voice_names(locale)
        body = self._template.render(
            t=self._strings[language],
            strings_json=_script_json(self._strings[language]),
            lang=language,
            languages=[(code, name, _with(request, lang=code)) for code, name in LANGUAGES.items()],
            locale=locale if locale in LOCALES else "en-US",
            locales=LOCALES.items(),
            voices=names,
            phone_voice={role: names[index] for role, index in _DEFAULT_VOICES.items()},
            keys=_KEYS,
            root=ROOT,
            static=_STATIC,
            app_timeline=bool(self._settings.timeline_url),
            service_numbers=list(self._exchange.numbers),
            **self._numbers(request),
        )
        return HTMLResponse(body, headers=_headers(request.headers))

    def _numbers(self, request: Request) -> dict[str, str]:
        asked = request.query_params
        first = next(iter(self._exchange.numbers), "")
        return {
            "customer": asked.get("customer") or self._settings.customer,
            "agent": asked.get("agent") or self._settings.agent,
            "service_number": asked.get("to") or self._settings.to or first,
        }

    async def timeline(self, request: Request) -> Response:
        """GET /phones/timeline?source=carrier|app."""
        wants_app = request.query_params.get("source") == "app" and self._settings.timeline_url
        events: AsyncIterator[str] = (
            relayed_events(self._exchange, self._settings.timeline_url) if wants_app else carrier_events(self._exchange)
        )
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def socket(self, socket: WebSocket) -> None:
        """WebSocket /phones/socket?number=…&locale=…&voice=…&rate=…: one telephone."""
        if not _same_origin(socket.headers):
            await socket.close(1008)  # before accept: the handshake answers 403
            return
        asked = socket.query_params
        try:
            number = clean_number(asked.get("number", ""))
            rate = int(asked.get("rate") or 150)
        except (Problem, ValueError):
            await socket.close(1008)
            return
        await socket.accept()
        telephone = self._phones.telephone(
            number, locale=asked.get("locale") or "en-US", voice=asked.get("voice") or None, rate=rate
        )
        await self._phones.hold(telephone, socket)


def _catalogue(language: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((_HERE / "static" / f"strings.{language}.json").read_text("utf-8"))
    return words


def _script_json(words: dict[str, str]) -> Markup:
    """JSON that may stand inside a script element."""
    return Markup(json.dumps(words, ensure_ascii=False).replace("<", "\\u003c"))


def _voice_names(locale: str) -> tuple[str, ...]:
    try:
        return voices(locale)
    except VoiceError:  # the carrier is silent then, and the page still works
        return ("", "")


def _language(request: Request) -> str:
    """From the address, else the browser's first language that the page has, else English."""
    accepted = request.headers.get("accept-language", "").split(",")
    wanted = [request.query_params.get("lang", ""), *(part.split(";")[0].strip()[:2].lower() for part in accepted)]
    return next((code for code in wanted if code in LANGUAGES), "en")


def _with(request: Request, **changes: str) -> str:
    return f"{ROOT}?{urlencode({**dict(request.query_params), **changes})}"


def _same_origin(headers: Headers) -> bool:
    """Browsers always name the page a socket comes from; programs that are no browser name none."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def _headers(headers: Headers) -> dict[str, str]:
    host = headers.get("host", "")
    sockets = f" ws://{host} wss://{host}" if all(c.isalnum() or c in ".-:[]" for c in host) else ""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self'{sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
