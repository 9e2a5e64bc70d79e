"""How a local carrier behaves: Twilio's defaults, and its undocumented points as choices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol


class Speak(Protocol):
    """Text to 16-bit mono PCM at 8,000 Hz, as `ivr.espeak.speak`."""

    def __call__(self, text: str, locale: str, *, voice: str | None = None, rate: int = 160) -> bytes: ...


Voice = Speak | Literal["espeak"] | None


@dataclass(frozen=True)
class CarrierOptions:
    """What a test or a demo may choose about the carrier; spans are seconds of call time unless said otherwise."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes a free port."""
    speed: float = 1.0
    """Call time runs this many times faster than the clock on the wall; stream timestamps stay in call time."""
    patient: bool = False
    """Run at `speed` only while somebody waits at a Handset, in `LocalCarrier.run`, or calls `LocalCarrier.hurry`.

    Between two waits, and while the app owes a document, call time is wall time then: neither what a test does at a
    telephone nor what the app says is too late only because the machine is busy.
    """
    voice: Voice = "espeak"
    """`None` is a silent voice that takes 60 ms a character; "espeak" falls back to it when it is not installed."""
    say_rate: int = 160
    """Words a minute of Say."""
    cps: float = 1.0
    """Calls a second that leave the queue of POST /Calls (twilio.md section 11)."""
    insecure_streams: bool = False
    """Accept ws:// stream addresses, which Twilio refuses with 31922."""
    noise_db: float | None = None
    """Signal-to-noise ratio of a steady noise on every caller's line, against speech at -20 dBFS."""

    webhook_budget_seconds: float = 15.0
    """Wall seconds one document may take in total."""
    webhook_connect_seconds: float = 5.0
    max_documents: int = 1000
    """Documents one call may fetch: stops an endless Redirect loop."""

    post_dial_seconds: float = 0.2
    """From `initiated` to `ringing`."""
    auto_answer_seconds: float = 1.0
    """How long a telephone set to answer, decline or be a machine rings first."""
    timeout_extra_seconds: float = 0.0
    """What Twilio adds to Timeout in some flows (about 5 s)."""
    amd_human_seconds: float = 1.2
    amd_machine_seconds: float = 2.6
    amd_silence_seconds: float = 5.0
    machine_greeting_seconds: float = 5.0
    automatic_pause_seconds: float = 0.5
    """Between the answer of a voicemail, a menu or an assistant and its first word."""
    key_seconds: float = 0.1
    """How long a key and the gap after it last, each."""

    declined_cards: frozenset[str] = frozenset({"4000000000000002"})
    """Pay's connector declines these; it takes every other number whose check digit is right."""
    lost_cards: frozenset[str] = frozenset({"4000000000000119"})
    """With these the payment provider's answer is lost: nobody knows whether they were charged."""
    late_gather_action: bool = False
    """Request a Gather's action though calls.update overtook it (undocumented, twilio.md section 13)."""
    type_ahead: bool = False
    """Keep keys pressed between two documents for the next Gather instead of losing them."""
    speech_stops_prompt: bool = True
    """A Gather that listens for speech stops its prompt when the caller speaks."""
    speech_confidence: float = 0.9
    signature_trailing_slash: bool = False
    """Sign the address of a media stream with a slash at its end."""
    stream_connect_seconds: float = 0.0
    """Extra time before a media socket opens (0.365 s measured on Twilio)."""
    stream_first_timestamp_ms: int = 0
    recording_ready_seconds: float = 0.0
    """From the end of a recording until its file is there; Record's action comes at once."""
    recordings_need_credentials: bool = False
    """Hand sounds out to the account only, as an account at Twilio may demand."""
    inbound_status: str = "ringing"
    """CallStatus of the first request of an inbound call."""
    dtmf_tones: bool = False
    """Also let the key tones be heard in the caller's audio."""
    redirect_not_live_status: int = 400
    """HTTP status of error 21220."""

    api_keys: Mapping[str, str] = field(default_factory=dict)
    """Further credentials that REST accepts: key sid to secret."""
