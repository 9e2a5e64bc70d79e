"""What all repositories share: a session, and locking only where rows may be changed."""

from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from ivr.service.programs import After
from ivr.storage import mapping
from ivr.storage.session import UnitSession

T = TypeVar("T")
__all__ = ["Repository", "mapping", "newest_first"]


class Repository:
    """Rows of one kind, seen through one transaction."""

    def __init__(self, session: UnitSession, *, writes: bool) -> None:
        self._session = session
        self._writes = writes

    def _add(self, entity: object) -> None:
        if not self._writes:
            raise RuntimeError("store.read() is for reading; use store.begin()")
        self._session.add(entity)

    def _all(self, query: Select[T], *, lock: bool = False) -> list[T]:
        """Entities; `lock`: rows that another transaction holds are left out (PostgreSQL), the others held."""
        if lock and self._writes:
            # "no key": rows that refer to these may still be added meanwhile
            query = query.with_for_update(skip_locked=True, key_share=True).execution_options(populate_existing=True)
        return list(self._session.scalars(query))

    def _first(self, query: Select[T]) -> T | None:
        return self._session.scalars(query.limit(1)).first()

    def _count(self, query: Select[Any]) -> int:
        return int(self._session.scalar(query) or 0)

    def _among(self, column: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
        """One statement for any number of values where there are arrays: it is read and planned once.

        As rows and not `= ANY`: PostgreSQL's plan for any array compares each row with every value.
        """
        if self._is_postgres:
            return column.in_(select(func.unnest(literal(list(values), ARRAY(column.type)))))
        return column.in_(values)

    @property
    def _is_postgres(self) -> bool:
        return self._session.get_bind().dialect.name == "postgresql"


def newest_first(query: Select[T], at: Column[Any], key: Column[Any], after: After, limit: int) -> Select[T]:
    """A page of a list, behind `after`; rows of one moment by id."""
    if after is not None:
        query = query.where(tuple_(at, key) < tuple_(*after))
    return query.order_by(at.desc(), key.desc()).limit(limit)
