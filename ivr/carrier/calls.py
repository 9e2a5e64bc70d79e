"""One call (one leg, one CallSid): its state, its standard parameters and its REST body."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from ivr.carrier.formats import API_VERSION, country_of, new_sid, rfc2822, utc_now
from ivr.carrier.signing import Params

if TYPE_CHECKING:
    import httpx

    from ivr.carrier.line import Line
    from ivr.carrier.media import MediaStream
    from ivr.carrier.script import Script
    from ivr.carrier.telephone import Telephone

Direction = Literal["inbound", "outbound-api", "outbound-dial"]


class CallStatus(StrEnum):
    """Twilio's call statuses; `initiated` appears in callbacks only."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


ENDED = frozenset({CallStatus.COMPLETED, CallStatus.BUSY, CallStatus.FAILED, CallStatus.NO_ANSWER, CallStatus.CANCELED})


@dataclass
class DocumentFetch:
    """One document the app was asked for; moments are `time.monotonic()`."""

    url: str
    method: str
    params: Params
    requested_at: float
    served_at: float | None = None
    status: int | None = None
    body: str = ""
    error_code: int | None = None


@dataclass
class CallSettings:
    """What the request that made the call, or the number it came in on, asked for."""

    url: str | None = None
    method: str = "POST"
    twiml: str | None = None
    fallback_url: str | None = None
    fallback_method: str = "POST"
    status_callback: str | None = None
    status_method: str = "POST"
    status_events: frozenset[str] = frozenset({"completed"})
    timeout_seconds: float = 60.0
    time_limit_seconds: float = 14400.0
    machine_detection: str | None = None
    async_amd: bool = False
    amd_callback: str | None = None
    amd_method: str = "POST"
    send_digits: str = ""
    queue_time_ms: int = 0


@dataclass(eq=False)
class Call:
    """A live or ended call; everything here is touched on the carrier's thread only."""

    account_sid: str
    to: str
    from_: str
    direction: Direction
    status: CallStatus = CallStatus.QUEUED
    sid: str = field(default_factory=lambda: new_sid("CA"))
    parent_sid: str | None = None
    number_sid: str | None = None
    settings: CallSettings = field(default_factory=CallSettings)
    created_at: datetime = field(default_factory=utc_now)
    updated_at: datetime = field(default_factory=utc_now)
    started_at: datetime | None = None
    answered_at: float | None = None
    """Call time."""
    ended_at: datetime | None = None
    duration_seconds: int | None = None
    answered_by: str | None = None
    sip_code: int = 200
    automatic: str = ""
    """What answered in the place of a person: a word of OnRing."""
    greeting_seconds: float = 0.0
    machine_detection_ms: int = 0
    sequence: int = 0
    documents: list[DocumentFetch] = field(default_factory=list)
    callbacks: list[Params] = field(default_factory=list)
    """Status callbacks as they were meant to be sent, in their order."""
    streams: "list[MediaStream]" = field(default_factory=list)
    fetching: int = 0
    cookies: "httpx.Cookies | None" = None
    line: "Line | None" = None
    telephone: "Telephone | None" = None
    script: "Script | None" = None
    task: asyncio.Task[None] | None = None
    on_key: Callable[[str], None] | None = None
    on_speech: "Callable[[SpeechEvent], None] | None" = None
    on_end: list[Callable[[], None]] = field(default_factory=list)
    on_redirect: list[Callable[[], None]] = field(default_factory=list)
    redirecting: asyncio.Lock = field(default_factory=asyncio.Lock)
    bridged_to: "Call | None" = None
    keys_are_private: bool = False
    """A card terminal takes them: they are shown to nobody."""
    typed_ahead: str = ""

    @property
    def live(self) -> bool:
        """Whether the call has not ended."""
        return self.status not in ENDED

    @property
    def answered(self) -> bool:
        """Whether somebody picked up."""
        return self.answered_at is not None

    @property
    def uri(self) -> str:
        """Its REST path."""
        return f"/{API_VERSION}/Accounts/{self.account_sid}/Calls/{self.sid}.json"

    def standard_params(self) -> Params:
        """The parameters of every request about this call (twilio.md section 1)."""
        params = [
            ("CallSid", self.sid),
            ("AccountSid", self.account_sid),
            ("From", self.from_),
            ("To", self.to),
            ("CallStatus", self.status.value),
            ("ApiVersion", API_VERSION),
            ("Direction", self.direction),
            ("Called", self.to),
            ("Caller", self.from_),
        ]
        if self.parent_sid:
            params.append(("ParentCallSid", self.parent_sid))
        return params + self._places() if self.direction == "inbound" else params

    def _places(self) -> Params:
        sides = {"From": self.from_, "To": self.to, "Caller": self.from_, "Called": self.to}
        empty = [(side + part, "") for side in sides for part in ("City", "State", "Zip")]
        known = [(f"{side}Country", country_of(number)) for side, number in sides.items()]
        return [*empty, *known, ("CallToken", self.sid), ("StirVerstat", "TN-Validation-Passed-A")]

    def body(self) -> dict[str, Any]:
        """The call as REST shows it."""
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "parent_call_sid": self.parent_sid,
            "to": self.to,
            "to_formatted": self.to,
            "from": self.from_,
            "from_formatted": self.from_,
            "phone_number_sid": self.number_sid,
            "status": "queued" if self.status is CallStatus.INITIATED else self.status.value,
            "start_time": rfc2822(self.started_at),
            "end_time": rfc2822(self.ended_at),
            "duration": None if self.duration_seconds is None else str(self.duration_seconds),
            "price": None,
            "price_unit": "USD",
            "direction": self.direction,
            "answered_by": self.answered_by,
            "api_version": API_VERSION,
            "forwarded_from": None,
            "group_sid": None,
            "caller_name": None,
            "queue_time": str(self.settings.queue_time_ms),
            "trunk_sid": None,
            "uri": self.uri,
            "date_created": rfc2822(self.created_at),
            "date_updated": rfc2822(self.updated_at),
            "subresource_uris": {
                name.lower(): self.uri.replace(".json", f"/{name}.json")
                for name in ("Events", "Recordings", "Notifications", "Streams", "Payments", "Siprec")
            },
        }


@dataclass(frozen=True)
class SpeechEvent:
    """What the carrier's own recogniser makes of the caller: speech began (no text) or ended (its text)."""

    text: str | None
