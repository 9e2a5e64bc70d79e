"""Customers and agents."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from json import loads
from typing import Any

from sqlalchemy import Select, String, case, cast, func, select

from ivr.domain.agents import OFF_SHIFT, Agent, AgentStatus, Crew, Team, teams_of
from ivr.domain.cases import Customer
from ivr.domain.shifts import Shift
from ivr.storage import tables
from ivr.storage.rows import Repository

Plan = tuple[int, int, int, str]
"""One shift: weekday, opens, closes, zone."""


class SqlCustomers(Repository):
    """service.store.Customers."""

    def add(self, customer: Customer) -> None:
        """Conflict at commit if the number is known already."""
        self._add(customer)

    def get(self, customer_id: str) -> Customer | None:
        """By id."""
        return self._session.find(Customer, customer_id)

    def by_number(self, number: str) -> Customer | None:
        """By E.164 number."""
        return self._first(select(Customer).where(tables.customers.c.number == number))


class SqlAgents(Repository):
    """service.store.Agents."""

    def add(self, agent: Agent) -> None:
        """Conflict at commit if another agent has the number."""
        self._add(agent)

    def get(self, agent_id: str) -> Agent | None:
        """By id."""
        return self._session.find(Agent, agent_id)

    def by_number(self, number: str) -> Agent | None:
        """By E.164 number."""
        return self._first(select(Agent).where(tables.agents.c.number == number))

    def by_name(self, name: str) -> Agent | None:
        """By name."""
        return self._first(select(Agent).where(tables.agents.c.name == name).order_by(tables.agents.c.id))

    def all(self) -> Sequence[Agent]:
        """By name."""
        return self._all(select(Agent).order_by(tables.agents.c.name, tables.agents.c.id))

    def teams(self, now: datetime) -> Sequence[Team]:
        """Counted by the database, as JSON has no equality there by its text; those with shifts are looked at."""
        c = tables.agents.c
        skills, locales = cast(c.skills, String), cast(c.locales, String)
        free = func.count(case((c.status == AgentStatus.AVAILABLE, 1)))
        has_shifts = c.id.in_(select(tables.shifts.c.agent_id))
        counted = select(skills, locales, func.count(), free).where(c.status.not_in(OFF_SHIFT), ~has_shifts)
        rows = self._session.execute(counted.group_by(skills, locales))
        always = [Team(skills=loads(s), locales=loads(lo), on_shift=staff, free=free) for s, lo, staff, free in rows]
        return [
            *always,
            *teams_of(agent for agent in self._all(select(Agent).where(has_shifts)) if agent.works_at(now)),
        ]

    def crews(self) -> Sequence[Crew]:
        """Those without shifts are counted by the database; of the others only columns are read: they may be many."""
        c = tables.agents.c
        skills, locales = cast(c.skills, String), cast(c.locales, String)
        has_shifts = c.id.in_(select(tables.shifts.c.agent_id))
        counted = select(skills, locales, func.count()).where(~has_shifts).group_by(skills, locales)
        always = [Crew(loads(s), loads(lo), count=count) for s, lo, count in self._session.execute(counted)]
        return [*always, *self._with_shifts(select(c.id, c.skills, c.locales).where(has_shifts))]

    def _with_shifts(self, agents: Select[Any]) -> Iterator[Crew]:
        plans: dict[str, list[Plan]] = defaultdict(list)
        c = tables.shifts.c
        columns = select(c.agent_id, c.weekday, c.opens, c.closes, c.zone)
        for agent_id, *plan in self._session.execute(columns.order_by(c.agent_id, c.weekday, c.opens)):
            plans[agent_id].append(tuple(plan))
        rows = self._session.execute(agents)
        alike = Counter((tuple(skills), tuple(locales), tuple(plans[key])) for key, skills, locales in rows)
        for (skills, locales, theirs), count in alike.items():
            shifts = [Shift(weekday=day, opens=opens, closes=closes, zone=zone) for day, opens, closes, zone in theirs]
            yield Crew(skills, locales, shifts, count)

    def available(self, limit: int, among: Collection[str] | None = None) -> Sequence[Agent]:
        """The longest idle first; held until the unit of work ends."""
        c = tables.agents.c
        free = select(Agent).where(c.status == AgentStatus.AVAILABLE).order_by(c.status_at, c.id)
        free = free.where(self._among(c.id, among)) if among is not None else free
        return self._all(free.limit(limit), lock=True)
