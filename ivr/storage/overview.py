"""What supervisors look for among all callbacks and cases."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select

from ivr.domain.callbacks import Callback
from ivr.service.overview_store import CallbackSearch
from ivr.storage.rows import Repository
from ivr.storage.schema import IS_OPEN
from ivr.storage.tables import callbacks, cases


class SqlOverview(Repository):
    """service.overview_store.Overview."""

    def find_callbacks(self, search: CallbackSearch, limit: int) -> Sequence[Callback]:
        """By the moment at which they were asked for, the newest first."""
        c = callbacks.c
        query = select(Callback).order_by(c.created_at.desc(), c.id.desc()).limit(limit)
        query = query.where(c.status == search.status) if search.status else query
        query = query.where(c.skill == search.skill) if search.skill else query
        query = query.where(c.number.endswith(search.ending, autoescape=True)) if search.ending else query
        if search.case_number:
            query = query.where(c.case_id.in_(select(cases.c.id).where(cases.c.number == search.case_number)))
        if search.late_at is not None:
            query = query.where(IS_OPEN, c.first_rung_at.is_(None), c.promised_by_at < search.late_at)
        return self._all(self._after(query, search.before) if search.before else query)

    def _after(self, query: Select[Callback], last_id: str) -> Select[Callback]:
        """Those that follow this one."""
        c, last = callbacks.c, self._session.find(Callback, last_id)
        if last is None:
            return query
        earlier = c.created_at < last.created_at
        return query.where(or_(earlier, and_(c.created_at == last.created_at, c.id < last.id)))

    def case_numbers(self, case_ids: Collection[str]) -> Mapping[str, str]:
        """In one query."""
        numbers = select(cases.c.id, cases.c.number).where(self._among(cases.c.id, case_ids))
        return {str(row.id): str(row.number) for row in self._session.execute(numbers)}

    def created_callbacks(self, since: datetime, limit: int) -> Sequence[Callback]:
        """The newest first."""
        c = callbacks.c
        return self._all(select(Callback).where(c.created_at >= since).order_by(c.created_at.desc()).limit(limit))

    def case_kinds(self, since: datetime) -> Mapping[str, int]:
        """Counted by the database."""
        c = cases.c
        counted = select(c.kind, func.count()).where(c.opened_at >= since).group_by(c.kind)
        return {str(kind): count for kind, count in self._session.execute(counted)}
