"""Fairness, published: how often somebody was served out of turn in the last day, from the timeline."""

from datetime import datetime, timedelta
from typing import Final

from ivr.domain.turns import Turns, replay
from ivr.service.store import UnitOfWork

DAY: Final = timedelta(days=1)
LINES: Final = 10_000
"""Read at the most: of a busier day its latest part."""
BELIEVED: Final = timedelta(minutes=1)
WAITING: Final = 200


class KnownTurns:
    """The count, made anew once a minute: it reads thousands of lines."""

    def __init__(self) -> None:
        self._known: tuple[datetime, Turns] | None = None

    def at(self, uow: UnitOfWork, now: datetime) -> Turns:
        """As of the last minute."""
        if self._known is None or not timedelta() <= now - self._known[0] < BELIEVED:
            self._known = now, turns_of_the_last_day(uow, now)
        return self._known[1]


def turns_of_the_last_day(uow: UnitOfWork, now: datetime) -> Turns:
    """As `python -m ivr simulate` counts them, by the priority and skill that each has now."""
    since = now - DAY
    lines = uow.overview.turn_lines(since - DAY, LINES)  # a day more tells who waited when it began
    told = {line.key for line in lines}
    due = {callback.id: callback.due_at for callback in uow.callbacks.due(now, WAITING) if callback.id not in told}
    return replay(lines, uow.overview.queued(told | due.keys()), due, since)
