"""What the web layer is given: the use cases, the ports, and where the carrier finds us."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from ivr.domain.hearing import Grammar, Hypothesis
from ivr.domain.turn import Turn
from ivr.phone.signature import SignatureCheck
from ivr.phone.twiml import Hearing
from ivr.service.ports import Clock, Messenger, Phone, Recognizer, Speaker, Understanding
from ivr.service.store import Store
from ivr.web.metrics import Metrics

DEFAULT_THREADS = 24
"""Webhooks and pages served at once; a request above that waits its turn."""


class Calls(Protocol):
    """service.calls.CallService, as the webhooks and the stream use it."""

    def arrive(self, sid: str, from_raw: str | None, to: str) -> Turn: ...
    def present(self, sid: str) -> Turn: ...
    def keys(self, sid: str, turn: int, digits: str) -> Turn: ...
    def speech(
        self, sid: str, turn: int, readings: Sequence[Hypothesis], *, engine: str, audio_seconds: float
    ) -> Turn: ...
    def silence(self, sid: str, turn: int) -> Turn: ...
    def speaking(self, sid: str, is_speaking: bool) -> None: ...
    def failed(self, sid: str) -> Turn: ...
    def join(self, sid: str, attempt_id: str) -> Turn: ...
    def left_conference(self, sid: str) -> Turn: ...
    def ended(self, sid: str) -> None: ...
    def hearing(self, sid: str) -> tuple[Turn, Grammar] | None: ...
    def is_complete(self, turn: Turn, text: str) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything `create_app` needs; bootstrap builds it from the settings, tests from fakes."""

    store: Store
    clock: Clock
    calls: Calls
    legs: Any
    """service.legs.Legs."""
    bookings: Any = None
    """Callbacks asked for on the web and through the API."""
    verification: Any = None
    understanding: Understanding
    speaker: Speaker
    recognizers: Mapping[str, Recognizer] = field(default_factory=dict)
    """By locale; a locale without one is served by keypad."""
    phone: Phone
    messenger: Messenger | None = None
    hearing: Hearing = Hearing.KEYPAD
    public_url: str
    stream_url: str = ""
    """IVR_STREAM_URL; empty: /media below the public address."""
    auth_tokens: Sequence[str]
    """The first signs; a second one is accepted during a rotation."""
    account_sid: str
    phone_number: str = ""
    """E.164: the number customers call."""
    company: str = "Ringback"
    content: Any = None
    audio_dir: Path | None = None
    """Sound files served under /audio/; `hold.wav` is the music to wait with."""
    threads: int = DEFAULT_THREADS
    extra: Mapping[str, Any] = field(default_factory=dict)
    """For pages: whatever they register."""
    readiness: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    """Further checks of /readyz by name; a check returns what is wrong, or an empty text."""
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def media_url(self) -> str:
        """The address of the media socket, as the carrier opens and signs it: ws:// only below a plain http address."""
        given = urlsplit(self.stream_url or self.public_url)
        scheme = {"https": "wss", "http": "ws"}.get(given.scheme, given.scheme)
        path = given.path.rstrip("/")
        return urlunsplit((scheme, given.netloc, path if path.endswith("/media") else path + "/media", "", ""))

    def signature_check(self) -> SignatureCheck:
        """Raises SettingsError on an empty token or an unusable address."""
        return SignatureCheck(
            tokens=self.auth_tokens,
            account_sid=self.account_sid,
            public_url=self.public_url,
            stream_url=self.media_url,
        )

    def absolute(self, path: str) -> str:
        """An address of ours as the carrier reaches it."""
        return self.public_url.rstrip("/") + path
