"""A callback that was given to one agent by name: only they are rung for it, while the promise allows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.callbacks import Callback

GIVEN_BACK: Final = timedelta(minutes=2)
"""So long before the promised time whoever is free may take it: a promise outranks a choice of agents."""
LATE_WAITS: Final = timedelta(minutes=30)
"""One that is late already waits no longer than this for the agent whom a supervisor chose."""


@dataclass(eq=False, kw_only=True)
class Assignment:
    """Who is to take a callback, by a supervisor's choice."""

    callback_id: str
    agent_id: str
    given_at: datetime
    until_at: datetime
    """Binds at least until then; the moment of giving itself where the promise's own time decides."""

    def binds(self, callback: Callback, now: datetime) -> bool:
        """Whether nobody else may take it now."""
        return now < max(self.until_at, callback.promised_by_at - GIVEN_BACK)


def assigned(callback: Callback, agent_id: str, now: datetime) -> Assignment:
    """Given now."""
    is_late = callback.promised_by_at - GIVEN_BACK <= now
    until_at = now + LATE_WAITS if is_late else now
    return Assignment(callback_id=callback.id, agent_id=agent_id, given_at=now, until_at=until_at)
