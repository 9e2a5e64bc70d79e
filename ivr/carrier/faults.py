"""Faults a test can order: late, doubled, shuffled and lost callbacks, failing REST requests, dropped sockets."""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum


class CreateFault(StrEnum):
    """What the next POST /Calls meets."""

    TOO_MANY_REQUESTS = "429"
    ERROR_NOT_CREATED = "500-not-created"
    ERROR_CREATED = "500-created"
    CREATED_THEN_HANGS = "created-then-hang"
    CONNECTION_RESET = "connection-reset"
    CREATED_THEN_RESET = "created-then-reset"


@dataclass
class Faults:
    """Set fields at any time; counters count down as faults happen. Seconds here are wall seconds."""

    callback_delay_seconds: float = 0.0
    """Every status callback is sent this much late."""
    callback_duplicates: int = 0
    """Every status callback is sent this many times more."""
    callback_shuffle: bool = False
    """Hold each call's callbacks back and send them newest first when the call ends."""
    lose_callbacks: set[str] = field(default_factory=set)
    """Call statuses, and events of conferences, whose callbacks never arrive; `*` loses all."""
    rest_create: deque[CreateFault] = field(default_factory=deque)
    """Faults of the next POST /Calls, one each."""
    text_create: deque[CreateFault] = field(default_factory=deque)
    """Faults of the next POST /Messages, one each."""
    rest_errors: deque[int] = field(default_factory=deque)
    """HTTP statuses (429, 500, 503) answered to the next REST requests of any kind, nothing done."""
    hang_seconds: float = 60.0
    """How long a hanging request hangs."""
    stale_lists: int = 0
    """This many next GET /Calls lists know nothing of calls younger than `stale_seconds`."""
    stale_seconds: float = 3600.0
    document_delay_seconds: float = 0.0
    """Every document request is sent this much late."""
    document_limits: deque[float] = field(default_factory=deque)
    """How long the next documents are waited for, in the place of `CarrierOptions.webhook_budget_seconds`."""
    recordings_lost: bool = False
    """No recording has a file."""
    recording_files: deque[int | bytes] = field(default_factory=deque)
    """What the next requests for a recording's sound get: an HTTP status, or these bytes."""
    refuse_streams: int = 0
    """This many next media sockets fail to open (31901)."""

    def fail_next_creates(self, *faults: CreateFault | str) -> None:
        """Let the next POST /Calls meet these faults, in this order."""
        self.rest_create.extend(CreateFault(fault) for fault in faults)

    def fail_next_texts(self, *faults: CreateFault | str) -> None:
        """Let the next POST /Messages meet these faults, in this order."""
        self.text_create.extend(CreateFault(fault) for fault in faults)

    def next_text(self) -> CreateFault | None:
        """The fault of this POST /Messages, used up."""
        return self.text_create.popleft() if self.text_create else None

    def next_create(self) -> CreateFault | None:
        """The fault of this POST /Calls, used up."""
        return self.rest_create.popleft() if self.rest_create else None

    def loses(self, status: str) -> bool:
        """Whether a callback with this status, or of this event, gets lost."""
        return status in self.lose_callbacks or "*" in self.lose_callbacks

    def take(self, counter: str) -> bool:
        """Count one fault down; true while it still applies."""
        left: int = getattr(self, counter)
        if left > 0:
            setattr(self, counter, left - 1)
        return left > 0
