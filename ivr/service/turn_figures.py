"""Fairness, published: how often somebody was served out of turn in the last day, from the timeline."""

from datetime import datetime, timedelta
from typing import Final

from ivr.domain.turns import Turns, replay
from ivr.service.store import UnitOfWork

DAY: Final = timedelta(days=1)
LINES: Final = 10_000
"""Read at the most: of a busier day its latest part."""
WAITING: Final = 200


def turns_of_the_last_day(uow: UnitOfWork, now: datetime) -> Turns:
    """As `python -m ivr simulate` counts them, by the priority and skill that each has now."""
    since = now - DAY
    lines = uow.overview.turn_lines(since - DAY, LINES)  # a day more tells who waited when it began
    told = {line.key for line in lines}
    due = {callback.id: callback.due_at for callback in uow.callbacks.due(now, WAITING) if callback.id not in told}
    return replay(lines, uow.overview.queued(told | due.keys()), due, since)
