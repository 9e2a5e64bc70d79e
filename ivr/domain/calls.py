"""A call: one CallSid with its dialogue. The row is the truth; each step compares and sets the version."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

LONGEST_CALL: Final = timedelta(minutes=30)
"""A call that began earlier is not believed to live: an end that was never told must not hold anything up."""
OVER: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The carrier's status of a call that has ended."""


@dataclass(eq=False, kw_only=True)
class Call:
    """One inbound call. Times are aware UTC."""

    sid: str
    """The carrier's CallSid."""
    from_number: str | None
    """E.164; None if withheld, unknown or malformed."""
    to_number: str = ""
    locale: str = "en-US"
    customer_id: str | None = None
    case_id: str | None = None
    dialogue: Any = None
    """domain.dialogue.Dialogue, kept as JSON."""
    turn: int = 0
    speaking_since_at: datetime | None = None
    """Set while the caller is surely talking: a Gather that times out then listens on."""
    stream_sid: str | None = None
    resumes_id: str | None = None
    """The callback that the caller took up by its code: while they are on the line it is not rung."""
    started_at: datetime
    ended_at: datetime | None = None
    version: int = 1

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None


@dataclass(eq=False, kw_only=True)
class Verification:
    """A code that proves who holds a number given on the web; the code itself is kept only as a salted hash."""

    id: str
    callback_id: str
    number: str
    code_hash: str
    """Empty: not told yet, so that no code is right."""
    channel: str = "text"
    """text or call."""
    wrong_tries: int = 0
    created_at: datetime
    expires_at: datetime
    verified_at: datetime | None = None
    leg_id: str | None = None
    """The dial of the call that tells it."""
