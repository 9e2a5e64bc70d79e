"""The company's own holidays: kept as rows, known to every process within seconds of a change."""

import threading
import time
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import date
from typing import Final

from ivr.domain.holidays import Holiday, by_region, check_day, check_holiday_name, check_region
from ivr.errors import IvrError
from ivr.service.ports import Clock
from ivr.service.staff_log import Member, log_act
from ivr.service.store import Store, UnitOfWork
from ivr.service.timeline import record

BELIEVED_SECONDS: Final = 5.0
"""Hours are asked about in every turn and at every dial: the list is read no more often than this."""


class KnownDaysOff:
    """domain.holidays.DaysOff over the rows. While the database is away, the list is the one before."""

    def __init__(self, store: Store, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._monotonic = monotonic
        self._known: Mapping[str, frozenset[date]] = {}
        self._read_at: float | None = None
        self._reading = threading.Lock()

    def days(self, region: str) -> frozenset[date]:
        """Of one region. Whoever comes while another thread reads takes the list before."""
        if self._is_old() and self._reading.acquire(blocking=self._read_at is None):
            try:
                self._read()
            finally:
                self._reading.release()
        return self._known.get(region, frozenset())

    def forget(self) -> None:
        """It has changed: read it at once."""
        self._read_at = None

    def _is_old(self) -> bool:
        return self._read_at is None or self._monotonic() - self._read_at > BELIEVED_SECONDS

    def _read(self) -> None:
        if not self._is_old():
            return
        try:
            with self._store.read() as uow:
                self._known = by_region(uow.staff.holidays())
        except IvrError:
            pass  # dials fail by themselves then; this list must not be what fails
        self._read_at = self._monotonic()


class Holidays:
    """What supervisors change of it; each change is in the timeline and the audit log."""

    def __init__(self, store: Store, clock: Clock, known: KnownDaysOff, regions: Container[str] = ()) -> None:
        self._store = store
        self._clock = clock
        self._known = known
        self._regions = regions

    def add(self, member: Member, region: str, days: Iterable[tuple[str, str]]) -> int:
        """Days with their names; how many. Raises CallbackRefused (`region`, `day`, `holiday_name`)."""
        where = check_region(region, self._regions)
        read = [(check_day(day), check_holiday_name(name)) for day, name in days]
        with self._store.begin() as uow:
            for day, name in read:
                uow.staff.add_holiday(Holiday(region=where, day=day, name=name, added_at=self._clock.now()))
                self._tell(uow, member, "holiday_added", {"region": where, "day": day.isoformat(), "name": name})
            uow.commit()
        self._known.forget()
        return len(read)

    def remove(self, member: Member, region: str, day: str) -> None:
        """A working day again; twice is no error. Raises as `add`."""
        where, when = check_region(region, self._regions), check_day(day)
        with self._store.begin() as uow:
            if uow.staff.remove_holiday(where, when):
                self._tell(uow, member, "holiday_removed", {"region": where, "day": when.isoformat()})
            uow.commit()
        self._known.forget()

    def _tell(self, uow: UnitOfWork, member: Member, what: str, data: dict[str, str]) -> None:
        now = self._clock.now()
        record(uow, now, what, data=data)
        log_act(uow, now, member, what, about=data["day"], data=data)
