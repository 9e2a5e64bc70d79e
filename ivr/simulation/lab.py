"""What all parts of a simulation share: the production engine over simulated ports, and who is who."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Final

from ivr.domain.agents import Agent, AgentStatus
from ivr.domain.policies import CallbackRules
from ivr.service.engine import CallbackEngine, EnginePorts
from ivr.service.scenes import Scenes
from ivr.service.store import Store
from ivr.simulation.agenda import Agenda
from ivr.simulation.carrier import SimulatedPhone, no_storm
from ivr.simulation.memory_store import MemoryStore
from ivr.simulation.policy import Pace, Policy
from ivr.simulation.public import Caller, Habits
from ivr.simulation.world_ports import OneZoneNumbers, SilentSpeaker

AGENT_NUMBERS: Final = 3_030_000_000


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One experiment."""

    rules: CallbackRules
    policy: Policy = field(default_factory=Policy)
    pace: Pace = field(default_factory=Pace)
    habits: Habits = field(default_factory=Habits)
    zone: str = "America/New_York"
    seed: int = 1
    storm: Callable[[datetime], bool] = no_storm


@dataclass(eq=False)
class Guest:
    """A caller of the day and what became of them."""

    caller: Caller
    arrived_at: datetime
    sid: str = ""
    """Of their own call."""
    callback_id: str = ""
    """If they took one."""
    answered_at: datetime | None = None
    """When an agent was on the line with them."""
    abandoned_at: datetime | None = None

    @property
    def waited_seconds(self) -> float | None:
        """Until they were on the line with an agent, or hung up; None: they wait still."""
        end = self.answered_at or self.abandoned_at
        return (end - self.arrived_at).total_seconds() if end else None


class Lab:
    """The engine and its world; `guests` by telephone number."""

    def __init__(self, setting: Setting, start: datetime, store: Store | None = None) -> None:
        self.setting = setting
        self.agenda = Agenda(start)
        self.store = store or MemoryStore()
        self.phone = SimulatedPhone(self.agenda, storm=setting.storm)
        ports = EnginePorts(
            store=self.store,
            clock=self.agenda,
            phone=self.phone,
            messenger=None,
            speaker=SilentSpeaker(),
            numbers=OneZoneNumbers(setting.zone),
        )
        self.engine = CallbackEngine(ports, setting.rules, node="simulation", monotonic=self.agenda.monotonic)
        self.scenes = Scenes(self.store, self.agenda, self.engine.afterwards)
        self.luck = Random(f"agents {setting.seed}")
        self.guests: dict[str, Guest] = {}
        self._hire(setting.policy.agents)

    def _hire(self, count: int) -> None:
        with self.store.begin() as uow:
            for i in range(count):
                name, number = f"Agent {i + 1:03d}", f"+1{AGENT_NUMBERS + i}"
                uow.agents.add(Agent(id=name, name=name, number=number, status_at=self.agenda.now()))
            uow.commit()

    def agents(self) -> dict[AgentStatus, int]:
        """How many agents are in each status."""
        counted = dict.fromkeys(AgentStatus, 0)
        with self.store.read() as uow:
            for agent in uow.agents.all():
                counted[agent.status] += 1
        return counted

    def between(self, bounds: tuple[float, float]) -> float:
        """Anywhere between, by the agents' luck."""
        return self.luck.uniform(*bounds)
