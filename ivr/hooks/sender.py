"""Posts webhooks to the addresses of others, and never to our own network (server-side request forgery).

The name is looked up here, every address is checked, and the connection goes to the address that was checked: a name
that answers differently the next time leads nowhere else. Redirects are not followed, no proxy is asked, the answer's
body is not read, and a receiver that dribbles is left after DEADLINE_SECONDS.
"""

import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

import httpx

from ivr.errors import HookFailed, HookRefused

DEADLINE_SECONDS: Final = 15.0
TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
WORKERS: Final = 4
AGENT: Final = "Ringback-Webhooks/1"
PORTS: Final = {"https": 443, "http": 80}
NAT64: Final = 0x0064FF9B << 64
"""64:ff9b::/96, without its last 32 bits."""
Address = IPv4Address | IPv6Address


class HttpHookSender:
    """service.hooks.HookSender over httpx."""

    def __init__(self, *, allow_local: bool = False, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        """`allow_local`: this machine and plain http are taken, too; for a carrier on this machine only."""
        self._allow_local = allow_local
        self._deadline_seconds = deadline_seconds

    @cached_property
    def _client(self) -> httpx.Client:
        # Nothing is kept open: connections are told apart by address, and one address serves many names.
        limits = httpx.Limits(max_keepalive_connections=0)
        agent = {"user-agent": AGENT}
        return httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, headers=agent, limits=limits)

    @cached_property
    def _workers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(WORKERS, thread_name_prefix="hooks")

    def check(self, url: str) -> None:
        """Raises HookRefused."""
        given = _split(url)
        schemes = ("https", "http") if self._allow_local else ("https",)
        if given.scheme not in schemes or not given.hostname:
            raise HookRefused("url must be an https address, such as https://example.com/hooks")
        if given.username is not None or given.password is not None or given.fragment:
            raise HookRefused("url must have no user, password or fragment")
        literal = _literal(given.hostname)
        is_local_name = given.hostname == "localhost" or given.hostname.endswith((".localhost", ".local", ".internal"))
        if not self._allow_local and (is_local_name or (literal is not None and not is_public(literal))):
            raise HookRefused("url must be an address on the public Internet")

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer. Raises HookFailed."""
        try:
            self.check(url)  # rules may have become stricter since it was subscribed
        except HookRefused as refused:
            raise HookFailed("url", str(refused)) from refused
        try:
            return self._workers.submit(self._post, _split(url), dict(headers), body).result(self._deadline_seconds)
        except Late as late:
            raise HookFailed("timeout") from late
        except httpx.TimeoutException as late:
            raise HookFailed("timeout") from late
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise HookFailed("unreachable", type(error).__name__) from error

    def _post(self, given: SplitResult, headers: dict[str, str], body: bytes) -> int:
        host, port = given.hostname or "", given.port or PORTS[given.scheme]
        address = self._address(host, port)
        target = httpx.URL(
            scheme=given.scheme, host=str(address), port=port, path=given.path or "/", query=given.query.encode()
        )
        headers["host"] = given.netloc
        extensions = {"sni_hostname": host}  # the certificate must be the name's, not the address's
        with self._client.stream("POST", target, headers=headers, content=body, extensions=extensions) as answer:
            return answer.status_code

    def _address(self, host: str, port: int) -> Address:
        """One that may be asked; if any of the name's addresses is not public, none is. Raises HookFailed."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [ip_address(str(where[0]).partition("%")[0]) for *_, where in found]
        if not self._allow_local and not all(is_public(address) for address in addresses):
            raise HookFailed("address", "the name leads to an address that is not public")
        return addresses[0]


def is_public(address: Address) -> bool:
    """Whether an address lies on the public Internet, looked at through every way of writing IPv4 inside IPv6."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and int(address) >> 32 == NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and not is_public(inner):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _split(url: str) -> SplitResult:
    try:
        given = urlsplit(url)
        _ = given.port, given.hostname
        if any(ord(c) <= 32 or ord(c) == 127 for c in url):
            raise ValueError("blanks")
        return given
    except ValueError as error:
        raise HookRefused("url is not an address; write it like https://example.com/hooks") from error


def _literal(host: str) -> Address | None:
    """The address that is written instead of a name, in any of the ways that a resolver would take."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host)) if host[:1].isdigit() else None
    except (OSError, UnicodeError):
        return None
