"""What an agent's console shows: what has them now, who is next for them, and the line."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ivr.domain.agents import Agent, AgentStatus
from ivr.domain.callbacks import Attempt, Callback, CallbackStatus, Hold
from ivr.domain.cases import Case
from ivr.domain.recordings import Recording
from ivr.service.finding import agent_of, wanted_agents
from ivr.service.line import in_order, on_shift
from ivr.service.staff_log import Member
from ivr.service.store import UnitOfWork

LOOK: Final = 200
NEXT: Final = 10


@dataclass(frozen=True, kw_only=True)
class Serving:
    """Whom an agent serves."""

    now: datetime
    agent: Agent | None
    """None: the account is tied to no agent."""
    attempt: Attempt | None
    """What has them now."""
    case: Case | None
    """What it is about; after a call, what it was about."""
    recording: Recording | None
    """Of the conversation that they are in."""

    @property
    def stage(self) -> str:
        """ringing, accepted (the customer is rung), talking, or empty."""
        if self.attempt is None:
            return ""
        if self.attempt.joined_at is not None:
            return "talking"
        return "accepted" if self.attempt.accepted_at is not None else "ringing"


@dataclass(frozen=True, kw_only=True)
class Console(Serving):
    """One moment."""

    upcoming: Sequence[Callback]
    """Those of the line that they can take, the next first."""
    numbers: Mapping[str, str]
    """Numbers of cases by their ids."""
    given: Collection[str]
    """Ids of those that a supervisor gave to them by name."""
    holds: Sequence[Hold]
    due: int
    later: int
    free: int
    staff: int

    @property
    def waits_since(self) -> datetime | None:
        """The ticket of whoever is first in the line."""
        due = [callback for callback in self.upcoming if callback.due_at <= self.now]
        tickets = [hold.ticket_at for hold in self.holds] + [callback.ticket_at for callback in due]
        return min(tickets, default=None)


def read_serving(uow: UnitOfWork, member: Member, now: datetime, last_case: str = "") -> Serving:
    """`last_case`: the id of the case that they served last."""
    agent = agent_of(uow, member)
    attempt = uow.attempts.get(agent.attempt_id) if agent is not None and agent.attempt_id else None
    case_id = attempt.case_id if attempt is not None else last_case
    return Serving(
        now=now,
        agent=agent,
        attempt=attempt,
        case=uow.cases.get(case_id) if case_id else None,
        recording=uow.recordings.of_attempt(attempt.id) if attempt is not None else None,
    )


def read_console(uow: UnitOfWork, member: Member, now: datetime, last_case: str = "") -> Console:
    """`last_case`: the id of the case that they served last."""
    serving = read_serving(uow, member, now, last_case)
    agent = serving.agent
    waiting = uow.callbacks.listed([CallbackStatus.SCHEDULED], LOOK)
    fitting = [one for one in waiting if agent is None or agent.can_take(one.skill, one.locale)]
    given = wanted_agents(uow, fitting, now)
    mine = [one for one in fitting if agent is None or given.get(one.id, agent.id) == agent.id]
    due = [one for one in in_order([], [one for one in mine if one.due_at <= now]) if isinstance(one, Callback)]
    upcoming = [*due, *(one for one in mine if one.due_at > now)][:NEXT]
    agents = [one for one in uow.agents.all() if on_shift(one, now)]
    return Console(
        **vars(serving),
        upcoming=upcoming,
        numbers=uow.overview.case_numbers({one.case_id for one in upcoming}),
        given={one for one, agent_id in given.items() if agent is not None and agent_id == agent.id},
        holds=uow.holds.waiting(),
        due=sum(one.due_at <= now for one in waiting),
        later=sum(one.due_at > now for one in waiting),
        free=sum(one.status == AgentStatus.AVAILABLE for one in agents),
        staff=len(agents),
    )
