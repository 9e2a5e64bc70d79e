"""The store's repositories in memory: same questions, same order of answers as the database's."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ivr.domain.agents import Kind, can_take
from ivr.domain.callbacks import OPEN_STATUSES, Attempt, Callback, CallbackStatus, Hold, Leg, LegState, Party
from ivr.domain.cases import Case, Customer
from ivr.domain.fairness import place_of
from ivr.errors import Conflict
from ivr.service.store import Counts, Place
from ivr.simulation.memory_calls import MemoryCalls
from ivr.simulation.shelves import Journal, Shelf

ALIVE: Final = OPEN_STATUSES | {CallbackStatus.NEEDS_HUMAN}


class MemoryCustomers(Shelf[Customer]):
    """service.store.Customers."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal, "id", lambda customer: True)

    def by_number(self, number: str) -> Customer | None:
        """By E.164 number."""
        return next((self.touch(one) for one in self.alive() if one.number == number), None)


class MemoryCases(Shelf[Case]):
    """service.store.Cases."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal, "id", lambda case: False)
        self._serial = 0

    def by_number(self, number: str) -> Case | None:
        """By the number that is spoken."""
        return next((self.touch(case) for case in self.everything() if case.number == number), None)

    def open_of(self, customer_id: str) -> Sequence[Case]:
        """Newest first."""
        mine = [case for case in self.everything() if case.customer_id == customer_id and case.closed_at is None]
        return [self.touch(case) for case in reversed(mine)]

    def of_customer(self, customer_id: str, limit: int) -> Sequence[Case]:
        """Newest first."""
        return [case for case in reversed(self.everything()) if case.customer_id == customer_id][:limit]

    def recent(self, limit: int) -> Sequence[Case]:
        """Newest first."""
        return [self.touch(case) for case in self.everything()[: -limit - 1 : -1]]

    def next_serial(self) -> int:
        """Never the same twice."""
        self._serial += 1
        return self._serial


class MemoryCallbacks(Shelf[Callback]):
    """service.store.Callbacks, with its promise: one open callback a number, and a case."""

    def __init__(self, journal: Journal, calls: MemoryCalls, legs: "MemoryLegs") -> None:
        super().__init__(journal, "id", lambda callback: callback.status in ALIVE)
        self._calls, self._legs = calls, legs
        self._by_number: dict[str, list[Callback]] = defaultdict(list)

    def add(self, callback: Callback) -> None:
        """Raises Conflict at once if its number or case has an open one."""
        if self.open_for_number(callback.number) or self.open_for_case(callback.case_id):
            raise Conflict("this number or case has an open callback")
        super().add(callback)
        self._by_number[callback.number].append(callback)

    def remove(self, callback: Callback) -> None:
        """Take back an addition."""
        super().remove(callback)
        self._by_number[callback.number].remove(callback)

    def open_for_number(self, number: str) -> Callback | None:
        """The one that may still ring this number."""
        mine = self._by_number.get(number, ())
        return next((self.touch(callback) for callback in mine if callback.is_open), None)

    def by_resume_code(self, code: str) -> Callback | None:
        """The one that this code takes up."""
        return next((self.touch(callback) for callback in self.alive() if callback.resume_code == code), None)

    def open_for_case(self, case_id: str) -> Callback | None:
        """The one that still stands."""
        return next((self.touch(c) for c in self.alive() if c.case_id == case_id and c.is_open), None)

    def of_case(self, case_id: str) -> Sequence[Callback]:
        """Oldest first."""
        return [self.touch(callback) for callback in self.everything() if callback.case_id == case_id]

    def due(self, now: datetime, limit: int, kinds: Sequence[Kind] | None = None) -> Sequence[Callback]:
        """The first in line first."""
        ripe = [c for c in self._scheduled() if c.due_at <= now]
        if kinds is not None:
            ripe = [c for c in ripe if any(can_take(*kind, c.skill, c.locale) for kind in kinds)]
        numbers = [c.number for c in ripe]
        on_the_line = self._calls.live_numbers(numbers, now) | self._legs.ringing(numbers) if ripe else frozenset()
        resumed = self._calls.resumed(now)
        free = [c for c in ripe if c.number not in on_the_line and c.id not in resumed]
        return [self.touch(c) for c in sorted(free, key=place_of)[:limit]]

    def ahead(self, now: datetime, place: datetime, limit: int, *, without: str) -> Counts:
        """All of them, whatever the limit."""
        ripe = [c for c in self._scheduled() if c.due_at <= now and place_of(c) < place]
        return Counter((c.skill, c.locale) for c in ripe if c.id != without)

    def next_due_at(self, after: datetime) -> datetime | None:
        """The earliest later than `after`."""
        return min((c.due_at for c in self._scheduled() if c.due_at > after), default=None)

    def listed(self, statuses: Sequence[str], limit: int) -> Sequence[Callback]:
        """By due_at."""
        source: Iterable[Callback] = self.alive() if set(statuses) <= ALIVE else self.everything()
        found = sorted((c for c in source if c.status in statuses), key=lambda c: (c.due_at, c.id))
        return [self.touch(callback) for callback in found[:limit]]

    def places(self, begins: datetime, ends: datetime, *, without: str = "") -> Sequence[Place]:
        """In the order in which they came."""
        waiting = (c for c in self.alive() if c.is_open and not (c.asap and c.first_rung_at) and c.id != without)
        taken = (Place(c.promised_by_at if c.asap else c.due_at, c.skill, c.locale) for c in waiting)
        return [place for place in taken if begins <= place.at < ends]

    def counted(self, now: datetime) -> Mapping[str, int]:
        """As the board shows them."""
        found = {str(status.value): sum(c.status == status for c in self.alive()) for status in ALIVE}
        return found | {"overdue": sum(c.promised_by_at < now and not c.first_rung_at for c in self._scheduled())}

    def count_proven(self, number: str, since: datetime) -> int:
        """Nothing is typed by strangers here: all count."""
        return sum(callback.created_at >= since for callback in self._by_number.get(number, ()))

    def closing_before(self, now: datetime) -> Sequence[Callback]:
        """The longest over first."""
        can_close = (CallbackStatus.SCHEDULED, CallbackStatus.UNVERIFIED)
        over = [c for c in self.alive() if c.status in can_close and c.closes_at <= now]
        return [self.touch(callback) for callback in sorted(over, key=lambda c: c.closes_at)]

    def promised_between(self, now: datetime, first: datetime, last: datetime) -> Sequence[Callback]:
        """Nobody is told that it is late."""
        return ()

    def _scheduled(self) -> list[Callback]:
        return [callback for callback in self.alive() if callback.status == CallbackStatus.SCHEDULED]


class MemoryHolds(Shelf[Hold]):
    """service.store.Holds."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal, "call_sid", lambda hold: hold.status not in ("left", "joined"))

    def waiting(self) -> Sequence[Hold]:
        """The first in line first."""
        waiting = [hold for hold in self.alive() if hold.status == "waiting"]
        return [self.touch(h) for h in sorted(waiting, key=lambda h: (place_of(h), h.call_sid))]


class MemoryAttempts(Shelf[Attempt]):
    """service.store.Attempts."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal, "id", lambda attempt: attempt.ended_at is None)
        self._by_entry: dict[str, list[Attempt]] = defaultdict(list)

    def add(self, attempt: Attempt) -> None:
        """A new one."""
        super().add(attempt)
        self._by_entry[_entry(attempt)].append(attempt)

    def remove(self, attempt: Attempt) -> None:
        """Take back an addition."""
        super().remove(attempt)
        self._by_entry[_entry(attempt)].remove(attempt)

    def of_callback(self, callback_id: str) -> Sequence[Attempt]:
        """By number."""
        return [self.touch(attempt) for attempt in self._by_entry.get(callback_id, ())]

    def of_callbacks(self, callback_ids: Sequence[str]) -> Sequence[Attempt]:
        """Each callback's by number."""
        return [attempt for callback_id in callback_ids for attempt in self.of_callback(callback_id)]

    def live(self) -> Sequence[Attempt]:
        """Oldest first."""
        return [self.touch(attempt) for attempt in self.alive()]

    def live_of_hold(self, call_sid: str) -> Attempt | None:
        """The one that rings an agent for a caller on hold."""
        return next((a for a in reversed(self.of_hold(call_sid)) if a.ended_at is None), None)

    def of_hold(self, call_sid: str) -> Sequence[Attempt]:
        """By number."""
        return self.of_callback(call_sid)

    def met_agents(self, case_ids: Sequence[str]) -> Mapping[str, str]:
        """Nobody calls about the same case twice here."""
        return {}


class MemoryLegs(Shelf[Leg]):
    """service.store.Legs, with its promises: one live leg a number, one live customer leg a callback."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal, "id", lambda leg: leg.is_live)
        self._by_attempt: dict[str | None, list[Leg]] = defaultdict(list)
        self._by_sid: dict[str, Leg] = {}
        self._placed: list[datetime] = []
        self.on_settled = self._index

    def add(self, leg: Leg) -> None:
        """Raises Conflict at once if a live leg rings this number, or another of this callback's customer lives."""
        if self.live_for_number(leg.number) or (leg.party == Party.CUSTOMER and self._rings_customer(leg)):
            raise Conflict("a live leg rings this number or customer")
        super().add(leg)
        self._by_attempt[leg.attempt_id].append(leg)

    def remove(self, leg: Leg) -> None:
        """Take back an addition."""
        super().remove(leg)
        self._by_attempt[leg.attempt_id].remove(leg)

    def _rings_customer(self, leg: Leg) -> bool:
        mine = (one for one in self.alive() if one.party == Party.CUSTOMER and one.callback_id == leg.callback_id)
        return leg.callback_id is not None and any(mine)

    def _index(self, leg: Leg, before: dict[str, Any]) -> None:
        if leg.sid is not None:
            self._by_sid[leg.sid] = leg
        if leg.placing_at is not None and before.get("placing_at") is None:
            self._placed.append(leg.placing_at)

    def several(self, leg_ids: Sequence[str]) -> Sequence[Leg]:
        """By id."""
        return [leg for leg_id in leg_ids if (leg := self.get(leg_id)) is not None]

    def by_sid(self, sid: str) -> Leg | None:
        """By the carrier's CallSid."""
        leg = self._by_sid.get(sid)
        return self.touch(leg) if leg is not None else None

    def of_attempt(self, attempt_id: str) -> Sequence[Leg]:
        """Oldest first."""
        return [self.touch(leg) for leg in self._by_attempt.get(attempt_id, ())]

    def live_for_number(self, number: str) -> Leg | None:
        """The one that may be ringing or connected."""
        return next((self.touch(leg) for leg in self.alive() if leg.number == number), None)

    def live_numbers(self, numbers: Sequence[str]) -> frozenset[str]:
        """Those that may be ringing or connected."""
        return frozenset(leg.number for leg in self.alive()).intersection(numbers)

    def ringing(self, numbers: Sequence[str]) -> frozenset[str]:
        """Those on the line, without customers who were rung first and wait for the next agent."""
        return frozenset(leg.number for leg in self.alive() if leg.waits_since_at is None).intersection(numbers)

    def to_place(self, now: datetime, limit: int) -> Sequence[Leg]:
        """Oldest first."""
        waiting = [leg for leg in self.alive() if leg.state == LegState.INTENT and _is_free(leg, now)]
        return [self.touch(leg) for leg in waiting[:limit]]

    def in_state(self, state: str, before: datetime) -> Sequence[Leg]:
        """Oldest first."""
        there = [(_since(leg), leg) for leg in self.alive() if leg.state == state]
        return [self.touch(leg) for since, leg in there if since is not None and since < before]

    def count_placed(self, since: datetime, party: Party | None = None) -> int:
        """Those that passed the point of no return since."""
        if party is None:
            return len(self._placed) - bisect_left(self._placed, since)
        return sum(leg.party == party and (leg.placing_at or since) > since for leg in self.everything())

    def count_unanswered(self, since: datetime) -> tuple[int, int]:
        """As they ended; a simulated day is shorter than `since` asks for."""
        ends = [leg.was_unanswered for leg in self.everything() if leg.party == Party.CUSTOMER]
        return len(ends) - ends.count(None), ends.count(True)


def _entry(attempt: Attempt) -> str:
    return attempt.callback_id or attempt.hold_call_sid or ""


def _is_free(leg: Leg, now: datetime) -> bool:
    return leg.owner is None or leg.lease_until_at is None or leg.lease_until_at <= now


def _since(leg: Leg) -> datetime | None:
    return leg.created_at if leg.state == LegState.INTENT else leg.placing_at
