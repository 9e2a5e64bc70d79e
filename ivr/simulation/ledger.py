"""What is measured from outside while a simulation runs: whose turn it was, and what agents did with their time."""

from datetime import datetime
from typing import Final

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import Callback, CallbackStatus, Hold
from ivr.domain.turns import Turns
from ivr.service.line import in_order
from ivr.service.store import UnitOfWork

EVERYBODY: Final = 100_000


class Ledger:
    """Inversions, overtaking, agents' time."""

    def __init__(self, opens: datetime, closes: datetime) -> None:
        self._opens, self._closes = opens, closes
        self.turns = Turns()
        """Of those who waited and could be served."""
        self.seconds: dict[AgentStatus, float] = dict.fromkeys(AgentStatus, 0.0)
        """Agents' time in each status while we are open."""

    def waiting(self, uow: UnitOfWork, now: datetime) -> list[Hold | Callback]:
        """Those whom the dispatcher may choose from now."""
        entries = in_order(uow.holds.waiting(), uow.callbacks.due(now, EVERYBODY))
        numbers = [entry.number for entry in entries if isinstance(entry, Callback)]
        ringing = uow.legs.live_numbers(numbers) if numbers else frozenset()
        return [entry for entry in entries if isinstance(entry, Hold) or entry.number not in ringing]

    def chosen(self, before: list[Hold | Callback], uow: UnitOfWork, now: datetime) -> None:
        """The dispatcher has run: who of those who waited was taken, and who was passed over?"""
        still = {_key(entry) for entry in in_order(uow.holds.waiting(), uow.callbacks.due(now, EVERYBODY))}
        left: list[Hold | Callback] = []
        for entry in before:
            if _key(entry) in still:
                left.append(entry)
            elif _is_begun(entry, uow):
                self.turns.begin(entry, [(_key(other), other) for other in left])

    def spend(self, agents: dict[AgentStatus, int], since: datetime, until: datetime) -> None:
        """Time has gone by with so many agents in each status."""
        seconds = (min(until, self._closes) - max(since, self._opens)).total_seconds()
        if seconds > 0:
            for status, count in agents.items():
                self.seconds[status] += count * seconds

    def share(self, *statuses: AgentStatus) -> float:
        """The share of the agents' time spent so."""
        whole = sum(self.seconds.values())
        return sum(self.seconds[status] for status in statuses) / whole if whole else 0.0


def _key(entry: Hold | Callback) -> str:
    return entry.id if isinstance(entry, Callback) else entry.call_sid


def _is_begun(entry: Hold | Callback, uow: UnitOfWork) -> bool:
    if isinstance(entry, Callback):
        callback = uow.callbacks.get(entry.id)
        return callback is not None and callback.status == CallbackStatus.DIALING
    hold = uow.holds.get(entry.call_sid)
    return hold is not None and hold.status == "connecting"
