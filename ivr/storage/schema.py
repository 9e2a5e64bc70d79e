"""What tables are made of: kinds of columns, and the conditions of partial indexes.

Partial indexes and the queries that use them share one text of the condition: a bound parameter in its place would hide
the index from both planners.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    TextClause,
    text,
)

from ivr.domain.callbacks import LIVE_LEG_STATES, OPEN_STATUSES, RESUMABLE, CallbackStatus, LegState, Party
from ivr.domain.messages import MessageStatus
from ivr.storage.columns import EnumText, Text, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


ENDED_STATUSES: Final = frozenset({CallbackStatus.DONE, CallbackStatus.CANCELED, CallbackStatus.EXPIRED})


def one_of(column: str, values: Iterable[StrEnum]) -> TextClause:
    """`column IN (...)` with the values written out, in a fixed order."""
    names = sorted(value.value for value in values)
    if len(names) == 1:
        return text(f"{column} = '{names[0]}'")
    return text(f"{column} IN ({', '.join(repr(name) for name in names)})")


IS_OPEN: Final = one_of("status", OPEN_STATUSES)
IS_OPEN_ASAP: Final = text(f"asap AND {IS_OPEN.text}")
IS_SCHEDULED: Final = one_of("status", {CallbackStatus.SCHEDULED})
IS_IN_HAND: Final = one_of("status", OPEN_STATUSES - {CallbackStatus.SCHEDULED} | {CallbackStatus.NEEDS_HUMAN})
HAS_CODE: Final = text(f"{one_of('status', OPEN_STATUSES | RESUMABLE).text} AND resume_code <> ''")
HAS_ENDED: Final = one_of("status", ENDED_STATUSES)
CAN_CLOSE: Final = one_of("status", {CallbackStatus.SCHEDULED, CallbackStatus.UNVERIFIED})
IS_WAITING: Final = text("status = 'waiting'")
IS_LIVE_LEG: Final = one_of("state", LIVE_LEG_STATES)
IS_LIVE_CUSTOMER_LEG: Final = text(f"party = '{Party.CUSTOMER.value}' AND {IS_LIVE_LEG.text}")
IS_INTENT: Final = one_of("state", {LegState.INTENT})
ABOUT_CASE: Final = text("case_id IS NOT NULL")
NOT_ENDED: Final = text("ended_at IS NULL")
HAS_MET: Final = text("joined_at IS NOT NULL")
IS_TO_SEND: Final = one_of("status", {MessageStatus.WAITING, MessageStatus.SENDING})
WAS_ESCALATED: Final = text("escalated_at IS NOT NULL")
WAS_PLACED: Final = text("placing_at IS NOT NULL")

BigSerial = BigInteger().with_variant(Integer, "sqlite")
Json = JSON(none_as_null=True)


def key(name: str = "id") -> Column[Any]:
    """Primary key, or a part of it."""
    return Column(name, Text, primary_key=True)


def string(name: str, *, null: bool = False) -> Column[Any]:
    """Text."""
    return Column(name, Text, nullable=null)


def moment(name: str, *, null: bool = False) -> Column[Any]:
    """Aware UTC."""
    return Column(name, UtcDateTime, nullable=null)


def integer(name: str, *, null: bool = False) -> Column[Any]:
    """A number."""
    return Column(name, Integer, nullable=null)


def choice(name: str, kind: type[StrEnum], *, null: bool = False) -> Column[Any]:
    """An enum, as text."""
    return Column(name, EnumText(kind), nullable=null)


def belongs_to(name: str, target: str, *, null: bool = False) -> Column[Any]:
    """A foreign key, checked at commit: rows of one transaction are written in any order."""
    return Column(name, Text, ForeignKey(target, deferrable=True, initially="DEFERRED"), nullable=null)


def partial(name: str, *columns: str, where: TextClause, unique: bool = False) -> Index:
    """An index on the rows that meet a condition."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
