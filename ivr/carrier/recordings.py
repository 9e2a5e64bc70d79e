"""What Record keeps."""

import io
import wave
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr.carrier import audio
from ivr.carrier.formats import API_VERSION, new_sid, rfc2822, utc_now


@dataclass(eq=False)
class Recording:
    """One recording, 8 kHz mono."""

    account_sid: str
    call_sid: str
    source: str
    pcm: bytes = b""
    status: str = "in-progress"
    sid: str = field(default_factory=lambda: new_sid("RE"))
    created_at: datetime = field(default_factory=utc_now)
    ended_at: float | None = None
    """Call time."""

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

    def wav(self) -> bytes:
        """The sound as a wav file."""
        file = io.BytesIO()
        with wave.open(file, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(audio.SAMPLE_RATE)
            out.writeframes(self.pcm)
        return file.getvalue()

    def body(self) -> dict[str, Any]:
        """The recording as REST shows it."""
        return {
            "sid": self.sid,
            "account_sid": self.account_sid,
            "call_sid": self.call_sid,
            "status": self.status,
            "source": self.source,
            "channels": 1,
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
