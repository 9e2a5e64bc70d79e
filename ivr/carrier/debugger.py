"""What Twilio's Debugger would show: warnings and errors by their numbers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ivr.carrier.formats import utc_now


@dataclass(frozen=True)
class Alert:
    """One entry of the debugger; `code` is Twilio's error number (twilio.md section 10)."""

    code: int
    message: str
    level: Literal["warning", "error"] = "warning"
    call_sid: str | None = None
    url: str | None = None
    at: datetime = field(default_factory=utc_now)
