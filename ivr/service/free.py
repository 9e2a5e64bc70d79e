"""Who is free: agents by what they can take, so that a long line is not held against every single one of them."""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from heapq import merge
from typing import Final

from ivr.domain.agents import Agent, Kind

EVERYBODY: Final = 1_000_000
"""More agents than anybody has."""


class Free:
    """Agents who may be rung, those of equal skills and languages together."""

    def __init__(self, agents: Iterable[Agent], *, is_cut: bool = False) -> None:
        """The longest idle first. `is_cut`: there may be more of them."""
        self.is_cut = is_cut
        self._teams: dict[Kind, list[Agent]] = defaultdict(list)
        for agent in agents:
            self._teams[tuple(agent.skills), tuple(agent.locales)].append(agent)

    def __len__(self) -> int:
        return sum(len(team) for team in self._teams.values())

    def kinds(self) -> list[Kind]:
        """What they can take, together."""
        return [kind for kind, team in self._teams.items() if team]

    def fitting(self, skill: str, locale: str) -> Iterable[Agent]:
        """Those who can take it, the longest idle first; falsy if there are none."""
        teams = [team for team in self._teams.values() if team and team[0].can_take(skill, locale)]
        return teams[0] if len(teams) == 1 else _in_order(teams)

    def join(self, agents: Iterable[Agent]) -> None:
        """These are free, too; each takes the place among those of their team that their idle time gives them."""
        for agent in agents:
            insort(self._teams[tuple(agent.skills), tuple(agent.locales)], agent, key=_idle)

    def lacks(self, agent_ids: Iterable[str]) -> set[str]:
        """Those of these who are not among them."""
        return set(agent_ids) - {agent.id for team in self._teams.values() for agent in team}

    def take(self, agent: Agent) -> None:
        """This one is free no more."""
        self._teams[tuple(agent.skills), tuple(agent.locales)].remove(agent)


def _in_order(teams: Sequence[Sequence[Agent]]) -> Iterable[Agent]:
    return merge(*teams, key=_idle) if teams else ()


def _idle(agent: Agent) -> tuple[datetime, str]:
    return agent.status_at, agent.id
