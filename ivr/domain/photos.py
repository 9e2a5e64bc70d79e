"""Photos that customers add to their case. Pictures are kept beside them, and read by nobody but staff."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Photo:
    """One photo, without its picture. Times are aware UTC."""

    id: str
    case_id: str
    caption: str
    """What it shows, in the customer's words; empty: they did not say."""
    width: int
    height: int
    digest: str
    """SHA-256 of the file as it was sent: the same one twice is one photo."""
    at: datetime
    expires_at: datetime
    """Then it is deleted."""
