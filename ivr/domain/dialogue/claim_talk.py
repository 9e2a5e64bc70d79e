"""What the dialogue hears of claims against sellers."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ClaimView:
    """A claim as its seller is told of it."""

    id: str
    case_id: str
    case_number: str
    item: str
    cause: str
    amount_minor: int
    currency: str
    due_at: datetime
    now: datetime
    is_waiting: bool
    """For an answer, which is in time."""


@dataclass(frozen=True)
class ClaimFound:
    """Result of FindClaim; None: there is none with this number for this seller."""

    claim: ClaimView | None


@dataclass(frozen=True)
class ClaimAnswered:
    """Result of AnswerClaim: the answer that was taken, or why it was not (claim_over, claim_answered)."""

    outcome: str
    amount_minor: int
    currency: str
