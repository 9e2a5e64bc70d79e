"""Whose turn it is: by arrival, with a head start for those who cannot wait. A bound, so that nobody waits for ever."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.callbacks import Callback, Hold
from ivr.domain.cases import DANGER, ESCALATED, ORDINARY, URGENT_KIND

HEAD_STARTS: Final[Mapping[int, timedelta]] = {
    DANGER: timedelta(hours=4),
    ESCALATED: timedelta(minutes=20),
    URGENT_KIND: timedelta(minutes=10),
    ORDINARY: timedelta(),
}
"""By priority: nobody is passed by whoever came later than so long after them, however many of those there are."""


def head_start(priority: int) -> timedelta:
    """Of a priority; one beyond the known ones counts as the nearest."""
    return HEAD_STARTS[min(max(priority, DANGER), ORDINARY)]


def place_at(priority: int, ticket_at: datetime) -> datetime:
    """The place in the one line: whoever's is earlier is served first."""
    return ticket_at - head_start(priority)


def place_of(entry: Callback | Hold) -> datetime:
    """As place_at."""
    return place_at(entry.priority, entry.ticket_at)
