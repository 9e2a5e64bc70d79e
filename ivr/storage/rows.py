"""What all repositories share: a session, and locking only where rows may be changed."""

from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from ivr.storage import mapping

T = TypeVar("T")
__all__ = ["Repository", "mapping"]


class Repository:
    """Rows of one kind, seen through one transaction."""

    def __init__(self, session: Session, *, writes: bool) -> None:
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
