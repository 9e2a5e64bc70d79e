"""Signed HTTP requests to the app, with Twilio's time limits, retries and redirects (twilio.md sections 5 and 6)."""

import asyncio
import base64
import secrets
import socket
import ssl
from dataclasses import dataclass, field, replace
from functools import cache
from urllib.parse import parse_qs, unquote, urlencode, urljoin, urlsplit, urlunsplit

import httpx

from ivr.carrier.signing import Params, sign, signed_url

_MAX_REDIRECTS = 10


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)  # 30 ms: once, not for every carrier


class WebhookFailure(Exception):
    """No usable answer; `code` is Twilio's error number."""

    def __init__(self, code: int, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Overrides:
    """Limits of one delivery, from the defaults and the fragment of its address (`#rc=2&rt=5000`)."""

    connect_seconds: float
    read_seconds: float
    total_seconds: float
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})

    def with_fragment(self, fragment: str) -> "Overrides":
        """These limits, changed by a fragment."""
        given = {name: values[-1] for name, values in parse_qs(fragment).items()}
        return Overrides(
            connect_seconds=_milliseconds(given.get("ct"), self.connect_seconds, most=10.0),
            read_seconds=_milliseconds(given.get("rt"), self.read_seconds, most=15.0),
            total_seconds=_milliseconds(given.get("tt"), self.total_seconds, most=15.0),
            retries=min(5, int(given["rc"])) if given.get("rc", "").isdigit() else self.retries,
            retry_on=frozenset(given["rp"].split(",")) if "rp" in given else self.retry_on,
        )


def _milliseconds(text: str | None, default: float, *, most: float) -> float:
    return min(most, max(0.1, int(text) / 1000)) if text and text.isdigit() else default


@dataclass
class Webhook:
    """One request to be delivered."""

    url: str
    method: str
    params: Params
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)


@dataclass(frozen=True)
class WebhookAnswer:
    """A 2xx answer; `url` is the address after redirects."""

    url: str
    status: int
    content_type: str
    body: bytes


class Webhooks:
    """The carrier's HTTP client."""

    def __init__(self, auth_token: str, *, budget_seconds: float, connect_seconds: float) -> None:
        self._auth_token = auth_token
        self._defaults = Overrides(connect_seconds, budget_seconds, budget_seconds)
        self._client = httpx.AsyncClient(
            verify=_tls(), trust_env=False, limits=httpx.Limits(max_connections=None, keepalive_expiry=2.0)
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def deliver(self, webhook: Webhook, most_seconds: float | None = None) -> WebhookAnswer:
        """Send, retrying as the limits say; `most_seconds` in the place of the usual budget. Raises WebhookFailure."""
        parts = urlsplit(webhook.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise WebhookFailure(11100, f"invalid URL {webhook.url!r}")
        limits = self._defaults.with_fragment(parts.fragment)
        if most_seconds is not None:
            limits = replace(limits, read_seconds=most_seconds, total_seconds=most_seconds)
        plain = Webhook(urlunsplit(parts._replace(fragment="")), webhook.method, webhook.params, webhook.cookies)
        try:
            async with asyncio.timeout(limits.total_seconds):
                return await self._with_retries(plain, limits)
        except TimeoutError as error:
            raise WebhookFailure(11200, f"no answer within {limits.total_seconds:g} s") from error

    async def _with_retries(self, webhook: Webhook, limits: Overrides) -> WebhookAnswer:
        token = secrets.token_hex(16)
        for attempt in range(limits.retries + 1):
            try:
                return await self._follow(webhook, limits, token=token)
            except WebhookFailure as failure:
                kinds = {_kind(failure), "all"}
                if attempt == limits.retries or not kinds & limits.retry_on:
                    raise
        raise AssertionError("unreachable")

    async def _follow(self, webhook: Webhook, limits: Overrides, *, token: str) -> WebhookAnswer:
        for _ in range(_MAX_REDIRECTS + 1):
            response = await self._send(webhook, limits, token=token)
            webhook.cookies.extract_cookies(response)
            if response.status_code not in (301, 302, 307):
                return _answer(webhook.url, response)
            webhook = _redirected(webhook, response)
        raise WebhookFailure(11215, "too many HTTP redirects")

    async def _send(self, webhook: Webhook, limits: Overrides, *, token: str) -> httpx.Response:
        request = self._request(webhook, token)
        timeout = httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds)
        request.extensions = {"timeout": timeout.as_dict()}
        try:
            return await self._client.send(request, follow_redirects=False)
        except httpx.HTTPError as error:
            raise _failure(error) from error

    def _request(self, webhook: Webhook, token: str) -> httpx.Request:
        method = webhook.method.upper()
        url = _with_query(webhook.url, webhook.params) if method == "GET" else webhook.url
        posted = [] if method == "GET" else webhook.params
        headers = {
            "X-Twilio-Signature": sign(self._auth_token, signed_url(url), posted),
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "I-Twilio-Idempotency-Token": token,
        } | _basic(url)
        if method != "GET":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        body = urlencode(posted).encode() if method != "GET" else None
        request = httpx.Request(method, _without_user(url), headers=headers, content=body)
        webhook.cookies.set_cookie_header(request)
        return request


def _with_query(url: str, params: Params) -> str:
    if not params:
        return url
    return url + ("&" if urlsplit(url).query else "?") + urlencode(params)


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _basic(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def _answer(url: str, response: httpx.Response) -> WebhookAnswer:
    if not 200 <= response.status_code < 300:
        raise WebhookFailure(11200, f"HTTP status {response.status_code}", response.status_code)
    return WebhookAnswer(url, response.status_code, response.headers.get("content-type", ""), response.content)


def _redirected(webhook: Webhook, response: httpx.Response) -> Webhook:
    """Where a 301, 302 or 307 leads: the first two turn a POST into a GET without its parameters."""
    target = response.headers.get("location")
    if not target:
        raise WebhookFailure(11216, "redirect without a location", response.status_code)
    url = urljoin(webhook.url, target)
    if response.status_code == 307:
        return Webhook(url, webhook.method, webhook.params, webhook.cookies)
    return Webhook(url, "GET", [], webhook.cookies)


def _failure(error: httpx.HTTPError) -> WebhookFailure:
    causes = [error, error.__cause__, getattr(error.__cause__, "__cause__", None)]
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return WebhookFailure(11220, f"TLS handshake failed: {error}")
    if isinstance(error, httpx.ConnectTimeout):
        return WebhookFailure(11201, "connect timed out")
    if isinstance(error, httpx.ConnectError):
        unknown = any(isinstance(cause, socket.gaierror) for cause in causes)
        return WebhookFailure(11210 if unknown else 11202, f"cannot connect: {error}")
    if isinstance(error, httpx.ReadTimeout):
        return WebhookFailure(11200, "no answer in time")
    return WebhookFailure(11206 if isinstance(error, httpx.ProtocolError) else 11205, f"connection failed: {error}")


def _kind(failure: WebhookFailure) -> str:
    """The retry policy's word for a failure."""
    if failure.status is not None:
        return f"{failure.status // 100}xx"
    return "ct" if failure.code in (11201, 11202, 11210, 11220) else "rt"
