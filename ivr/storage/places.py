"""Places in line that are kept for callers who were cut off."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from ivr.domain.places import KeptPlace
from ivr.storage.place_tables import kept_places as table
from ivr.storage.rows import Repository


class SqlKeptPlaces(Repository):
    """service.places.KeptPlaces."""

    def add(self, place: KeptPlace) -> None:
        """Conflict at commit if its call or its code has one."""
        self._add(place)

    def get(self, call_sid: str) -> KeptPlace | None:
        """By the call in which they waited."""
        return self._session.find(KeptPlace, call_sid)

    def by_number(self, number: str, now: datetime) -> KeptPlace | None:
        """The one that was left last."""
        return self._last(table.c.number == number, now)

    def by_code(self, code: str, now: datetime) -> KeptPlace | None:
        """By its code."""
        return self._last(table.c.code == code, now)

    def has_code(self, code: str) -> bool:
        """Whether any has this code, still valid or not."""
        return self._first(select(KeptPlace).where(table.c.code == code)) is not None

    def sweep(self, before: datetime) -> None:
        """Forget those that were over before."""
        over_at = func.coalesce(table.c.expires_at, table.c.ticket_at)  # who was served never had a time to come back
        self._session.execute(delete(table).where(over_at < before))

    def _last(self, mine: ColumnElement[bool], now: datetime) -> KeptPlace | None:
        c = table.c
        free = select(KeptPlace).where(mine, c.expires_at > now, c.taken_at.is_(None))
        return self._first(free.order_by(c.expires_at.desc()))
