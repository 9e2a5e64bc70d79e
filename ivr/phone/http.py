"""The client's HTTP: time-outs, pooled connections, silence about numbers, and what each failure means."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from ivr.errors import AudioError, CarrierRejected, CarrierUnclear, NotFound
from ivr.phone.masking import mask_text

TIMEOUT_SECONDS: Final = (3.05, 10)
"""Connect, read."""
POOL_SIZE: Final = 32
PIECE_BYTES: Final = 64 * 1024
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_SILENT: Final = logging.getLogger("ivr.phone.silent")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False
_SILENT.setLevel(logging.CRITICAL)


class QuietHttpClient(TwilioHttpClient):  # type: ignore[misc, unused-ignore]
    """The official HTTP client, with a pair of time-outs, a wide pool, and Retry-After kept for the caller's thread."""

    def __init__(self, api_base: str = "") -> None:
        # The client's own logger writes whole addresses, numbers included.
        super().__init__(logger=_SILENT)
        self.timeout = TIMEOUT_SECONDS
        assert self.session is not None
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=POOL_SIZE))
        # A carrier on this machine is never behind the environment's proxy.
        self.session.trust_env = urlsplit(api_base).hostname not in _LOOPBACK
        self._seen = threading.local()

    def request(self, *args: Any, **kwargs: Any) -> Any:
        """As TwilioHttpClient.request."""
        self._seen.retry_after_seconds = None
        response = super().request(*args, **kwargs)
        self._seen.retry_after_seconds = _seconds((response.headers or {}).get("Retry-After"))
        return response

    @property
    def retry_after_seconds(self) -> float | None:
        """What the last answer of this thread asked for."""
        return getattr(self._seen, "retry_after_seconds", None)


def download(client: Client, url: str, *, most_bytes: int, most_seconds: float) -> tuple[int, bytes]:
    """A file with the account's credentials: status, and all of it if it is there. Raises AudioError for a large one.

    By the client's own session: the client itself takes every answer for text, and waits for the last byte.
    """
    session = client.http_client.session
    until = time.monotonic() + most_seconds
    with session.get(url, auth=(client.username, client.password), timeout=TIMEOUT_SECONDS, stream=True) as answer:
        if answer.status_code != 200:
            return int(answer.status_code), b""
        _refuse_large(int(answer.headers.get("Content-Length") or 0), most_bytes)
        body = bytearray()
        for piece in answer.iter_content(PIECE_BYTES):
            body += piece
            _refuse_large(len(body), most_bytes)
            if time.monotonic() > until:
                raise requests.Timeout("the file comes too slowly")
    return 200, bytes(body)


def file_of(client: Client, path: str, what: str, *, most_bytes: int, most_seconds: float, yet: str = "") -> bytes:
    """A file of the account; errors say `what` it is, and `yet` whether it may still come.

    The address is made of the client's own, never taken from a request. Raises NotFound, CarrierRejected,
    CarrierUnclear, AudioError.
    """
    url = f"{client.get_hostname(client.api.base_url)}/2010-04-01/Accounts/{path}"
    with carrier_errors(client):
        status, body = download(client, url, most_bytes=most_bytes, most_seconds=most_seconds)
    if status == 404:
        raise NotFound(f"the carrier has no such {what}{yet}")
    if 400 <= status < 500:
        raise CarrierRejected(f"the carrier does not hand a {what} out ({status}): check its media settings")
    if status != 200:
        raise CarrierUnclear(f"the carrier answered {status} to the request for a {what}")
    return body


def _refuse_large(size: int, most_bytes: int) -> None:
    if size > most_bytes:
        raise AudioError(f"the carrier's file has {size} bytes, an answer at most {most_bytes}: it is not fetched")


@contextmanager
def carrier_errors(client: Client) -> Iterator[None]:
    """The reply table of reliability.md 4b: surely refused, or unclear."""
    try:
        yield
    except (TwilioRestException, TwilioServiceException) as error:
        raise _answered(error, client) from error
    except requests.RequestException as error:
        if _never_sent(error):
            raise CarrierRejected("the carrier can't be reached: check the network and TWILIO_API_BASE") from error
        raise CarrierUnclear(f"no answer from the carrier ({type(error).__name__})") from error
    except (TwilioException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CarrierUnclear(f"the carrier's answer can't be read ({type(error).__name__})") from error


def _answered(error: Any, client: Client) -> CarrierRejected | CarrierUnclear:
    status, code = int(error.status or 0), int(error.code or 0)
    text = mask_text(f"the carrier answered {status} (code {code}): {getattr(error, 'msg', '') or error}")
    if 400 <= status < 500:
        retry_after = getattr(client.http_client, "retry_after_seconds", None)
        return CarrierRejected(text, carrier_code=code, retry_after_seconds=retry_after)
    return CarrierUnclear(text)


def _never_sent(error: requests.RequestException) -> bool:
    """Refused, no such host, or no connection in time: not one byte of the request left."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _seconds(value: str | None) -> float | None:
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        return None
