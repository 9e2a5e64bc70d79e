"""Domain classes mapped onto their tables; the domain does not know. Importing this maps them, once a process."""

from sqlalchemy import Table
from sqlalchemy.orm import registry

from ivr.domain.agents import Agent
from ivr.domain.callbacks import Attempt, Callback, Hold, Leg
from ivr.domain.calls import Call, Verification
from ivr.domain.cases import Case, Customer
from ivr.domain.messages import Message
from ivr.storage import guard_tables, tables
from ivr.storage.schema import metadata

MAPPED: dict[type, Table] = {
    Customer: tables.customers,
    Case: tables.cases,
    Callback: tables.callbacks,
    Hold: tables.holds,
    Attempt: tables.attempts,
    Leg: tables.legs,
    Agent: tables.agents,
    Call: tables.calls,
    Verification: tables.verifications,
    Message: tables.messages,
}
"""Events are not among them: their rows are only added, never changed."""


def _map_all() -> None:
    mapped = registry(metadata=metadata)
    for kind, table in MAPPED.items():
        # each UPDATE says WHERE version = the one that was read: the second of two writers gets StaleDataError
        mapped.map_imperatively(kind, table, version_id_col=table.c.get("version"))


_map_all()

__all__ = ["MAPPED", "guard_tables", "metadata"]
