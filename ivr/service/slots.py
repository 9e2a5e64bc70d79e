"""Which moments can still be promised: slots of staffed agents, less what is promised in them already."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.agents import Crew
from ivr.domain.hours import Hours
from ivr.domain.moments import Window
from ivr.domain.policies import CallbackRules, window_end
from ivr.domain.slots import Need, Slot, Staff, room, slot_at, slot_length
from ivr.domain.windows import first_due
from ivr.errors import CallbackRefused
from ivr.service.line import Line
from ivr.service.ports import Clock
from ivr.service.store import Place, UnitOfWork

LOCK: Final = "slots"
RATE: Final = "no_answer_rate"
RATE_VALID: Final = timedelta(hours=1)
"""Weeks are not counted again for every booking."""
RATE_SHOWN: Final = timedelta(days=1)
"""Nor for those who only look at free times: a booking measures anew before it promises."""
SOON_LIMIT: Final = timedelta(days=1)
"""So much later than the wait alone, and it is not soon any more."""
ROUND: Final = timedelta(minutes=5)
"""Offered moments are told to people: no odd minutes."""


class NotThen(CallbackRefused):
    """The named moment cannot be had: `hours`, `too_soon`, `full`.

    `.nearest_at`: the first later one that can (aware UTC), if any. `.zone`: in which it is told.
    """

    def __init__(self, reason: str, detail: str, nearest_at: datetime | None, zone: str) -> None:
        after = f"; the next one that can be had: {nearest_at.isoformat()}" if nearest_at else ""
        super().__init__(reason, f"{detail}{after}")
        self.nearest_at = nearest_at
        self.zone = zone


@dataclass(frozen=True)
class Wanted:
    """Whom somebody must be able to serve."""

    skill: str
    locale: str
    moved_id: str = ""
    """The callback that is moved: it does not stand in its own way."""
    held: bool = False
    """The place is theirs already; only the hours are asked again."""


@dataclass(frozen=True)
class FreeSlot:
    """A stretch of time in which a callback can be promised, from its first moment inside the hours."""

    at: datetime
    ends_at: datetime
    free: int | None
    """How many more can; None: no agent is known yet who could take it, so nothing is limited."""


class Slots:
    """Capacity: how many callbacks may be promised when."""

    def __init__(self, clock: Clock, rules: CallbackRules, line: Line) -> None:
        self._clock = clock
        self._rules = rules
        self._line = line

    @property
    def earliest_at(self) -> datetime:
        """Nothing is promised for before: the lead time."""
        return self._clock.now() + timedelta(seconds=self._rules.booking.lead_seconds)

    @property
    def latest_at(self) -> datetime:
        """Nor for later."""
        return self._clock.now() + timedelta(days=self._rules.booking.horizon_days)

    def take(self, uow: UnitOfWork, wanted: Wanted, at: datetime) -> bool:
        """Whether one more can be promised at this moment; until this transaction ends nobody else is told so."""
        uow.guards.lock(LOCK)
        self._keep_rate(uow)
        return self.has_room(uow, wanted, at)

    def latest(self, uow: UnitOfWork, wanted: Wanted, hours: Hours, at: datetime) -> datetime | None:
        """`at`, or the first later moment at which there is room for whoever is rung as soon as possible.

        Until this transaction ends nobody else is told so. None: not within a day.
        """
        uow.guards.lock(LOCK)
        self._keep_rate(uow)
        if self.has_room(uow, wanted, at):
            return at
        found = next(self.free(uow, wanted, hours, at, at + SOON_LIMIT), None)
        return min(found.ends_at, window_end(hours, found.at)) if found else None

    def take_within(self, uow: UnitOfWork, wanted: Wanted, hours: Hours, window: Window) -> datetime | None:
        """As `take`, for the first moment of a window with room; None: it is full."""
        uow.guards.lock(LOCK)
        self._keep_rate(uow)
        return self.first_within(uow, wanted, hours, window)

    def first_within(self, uow: UnitOfWork, wanted: Wanted, hours: Hours, window: Window) -> datetime | None:
        """The first moment of a window that can be promised, as things stand; its end leaves time to ring both."""
        begins, ends = window
        last_at = ends - timedelta(seconds=self._rules.dial.reserve_seconds)
        if self.earliest_at <= begins <= last_at and self.has_room(uow, wanted, begins):
            return begins
        return next((slot.at for slot in self.free(uow, wanted, hours, begins, last_at) if slot.at <= last_at), None)

    def why_not(self, uow: UnitOfWork, wanted: Wanted, at: datetime) -> str:
        """`too_soon`, `full`, or empty: it can be promised as things stand."""
        if at < self.earliest_at:
            return "too_soon"
        return "" if self.has_room(uow, wanted, at) else "full"

    def has_room(self, uow: UnitOfWork, wanted: Wanted, at: datetime) -> bool:
        """Whether one more can be promised at this moment, as things stand."""
        plan = self._plan(uow, wanted)
        slot = slot_at(at, plan.length)
        return plan.over(uow, *slot).free(slot) != 0

    def nearest(self, uow: UnitOfWork, wanted: Wanted, hours: Hours, at: datetime) -> datetime | None:
        """The first moment from `at` on that can be promised."""
        return next((slot.at for slot in self.free(uow, wanted, hours, at, self.latest_at)), None)

    def free(self, uow: UnitOfWork, wanted: Wanted, hours: Hours, at: datetime, until: datetime) -> Iterator[FreeSlot]:
        """Every slot with room that begins from `at` on and not after `until`, in order."""
        plan, past = self._plan(uow, wanted), None
        until = min(until, self.latest_at)
        for opens_at, last_at in self._openings(hours, _rounded(max(at, self.earliest_at)), until):
            first, last = slot_at(opens_at, plan.length), slot_at(last_at, plan.length)
            book = plan.over(uow, first[0], last[1])
            for slot in _slots(first, last):
                places = None if slot == past else book.free(slot)
                if slot != past and places != 0:
                    yield FreeSlot(max(slot[0], opens_at), slot[1], places)
                past = slot

    def no_answer_rate(self, uow: UnitOfWork) -> float:
        """The share of customers' telephones, of those rung in the last weeks, that nobody answered."""
        noted = self._noted_rate(uow, RATE_SHOWN)
        return self._measured_rate(uow) if noted is None else noted

    def _keep_rate(self, uow: UnitOfWork) -> None:
        """Write the rate down when it is an hour old."""
        if self._noted_rate(uow, RATE_VALID) is None:
            rate, now = round(self._measured_rate(uow), 4), self._clock.now()
            uow.guards.set_note(RATE, {"rate": rate, "measured_at": now.isoformat()})

    def _noted_rate(self, uow: UnitOfWork, span: timedelta) -> float | None:
        """What was written down less than `span` ago."""
        note, now = uow.guards.get_note(RATE), self._clock.now()
        is_valid = note is not None and now - span < datetime.fromisoformat(note["measured_at"]) <= now
        return float(note["rate"]) if note is not None and is_valid else None

    def _measured_rate(self, uow: UnitOfWork) -> float:
        rules = self._rules.slots
        rung, unanswered = uow.legs.count_unanswered(self._clock.now() - timedelta(days=rules.measured_days))
        return unanswered / rung if rung >= rules.measured_least else 0.0

    def _openings(self, hours: Hours, at: datetime, until: datetime) -> Iterator[Slot]:
        """The hours of a number, each until the last moment that leaves time for both telephones."""
        reserve_seconds = self._rules.dial.reserve_seconds
        opens_at = first_due(hours, at, reserve_seconds)
        while opens_at is not None and opens_at <= until:
            closes_at = window_end(hours, opens_at)
            yield opens_at, min(closes_at - timedelta(seconds=reserve_seconds), until)
            opens_at = first_due(hours, closes_at, reserve_seconds)

    def _plan(self, uow: UnitOfWork, wanted: Wanted) -> "Plan":
        overbooked = min(self._rules.slots.overbooked_most, self.no_answer_rate(uow))
        length = slot_length(self._rules.slots.slot_seconds, self._line.handle_seconds(uow, wanted.skill))
        return Plan(self._line, wanted, uow.agents.crews(), length, overbooked)


@dataclass(frozen=True)
class Plan:
    """What one look at the slots goes by."""

    line: Line
    wanted: Wanted
    crews: Sequence[Crew]
    length: timedelta
    overbooked: float
    seconds: dict[str, float] = field(default_factory=dict)
    """Measured handling time by skill, as it is asked for."""

    def over(self, uow: UnitOfWork, begins: datetime, ends: datetime) -> "Book":
        """The promises and the staff of a stretch of time."""
        promised: dict[Slot, Counter[Need]] = defaultdict(Counter)
        for place in uow.callbacks.places(begins, ends, without=self.wanted.moved_id):
            promised[slot_at(place.at, self.length)][self._need(uow, place)] += place.promises
        return Book(self._need(uow, self.wanted), promised, Staff(self.crews, begins, ends), self)

    def _need(self, uow: UnitOfWork, of: Place | Wanted) -> Need:
        """By language: all countries of one are served by the same agents."""
        if of.skill not in self.seconds:
            self.seconds[of.skill] = self.line.handle_seconds(uow, of.skill)
        return Need(of.skill, of.locale.partition("-")[0], self.seconds[of.skill])


@dataclass(frozen=True)
class Book:
    """What is promised, and who is there, in a stretch of time."""

    need: Need
    promised: Mapping[Slot, Mapping[Need, int]]
    staff: Staff
    plan: Plan

    def free(self, slot: Slot) -> int | None:
        """How many more fit in; None without any agent who could ever take it: the people are still to be added."""
        if not any(crew.can_take(self.need.skill, self.need.locale) for crew in self.plan.crews):
            return None
        promised = self.promised.get(slot, {})
        return room(self.need, promised, self.staff.in_slot(slot), overbooked=self.plan.overbooked)


def _slots(first: Slot, last: Slot) -> Iterator[Slot]:
    length = first[1] - first[0]
    while first[0] <= last[0]:
        yield first
        first = first[1], first[1] + length


def _rounded(at: datetime) -> datetime:
    """Up to the next five minutes."""
    over = timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)
    return at + (ROUND - over) % ROUND
