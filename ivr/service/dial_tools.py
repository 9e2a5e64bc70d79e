"""What the dispatcher and the sweeps work with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ivr.domain.policies import CallbackRules
from ivr.service.gate import Gate
from ivr.service.outcomes import NewsLegs, Outcomes
from ivr.service.ports import Phone
from ivr.service.reports import Reports
from ivr.service.scenes import Scenes
from ivr.service.verification import NumberProofs

REQUESTS_AT_ONCE: Final = 16
"""In production. A process that dies leaves no more dials unclear than it had requests in flight."""


@dataclass(frozen=True)
class DialTools:
    """Shared by all of one process."""

    scenes: Scenes
    phone: Phone
    rules: CallbackRules
    gate: Gate
    outcomes: Outcomes
    reports: Reports
    proofs: NumberProofs
    news: NewsLegs
    monotonic: Callable[[], float]
    checkpoint: Callable[[str], None]
    """Called after each numbered commit and after the request: tests and journeys kill a process there."""
    requests_at_once: int = 1
    """Requests for calls in flight: so many legs pass the point of no return together, each in a thread."""
