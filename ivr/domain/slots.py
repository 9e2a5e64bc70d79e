"""Slots: for how many callbacks at a named time the agents of one stretch of time are enough."""

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, inf
from typing import Final

from ivr.domain.agents import Crew
from ivr.domain.shifts import Worked, worked

NOTHING: Final = 1e-6
"""Seconds: less than this is left over from arithmetic."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Slot = tuple[datetime, datetime]
"""From, and until before, aware UTC."""
Group = tuple[bool, ...]
"""Of the kinds of promises looked at, which its agents can take."""


@dataclass(frozen=True)
class Need:
    """What one promise takes: somebody with this skill and language, for so long."""

    skill: str
    locale: str
    seconds: float


def slot_length(slot_seconds: int, handle_seconds: float) -> timedelta:
    """The least number of slots in which one agent can serve one customer.

    A conversation that is longer than a slot would fit into none, and is in truth going on in the next ones.
    """
    return timedelta(seconds=slot_seconds * max(1, ceil(handle_seconds / slot_seconds)))


def slot_at(at: datetime, length: timedelta) -> Slot:
    """The slot in which a moment lies. All begin at multiples of their length, so that everybody counts the same."""
    begins = at - (at - EPOCH) % length
    return begins, begins + length


class Staff:
    """How long agents are on shift in any part of a stretch of time; looked up once for many slots."""

    def __init__(self, crews: Sequence[Crew], begins: datetime, ends: datetime) -> None:
        turns = [worked(crew.shifts, begins, ends) for crew in crews]
        starts = [[start for start, _ in theirs] for theirs in turns]
        self._turns = list(zip(crews, turns, starts, strict=True))

    def in_slot(self, slot: Slot) -> list[tuple[Crew, float]]:
        """Every crew with the seconds of the slot that its agents work, all together."""
        return [(crew, crew.count * _within(turns, starts, slot)) for crew, turns, starts in self._turns]


def room(need: Need, promised: Mapping[Need, int], staffed: Sequence[tuple[Crew, float]], *, overbooked: float) -> int:
    """How many more such promises fit into a slot beside those made, when agents' seconds count a little more.

    An agent who takes several skills and languages can serve only one customer at a time: the promises are shared out
    among all who could take them (a flow), so that a slot is full neither too early nor too late.
    """
    kinds = list(dict.fromkeys([need, *promised]))
    supply: dict[Group, float] = defaultdict(float)
    for crew, seconds in staffed:
        supply[tuple(crew.can_take(kind.skill, kind.locale) for kind in kinds)] += seconds * (1 + overbooked)
    sharing = _Sharing(kinds, supply)
    for kind, times in promised.items():
        sharing.share_out(kind, times * kind.seconds)
    return int(sharing.share_out(need, inf) / need.seconds + NOTHING)


class _Sharing:
    """A flow from promises to groups of agents who can take the same of them; Edmonds-Karp on a handful of nodes."""

    def __init__(self, kinds: Sequence[Need], supply: Mapping[Group, float]) -> None:
        self._left = dict(supply)
        self._takers = {kind: [group for group in supply if group[place]] for place, kind in enumerate(kinds)}
        self._given: dict[tuple[Need, Group], float] = defaultdict(float)

    def share_out(self, need: Need, seconds: float) -> float:
        """Give it as much as there is; others are moved to other agents for it, never out. Returns the seconds."""
        given = 0.0
        while seconds - given > NOTHING and (path := self._path(need)):
            taken, freed = path[::2], path[1::2]
            last = taken[-1][1]
            step = min([seconds - given, self._left[last], *(self._given[place] for place in freed)])
            for place in taken:
                self._given[place] += step
            for place in freed:
                self._given[place] -= step
            self._left[last] -= step
            given += step
        return given

    def _path(self, need: Need) -> list[tuple[Need, Group]]:
        """The shortest way to agents with time left: who takes which group, who leaves it for that, in turns."""
        ways: deque[list[tuple[Need, Group]]] = deque([[(need, group)] for group in self._takers[need]])
        seen = set(self._takers[need])
        while ways:
            way = ways.popleft()
            full = way[-1][1]
            if self._left[full] > NOTHING:
                return way
            for other, takers in self._takers.items():
                if self._given[other, full] > NOTHING:
                    ways.extend([*way, (other, full), (other, group)] for group in takers if group not in seen)
                    seen.update(takers)
        return []


def _within(turns: Sequence[Worked], starts: Sequence[datetime], slot: Slot) -> float:
    """The seconds of a slot that lie in these turns, which are in order."""
    begins, ends = slot
    first = max(0, bisect_right(starts, begins) - 1)
    seconds = 0.0
    for starts_at, ends_at in turns[first:]:
        if starts_at >= ends:
            break
        seconds += max(0.0, (min(ends_at, ends) - max(starts_at, begins)).total_seconds())
    return seconds
