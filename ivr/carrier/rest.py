"""The frame of the REST API: credentials, parameters, error envelopes and pages (twilio.md sections 9 and 10)."""

import base64
import binascii
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ivr.carrier.formats import API_VERSION
from ivr.carrier.signing import Params

if TYPE_CHECKING:
    from ivr.carrier.exchange import Exchange

PREFIX = f"/{API_VERSION}/Accounts/{{account}}"


class RestError(Exception):
    """An answer with Twilio's error envelope."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self) -> Response:
        """The envelope."""
        body = {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        headers = {"Twilio-Concurrent-Requests": "100"} if self.status == 429 else None
        return JSONResponse(body, self.status, headers)


def not_found(path: str) -> RestError:
    """404 / 20404."""
    return RestError(404, 20404, f"The requested resource {path} was not found")


def bad_request(code: int, message: str) -> RestError:
    """400 with a code."""
    return RestError(400, code, message)


@dataclass(frozen=True)
class RestRecord:
    """One request the app sent, kept for tests: check it against Twilio's API description."""

    method: str
    path: str
    params: Params
    at_monotonic: float = field(default_factory=time.monotonic)


@dataclass
class RestCall:
    """One request being served."""

    exchange: "Exchange"
    request: Request
    params: Params

    def get(self, name: str, default: str = "") -> str:
        """A parameter's last value."""
        return next((value for key, value in reversed(self.params) if key == name), default)

    def optional(self, name: str) -> str | None:
        """A parameter's last value, None when missing or empty."""
        return self.get(name) or None

    def all(self, name: str) -> list[str]:
        """A repeated parameter's values."""
        return [value for key, value in self.params if key == name]

    def path(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def number(self, name: str, default: float) -> float:
        """A numeric parameter. Raises RestError 20001."""
        text = self.get(name)
        try:
            return float(text) if text else default
        except ValueError:
            raise bad_request(20001, f"{name} is not a number: {text!r}") from None

    def method(self, name: str, default: str = "POST") -> str:
        """An HTTP method parameter."""
        return self.get(name, default).upper() or default


Handler = Callable[[RestCall], Awaitable[Response]]


def reply(body: dict[str, Any], status: int = 200) -> Response:
    """A resource."""
    return JSONResponse(body, status)


def page(call: RestCall, key: str, *, items: Sequence[dict[str, Any]]) -> Response:
    """One page of a list, as the official client reads it."""
    size = min(1000, max(1, int(call.number("PageSize", 50))))
    number = int(call.number("Page", 0))
    first = number * size
    shown = list(items[first : first + size])
    more = first + size < len(items)
    return reply(
        {
            key: shown,
            "page": number,
            "page_size": size,
            "start": first,
            "end": max(first, first + len(shown) - 1),
            "uri": _page_uri(call, number, size=size),
            "first_page_uri": _page_uri(call, 0, size=size),
            "next_page_uri": _page_uri(call, number + 1, size=size) if more else None,
            "previous_page_uri": _page_uri(call, number - 1, size=size) if number else None,
        }
    )


def _page_uri(call: RestCall, number: int, *, size: int) -> str:
    filters = [(k, v) for k, v in call.params if k not in ("Page", "PageSize", "PageToken")]
    return f"{call.request.url.path}?{urlencode([*filters, ('PageSize', str(size)), ('Page', str(number))])}"


class Rest:
    """Turns handlers into routes that check credentials, apply faults and keep a record."""

    def __init__(self, exchange: "Exchange") -> None:
        self.exchange = exchange
        self.records: list[RestRecord] = []

    def route(self, path: str, handlers: dict[str, Handler]) -> Route:
        """A route under the account, with one handler for each method."""

        async def endpoint(request: Request) -> Response:
            try:
                return await handlers[request.method](await self._accept(request))
            except RestError as error:
                return error.response()

        return Route(PREFIX + path, endpoint, methods=list(handlers))

    async def _accept(self, request: Request) -> RestCall:
        params = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        params = [*parse_qsl(request.url.query, keep_blank_values=True), *params]
        self.check_credentials(request)
        self.records.append(RestRecord(request.method, request.url.path, params))
        self.exchange.event("rest", method=request.method, path=request.url.path)
        if self.exchange.faults.rest_errors:
            raise fault(self.exchange.faults.rest_errors.popleft())
        return RestCall(self.exchange, request, params)

    def check_credentials(self, request: Request) -> None:
        """Raises RestError for who is not the account."""
        user, password = _basic(request.headers.get("authorization", ""))
        accepted = {self.exchange.account_sid: self.exchange.auth_token, **self.exchange.options.api_keys}
        if not user or accepted.get(user) != password:
            raise RestError(401, 20003, "Authenticate")
        if request.path_params["account"] != self.exchange.account_sid:
            raise not_found(request.url.path)


def _basic(header: str) -> tuple[str, str]:
    kind, _, credentials = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def fault(status: int) -> RestError:
    """An ordered failure."""
    if status == 429:
        return RestError(429, 20429, "Too Many Requests")
    return RestError(status, 20500, "An internal server error has occurred")
