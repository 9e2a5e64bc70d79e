"""The audit log: one line for everything that staff saw or changed, in the transaction in which they did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.domain.staff import AuditLine, StaffRole
from ivr.service.store import UnitOfWork
from ivr.service.timeline import new_id


@dataclass(frozen=True)
class Member:
    """Somebody of the staff, signed in."""

    user_id: str
    name: str
    role: StaffRole
    agent_id: str = ""
    """The agent that they are; empty: they take no calls."""

    def may(self, role: StaffRole) -> bool:
        """Whether their role includes this one."""
        return self.role.may(role)


def log_act(
    uow: UnitOfWork, at: datetime, who: Member, what: str, *, about: str = "", data: Mapping[str, Any] | None = None
) -> None:
    """Add a line; `data` holds JSON values, numbers masked."""
    line = AuditLine(
        id=new_id(), at=at, user_id=who.user_id, name=who.name, what=what, about=about, data=dict(data or {})
    )
    uow.staff.log(line)
