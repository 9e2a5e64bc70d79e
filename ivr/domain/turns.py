"""Who was served out of turn: the same count over a simulated day and over what the timeline tells of a real one.

An inversion: an attempt begins for somebody while an earlier ticket of the same priority, skill and language waits.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from ivr.domain.callbacks import Outcome

BEGUN: Final = "attempt_started"
TRIED: Final = "attempt_ended"
WAITS: Final = frozenset(
    {"hold_started", "callback_booked", "callback_verified", "callback_moved", "callback_waits", "callback_reopened"}
)
OVER: Final = frozenset(
    {
        "hold_left",
        "call_ended",
        "callback_done",
        "callback_canceled",
        "callback_expired",
        "callback_needs_human",
    }
)
KINDS: Final = frozenset({BEGUN, TRIED, *WAITS, *OVER})
"""The kinds of lines that turns are read from."""


class Waiting(Protocol):
    """A callback or a caller on hold, as far as turns go."""

    @property
    def ticket_at(self) -> datetime: ...
    @property
    def priority(self) -> int: ...
    @property
    def skill(self) -> str: ...
    @property
    def locale(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Queued:
    """One of them."""

    ticket_at: datetime
    priority: int
    skill: str
    locale: str
    asap: bool = True
    """Else a callback at a named time."""


@dataclass
class Turns:
    """The count."""

    begun: int = 0
    """Attempts begun."""
    inversions: int = 0
    overtaken: Counter[str] = field(default_factory=Counter)
    """How often each was overtaken."""

    def begin(self, one: Waiting, others: Iterable[tuple[str, Waiting]]) -> None:
        """An attempt begins for one while the others, each with a name of its own, wait."""
        passed = [key for key, other in others if _is_alike(one, other) and other.ticket_at < one.ticket_at]
        self.begun += 1
        self.inversions += bool(passed)
        self.overtaken.update(passed)

    @property
    def per_1000(self) -> float:
        """Inversions in a thousand attempts."""
        return 1000 * self.inversions / self.begun if self.begun else 0.0


def _is_alike(one: Waiting, other: Waiting) -> bool:
    return (one.priority, one.skill, one.locale) == (other.priority, other.skill, other.locale)


def _due_at(entry: Queued, at: datetime) -> datetime:
    """Named times are their own ticket."""
    return at if entry.asap else max(at, entry.ticket_at)


@dataclass(frozen=True, kw_only=True)
class TurnLine:
    """One line of the timeline, as far as turns go."""

    at: datetime
    kind: str
    key: str
    due_at: datetime | None = None
    """With a callback: not served before."""
    outcome: str = ""


def replay(
    lines: Iterable[TurnLine], entries: Mapping[str, Queued], due: Mapping[str, datetime], since: datetime
) -> Turns:
    """Counts what began since then. `due`: since when those wait of whom the lines tell nothing."""
    turns, queue = Turns(), dict(due)
    for line in lines:
        entry = entries.get(line.key)
        if entry is None or line.kind in OVER:
            queue.pop(line.key, None)
        elif line.kind == BEGUN:
            queue.pop(line.key, None)
            if line.at >= since:
                turns.begin(entry, ((key, entries[key]) for key, due_at in queue.items() if due_at <= line.at))
        elif line.kind in WAITS:
            queue[line.key] = line.due_at or _due_at(entry, line.at)
        elif line.outcome != Outcome.JOINED:
            queue.setdefault(line.key, line.at)
    return turns
