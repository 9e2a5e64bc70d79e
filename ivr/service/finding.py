"""Rows by their ids, which may have come from anywhere."""

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
