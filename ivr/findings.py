"""What the doctor finds, one line each."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a check found."""

    GOOD = "good"
    NOTE = "note"
    """Works, or is not needed; but you may want to know."""
    BAD = "bad"
    """Needed, and does not work."""


@dataclass(frozen=True)
class Finding:
    """One line of the report, and what to do about it."""

    about: str
    verdict: Verdict
    text: str
    remedy: str = ""
