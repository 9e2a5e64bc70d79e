"""Who may give us orders: X-Twilio-Signature on webhooks and on the media socket's upgrade (twilio.md section 5)."""

import hmac
import re
from collections.abc import Sequence
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator, add_port, remove_port

from ivr.errors import SettingsError

CALL_SID: Final = re.compile(r"CA[0-9a-f]{32}")
MESSAGE_SID: Final = re.compile(r"[SM]M[0-9a-f]{32}")
_RAISED: Final = (TypeError, ValueError, AttributeError, KeyError)
"""What the helper raises on missing headers, odd ports and JSON bodies: each means "not signed"."""


class Form(Protocol):
    """Decoded parameters in which a name may come twice (werkzeug's MultiDict)."""

    def getlist(self, key: str) -> list[str]: ...
    def get(self, key: str) -> str | None: ...


class SignatureCheck:
    """Checks with the addresses from the settings, never with those a client sends."""

    def __init__(self, *, tokens: Sequence[str], account_sid: str, public_url: str, stream_url: str = "") -> None:
        """Several tokens during a rotation. Raises SettingsError: an empty token would accept an attacker's key."""
        if not tokens or not all(token.strip() for token in tokens):
            raise SettingsError("TWILIO_AUTH_TOKEN is empty: set it, or every forged request would be accepted")
        if not account_sid:
            raise SettingsError("TWILIO_ACCOUNT_SID is empty: set it to the AC… of your account")
        self._validators = [RequestValidator(token) for token in tokens]
        self._account_sid = account_sid
        self._public_url = _base(public_url, "IVR_PUBLIC_URL", ("https", "http"))
        self._stream_url = _base(stream_url, "IVR_STREAM_URL", ("wss", "ws")) if stream_url else ""

    def is_webhook(self, path: str, query: str, form: Form, signature: str | None) -> bool:
        """Whether a form POST to this path, with the query exactly as sent, is the carrier's and for our account."""
        if not signature or form.get("AccountSid") != self._account_sid:
            return False
        url = self._public_url + path + (f"?{query}" if query else "")
        return any(_agrees(validator, url, form, signature) for validator in self._validators)

    def is_upgrade(self, signature: str | None) -> bool:
        """Whether a WebSocket upgrade to the stream address is the carrier's; a slash may follow in what it signed."""
        if not signature or not self._stream_url:
            return False
        urls = [form for slash in ("", "/") for form in _with_and_without_port(self._stream_url + slash)]
        expected = (validator.compute_signature(url, {}) for validator in self._validators for url in urls)
        return any(hmac.compare_digest(one.encode(), signature.encode("utf-8", "replace")) for one in expected)

    def owns(self, account_sid: object) -> bool:
        """Whether this is our account."""
        return account_sid == self._account_sid


def is_call_sid(value: object) -> bool:
    """Whether this is the carrier's spelling of a CallSid."""
    return isinstance(value, str) and CALL_SID.fullmatch(value) is not None


def is_message_sid(value: object) -> bool:
    """Whether this is the carrier's spelling of a MessageSid."""
    return isinstance(value, str) and MESSAGE_SID.fullmatch(value) is not None


def _agrees(validator: Any, url: str, form: Form, signature: str) -> bool:
    try:
        return bool(validator.validate(url, form, signature))
    except _RAISED:
        return False


def _with_and_without_port(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    if parts.scheme == "wss":  # the helper adds port 80 to everything that is not https
        secure = parts._replace(scheme="https")
        return tuple(str(f(secure)).replace("https", "wss", 1) for f in (add_port, remove_port))  # type: ignore[return-value]
    return str(add_port(parts)), str(remove_port(parts))


def _base(url: str, name: str, schemes: tuple[str, ...]) -> str:
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname:
        raise SettingsError(f"{name} is {url!r}: give an address such as {schemes[0]}://voice.example.com")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingsError(f"{name} must have no user, query or fragment: the carrier does not sign them")
    return url.rstrip("/")
