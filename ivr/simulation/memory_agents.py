"""The store's agents in memory."""

from collections.abc import Collection, Sequence
from datetime import datetime

from ivr.domain.agents import Agent, AgentStatus, Crew, Team, crew_of, teams_of
from ivr.simulation.shelves import Journal, Shelf


class MemoryAgents(Shelf[Agent]):
    """service.store.Agents."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal, "id", lambda agent: True)

    def by_number(self, number: str) -> Agent | None:
        """By E.164 number."""
        return next((agent for agent in self.all() if agent.number == number), None)

    def by_name(self, name: str) -> Agent | None:
        """By name."""
        return next((agent for agent in self.all() if agent.name == name), None)

    def all(self) -> Sequence[Agent]:
        """By name, as they were added."""
        return [self.touch(agent) for agent in self.alive()]

    def crews(self) -> Sequence[Crew]:
        """One of each."""
        return [crew_of(agent) for agent in self.everything()]

    def teams(self, now: datetime) -> Sequence[Team]:
        """Those on shift."""
        return teams_of(agent for agent in self.alive() if agent.works_at(now))

    def available(self, limit: int, among: Collection[str] | None = None) -> Sequence[Agent]:
        """The longest idle first."""
        asked = [agent for agent in self.all() if among is None or agent.id in among]
        free = [agent for agent in asked if agent.status == AgentStatus.AVAILABLE]
        return sorted(free, key=lambda agent: (agent.status_at, agent.id))[:limit]
