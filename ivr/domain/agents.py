"""Agents: the people whose telephones ring first."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from ivr.domain.shifts import Shift, works_at
from ivr.errors import IllegalMove

CLIENT: Final = "client:"
"""An agent's address that begins so is a softphone in a browser, by its name there; else it is a number."""
_CLIENT_NAME: Final = re.compile(r"client:[A-Za-z0-9_.-]{1,60}")


class AgentStatus(StrEnum):
    """Whether an agent takes calls now."""

    AVAILABLE = "available"
    RESERVED = "reserved"
    """An attempt is ringing them or joining them."""
    BUSY = "busy"
    """Talking."""
    WRAP_UP = "wrap_up"
    AWAY = "away"
    """Set by us when their phone rang out, or by themselves."""
    OFFLINE = "offline"


OFF_SHIFT = frozenset({AgentStatus.AWAY, AgentStatus.OFFLINE})
"""Away and offline ones do not shorten anybody's wait."""


MOVES = {
    AgentStatus.AVAILABLE: frozenset(
        {AgentStatus.RESERVED, AgentStatus.WRAP_UP, AgentStatus.AWAY, AgentStatus.OFFLINE}
    ),
    AgentStatus.RESERVED: frozenset(
        {AgentStatus.BUSY, AgentStatus.AVAILABLE, AgentStatus.AWAY, AgentStatus.OFFLINE, AgentStatus.WRAP_UP}
    ),
    AgentStatus.BUSY: frozenset({AgentStatus.WRAP_UP, AgentStatus.AVAILABLE, AgentStatus.AWAY, AgentStatus.OFFLINE}),
    AgentStatus.WRAP_UP: frozenset({AgentStatus.AVAILABLE, AgentStatus.AWAY, AgentStatus.OFFLINE}),
    AgentStatus.AWAY: frozenset({AgentStatus.AVAILABLE, AgentStatus.WRAP_UP, AgentStatus.OFFLINE}),
    AgentStatus.OFFLINE: frozenset({AgentStatus.AVAILABLE, AgentStatus.AWAY}),
}


Kind = tuple[tuple[str, ...], tuple[str, ...]]
"""Skills and locales of agents who are alike."""


@dataclass(frozen=True, kw_only=True)
class Team:
    """Agents on shift with the same skills and languages."""

    skills: Sequence[str]
    locales: Sequence[str]
    on_shift: int
    free: int
    """Of these, those who are available now."""

    @property
    def kind(self) -> Kind:
        """What they can take, together."""
        return tuple(self.skills), tuple(self.locales)

    def can_take(self, skill: str, locale: str) -> bool:
        """As every agent of it."""
        return can_take(self.skills, self.locales, skill, locale)


def is_client(address: str) -> bool:
    """Whether it is a softphone's address, and a possible one."""
    return _CLIENT_NAME.fullmatch(address) is not None


def can_take(skills: Sequence[str], locales: Sequence[str], skill: str, locale: str) -> bool:
    """Whether skills and languages fit; `general` takes every skill, en-GB and en-US serve each other."""
    speaks = {loc.split("-")[0] for loc in locales}
    return (skill in skills or "general" in skills) and locale.split("-")[0] in speaks


@dataclass(eq=False, kw_only=True)
class Agent:
    """One agent: rung while the status is AVAILABLE, and inside the shifts if there are any."""

    id: str
    name: str
    number: str
    """E.164, or `client:NAME`; unique."""
    skills: Sequence[str] = ("general",)
    locales: Sequence[str] = ("en-US",)
    status: AgentStatus = AgentStatus.AVAILABLE
    status_at: datetime
    attempt_id: str | None = None
    """The attempt that holds them, while RESERVED or BUSY."""
    back_at: datetime | None = None
    """While AWAY: when they take calls again by themselves; None: when somebody says so. While in WRAP_UP, too, if they
    asked for more time than the rules give."""
    shifts: Sequence[Shift] = field(default_factory=list)
    """Weekly; none: always on shift."""
    version: int = 1

    def works_at(self, at: datetime) -> bool:
        """Whether this moment lies in a shift; the status is another matter."""
        return works_at(self.shifts, at)

    def can_take(self, skill: str, locale: str) -> bool:
        """Whether skills and languages fit; `general` takes every skill, en-GB and en-US serve each other."""
        return can_take(self.skills, self.locales, skill, locale)

    def move(self, to: AgentStatus, at: datetime, attempt_id: str | None = None) -> None:
        """Change the status and what holds them; a rest that was asked for is over. Raises IllegalMove."""
        if to != self.status and to not in MOVES[self.status]:
            raise IllegalMove(f"agent {self.name} cannot go from {self.status} to {to}")
        self.status, self.status_at, self.attempt_id, self.back_at = to, at, attempt_id, None


@dataclass(frozen=True)
class Crew:
    """So many agents who take the same and work the same hours, whatever they do at this moment."""

    skills: Sequence[str]
    locales: Sequence[str]
    shifts: Sequence[Shift] = ()
    """None: always on shift."""
    count: int = 1

    def can_take(self, skill: str, locale: str) -> bool:
        """As every agent of it."""
        return can_take(self.skills, self.locales, skill, locale)


def crew_of(agent: Agent) -> Crew:
    """Of one."""
    return Crew(agent.skills, agent.locales, agent.shifts)


def teams_of(agents: Iterable[Agent]) -> list[Team]:
    """Those on shift, counted by what they can take."""
    kinds: dict[Kind, list[Agent]] = defaultdict(list)
    for agent in agents:
        if agent.status not in OFF_SHIFT:
            kinds[tuple(agent.skills), tuple(agent.locales)].append(agent)
    return [_team(alike) for alike in kinds.values()]


def _team(alike: Sequence[Agent]) -> Team:
    free = sum(agent.status == AgentStatus.AVAILABLE for agent in alike)
    return Team(skills=alike[0].skills, locales=alike[0].locales, on_shift=len(alike), free=free)
