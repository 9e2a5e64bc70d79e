"""Places in line that outlive a call: a caller who waited and was cut off comes back to where they stood."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(eq=False, kw_only=True)
class KeptPlace:
    """One caller's place. Times are aware UTC."""

    call_sid: str
    """Of the call in which they waited."""
    number: str
    """E.164; empty: withheld, so that only the code leads back."""
    case_id: str
    ticket_at: datetime
    priority: int
    code: str = ""
    """Told to callers who show no number."""
    expires_at: datetime | None = None
    """Until when they may come back; None: they wait, or were served."""
    taken_at: datetime | None = None
    version: int = 1
