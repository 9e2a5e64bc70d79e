"""What Record keeps, and what is recorded of a call because REST asked for it."""

import audioop
import io
import wave
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr.carrier import audio
from ivr.carrier.formats import API_VERSION, new_sid, rfc2822, utc_now


@dataclass(eq=False)
class Recording:
    """One recording, 8 kHz."""

    account_sid: str
    call_sid: str
    source: str
    pcm: bytes = b""
    status: str = "in-progress"
    sid: str = field(default_factory=lambda: new_sid("RE"))
    created_at: datetime = field(default_factory=utc_now)
    ended_at: float | None = None
    """Call time."""
    other: bytes = b""
    """A second channel, as long: what the call's telephone was given to hear."""
    channels: int = 1
    track: str = "inbound"

    def close(self, pcm: bytes, now: float) -> None:
        """It is over; without a sound there is none."""
        self.pcm, self.ended_at = pcm, now
        self.status = "completed" if pcm else "absent"

    @property
    def created(self) -> str:
        """As REST shows it."""
        return rfc2822(self.created_at) or ""

    @property
    def seconds(self) -> int:
        """Its length, rounded."""
        return round(audio.seconds_of(self.pcm))

    @property
    def path(self) -> str:
        """Its REST path, without an extension."""
        return f"/{API_VERSION}/Accounts/{self.account_sid}/Recordings/{self.sid}"

    def wav(self, channels: int = 1) -> bytes:
        """The sound as a wav file; one channel holds what both do."""
        file = io.BytesIO()
        with wave.open(file, "wb") as out:
            out.setnchannels(channels)
            out.setsampwidth(2)
            out.setframerate(audio.SAMPLE_RATE)
            out.writeframes(self._samples(channels))
        return file.getvalue()

    def _samples(self, channels: int) -> bytes:
        if not self.other:
            return self.pcm
        if channels == 1:
            return audioop.add(self.pcm, self.other, 2)
        left, right = audioop.tostereo(self.pcm, 2, 1, 0), audioop.tostereo(self.other, 2, 0, 1)
        return audioop.add(left, right, 2)

    def about(self, base_url: str) -> list[tuple[str, str]]:
        """The parameters of a callback about it (twilio.md section 4a)."""
        return [
            ("AccountSid", self.account_sid),
            ("CallSid", self.call_sid),
            ("RecordingSid", self.sid),
            ("RecordingUrl", base_url + self.path),
            ("RecordingStatus", self.status),
            ("RecordingDuration", str(self.seconds)),
            ("RecordingChannels", str(self.channels)),
            ("RecordingStartTime", self.created),
            ("RecordingSource", self.source),
            ("RecordingTrack", self.track),
        ]

    def body(self) -> dict[str, Any]:
        """The recording as REST shows it."""
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "call_sid": self.call_sid,
            "status": self.status,
            "source": self.source,
            "channels": self.channels,
            "duration": str(self.seconds),
            "api_version": API_VERSION,
            "date_created": self.created,
            "date_updated": self.created,
            "start_time": self.created,
            "price": None,
            "price_unit": "USD",
            "error_code": None,
            "conference_sid": None,
            "encryption_details": None,
            "media_url": self.path,
            "subresource_uris": {},
            "uri": self.path + ".json",
        }
