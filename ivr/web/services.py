"""What the voice side of the web layer is given: the use cases, the ports, and where the carrier finds us."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from ivr.phone.signature import SignatureCheck
from ivr.phone.twiml import Hearing
from ivr.service.calls import CallService
from ivr.service.chats import ChatService
from ivr.service.deliveries import Deliveries
from ivr.service.incoming_texts import IncomingTexts
from ivr.service.leg_hearing import LegHearing
from ivr.service.legs import Legs
from ivr.service.ports import CallRecordings, Clock, Phone, Speaker, TextToSpeech, Understanding
from ivr.service.recorder import Recorder
from ivr.service.store import Store
from ivr.speech.recognizers import Recognizers
from ivr.web.metrics import Metrics

DEFAULT_THREADS = 24
"""Webhooks and pages served at once; a request above that waits its turn."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything the voice webhooks and the media socket need; bootstrap builds it, pages bring their own bundle."""

    store: Store
    clock: Clock
    calls: CallService
    legs: Legs
    leg_hearing: LegHearing
    understanding: Understanding
    speaker: Speaker
    recognizer: Recognizers | None = None
    """A locale that it does not hear, or not yet, is served by keypad."""
    voice: TextToSpeech | None = None
    """Our own voice, where IVR_HEARING=duplex."""
    phone: Phone
    recorder: Recorder
    """Recorded conversations."""
    recordings: CallRecordings | None = None
    """What the carrier records, where IVR_HEARING=record."""
    incoming_texts: IncomingTexts | None = None
    """None: text messages of customers are not heard."""
    chats: ChatService | None = None
    """None: nobody chats on our page."""
    deliveries: Deliveries | None = None
    """None: what becomes of our texts is not asked."""
    writes_down: bool = False
    """Whether recorded conversations are put into words: IVR_RECORDING_TRANSCRIPTS."""
    hearing: Hearing = Hearing.KEYPAD
    public_url: str
    stream_url: str = ""
    """IVR_STREAM_URL; empty: /media below the public address."""
    auth_tokens: Sequence[str]
    """The first signs; a second one is accepted during a rotation."""
    account_sid: str
    company: str = "Ringback"
    pay_connector: str = ""
    """Of the carrier's card terminal; empty: there is none."""
    audio_dir: Path | None = None
    """Sound files served under /audio/; `hold.wav` is the music to wait with."""
    threads: int = DEFAULT_THREADS
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
