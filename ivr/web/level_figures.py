"""The service levels against their targets, for the board and the day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.service_levels import Figure, Levels, share_figure, wait_figure
from ivr.service.store import UnitOfWork

SPAN: Final = timedelta(hours=24)
"""The board looks so far back: no wait is forgotten at midnight."""
HEAD: Final = ("level", "unit", "actual", "target", "limit_seconds", "standing", "waiting", "soon", "late")


def level_figures(uow: UnitOfWork, levels: Levels, since: datetime, now: datetime) -> list[Figure]:
    """In the order of the file's comments: waits, then shares."""
    waited, counted = uow.levels.waited(levels.waits, since, now), list(uow.levels.counted(since))
    waits = [wait_figure(name, level, waited[name]) for name, level in levels.waits.items()]
    return waits + [share_figure(name, share, counted) for name, share in levels.shares.items()]


def rows(figures: Sequence[Figure]) -> list[tuple[object, ...]]:
    """For a table of values, in the order of HEAD."""
    return [
        (one.name, one.unit, "" if one.actual is None else one.actual, one.target, one.limit_seconds or "",
         one.standing.value, one.waited.waiting, one.waited.soon, one.waited.late)
        for one in figures
    ]  # fmt: skip
