"""Rows by their ids, which may have come from anywhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ivr.domain.agents import Agent
from ivr.domain.callbacks import Callback
from ivr.errors import NotFound
from ivr.service.staff_log import Member
from ivr.service.store import UnitOfWork
from ivr.service.timeline import ID


def find_callback(uow: UnitOfWork, callback_id: str) -> Callback:
    """Raises NotFound, also for what is no id at all."""
    found = uow.callbacks.get(callback_id) if ID.fullmatch(callback_id) else None
    if found is None:
        raise NotFound("no such callback")
    return found


def agent_of(uow: UnitOfWork, member: Member) -> Agent | None:
    """The agent that they are; None: they take no calls."""
    return uow.agents.get(member.agent_id) if member.agent_id else None


def wanted_agents(uow: UnitOfWork, callbacks: Sequence[Callback], now: datetime) -> Mapping[str, str]:
    """Ids of the agents to whom supervisors gave these callbacks by name, while that binds, by the callbacks' ids."""
    given = uow.staff.assignments([callback.id for callback in callbacks])
    return {one.id: given[one.id].agent_id for one in callbacks if one.id in given and given[one.id].binds(one, now)}
