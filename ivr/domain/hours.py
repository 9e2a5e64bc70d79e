"""When we are open and when a telephone may ring: weekly hours in a zone, and the overlap of several zones."""

import re
from abc import ABC, abstractmethod
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Protocol, Self
from zoneinfo import ZoneInfo

from ivr.errors import SettingsError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
MIDNIGHT = frozenset({0})
HORIZON_DAYS = 15
"""How far an opening or closing is looked for; every weekly rule repeats well within it."""
EARLIEST, LATEST = time(8), time(20)
"""The floor under every setting: no invited call before 8 or after 20 local (reliability.md, law)."""
LATEST_EVENING = time(21)
"""Nor after this where the law of a place is known to allow it (domain/evenings.py)."""

_SPANS = re.compile(
    r"(?P<first>[a-z]{3})[a-z]*(?:\s*-\s*(?P<last>[a-z]{3})[a-z]*)?\s+(?P<opens>\S+?)\s*-\s*(?P<closes>\S+)"
)


class Hours(Protocol):
    """Anything that is open or closed at a moment. All moments are aware UTC."""

    def allows(self, at: datetime) -> bool:
        """Whether it is open at this moment (the opening moment is inside, the closing one outside)."""

    def next_allowed(self, at: datetime) -> datetime | None:
        """The first open moment not before `at`; None if there is none within HORIZON_DAYS."""

    def closes_after(self, at: datetime) -> datetime | None:
        """The first closed moment not before `at`; None if it stays open throughout HORIZON_DAYS."""


@dataclass(frozen=True)
class Span:
    """One opening on one weekday, in minutes of the local day; `closes` is exclusive and at most 1,440."""

    weekday: int
    """0 Monday to 6 Sunday."""
    opens: int
    closes: int


class _Stepwise(ABC):
    """Openings as steps: `allows` is the only truth, and it can change at `_edges` only."""

    @abstractmethod
    def allows(self, at: datetime) -> bool:
        """Whether it is open at this moment."""

    @abstractmethod
    def edges(self, day: date) -> Iterable[datetime]:
        """Every moment of a UTC day's surroundings at which `allows` may change, in any order."""

    def next_allowed(self, at: datetime) -> datetime | None:
        """The first open moment not before `at`, or None."""
        return next((moment for moment in self._moments(at) if self.allows(moment)), None)

    def closes_after(self, at: datetime) -> datetime | None:
        """The first closed moment not before `at`, or None."""
        return next((moment for moment in self._moments(at) if not self.allows(moment)), None)

    def _moments(self, at: datetime) -> Iterator[datetime]:
        at = at.astimezone(UTC)
        yield at
        for offset in range(HORIZON_DAYS):
            day = at.date() + timedelta(days=offset)
            # Edges of neighbouring local days fall into this UTC day too; only this day's share is taken, in order.
            found = {edge for near in (-1, 0, 1) for edge in self.edges(day + timedelta(days=near))}
            yield from sorted(edge for edge in found if edge > at and edge.date() == day)


@dataclass(frozen=True)
class OpeningHours(_Stepwise):
    """Weekly hours on one zone's wall clock (`IVR_HOURS`)."""

    zone: str
    """IANA name."""
    spans: tuple[Span, ...]
    closed: frozenset[date] = frozenset()
    """Dates on which it stays closed, on the same clock."""

    @classmethod
    def parse(cls, text: str, zone: str) -> Self:
        """Read `always`, or `Mon-Fri 09:00-17:00, Sat 10:00-14:00`. Raises SettingsError."""
        known_zone(zone)
        if text.strip().lower() == "always":
            return cls(zone, tuple(Span(day, 0, DAY_MINUTES) for day in range(7)))
        try:
            return cls(zone, _spans(text))
        except ValueError as error:
            raise SettingsError(f"IVR_HOURS: {error}") from error

    @classmethod
    def daily(cls, zone: str, opens: time, closes: time, evenings: frozenset[int] = frozenset()) -> Self:
        """The same hours on every day that are inside 8 to 20, to 21 on these weekdays."""
        first, last = _minutes(max(opens, EARLIEST)), _minutes(min(closes, LATEST))
        late = _minutes(min(closes, LATEST_EVENING))
        return cls(zone, tuple(Span(day, first, late if day in evenings else last) for day in range(7)))

    def without(self, closed: frozenset[date]) -> Self:
        """The same, closed on these dates too."""
        return replace(self, closed=self.closed | closed) if closed else self

    def allows(self, at: datetime) -> bool:
        """Whether the wall clock of the zone is inside a span."""
        local = at.astimezone(known_zone(self.zone))
        if local.date() in self.closed:
            return False
        minute = local.hour * 60 + local.minute
        return any(span.weekday == local.weekday() and span.opens <= minute < span.closes for span in self.spans)

    def edges(self, day: date) -> Iterable[datetime]:
        """Both readings of every opening and closing of a local day, and the clock change if there is one.

        A wall time in a gap has no moment of its own: there the change itself is the edge; a doubled one has two.
        """
        return _edges(self.zone, self._minutes, day)

    @cached_property
    def _minutes(self) -> frozenset[int]:
        return MIDNIGHT | frozenset({minute for span in self.spans for minute in (span.opens, span.closes)})


@dataclass(frozen=True)
class RestDays(_Stepwise):
    """Open on all dates but these, on one zone's clock."""

    zone: str
    days: Container[date]

    def allows(self, at: datetime) -> bool:
        """Whether it is none of them."""
        return at.astimezone(known_zone(self.zone)).date() not in self.days

    def edges(self, day: date) -> Iterable[datetime]:
        """Its midnight."""
        return _edges(self.zone, MIDNIGHT, day)


@dataclass(frozen=True)
class Overlap(_Stepwise):
    """Open while every part is open; with no parts: always."""

    parts: tuple[_Stepwise, ...]

    def allows(self, at: datetime) -> bool:
        """Whether all parts allow it."""
        return all(part.allows(at) for part in self.parts)

    def edges(self, day: date) -> Iterable[datetime]:
        """The edges of all parts."""
        return (edge for part in self.parts for edge in part.edges(day))


@dataclass(frozen=True)
class Within:
    """Hours: open while both are."""

    hours: Hours
    narrower: Hours

    def allows(self, at: datetime) -> bool:
        """Whether both allow it."""
        return self.hours.allows(at) and self.narrower.allows(at)

    def next_allowed(self, at: datetime) -> datetime | None:
        """Each in turn moves it on until the other agrees."""
        until = at + timedelta(days=HORIZON_DAYS)
        while at <= until:
            first, second = self.hours.next_allowed(at), self.narrower.next_allowed(at)
            if first is None or second is None:
                return None
            if first == second:
                return first
            at = max(first, second)
        return None

    def closes_after(self, at: datetime) -> datetime | None:
        """Whichever closes first."""
        ends = (self.hours.closes_after(at), self.narrower.closes_after(at))
        return min((end for end in ends if end is not None), default=None)


@dataclass(frozen=True)
class CallingHours(Overlap):
    """When a customer's telephone may ring: inside the hours of every zone in which the number may lie."""

    @classmethod
    def of(
        cls,
        zones: Iterable[str],
        opens: time = time(9),
        closes: time = time(19),
        closed: frozenset[date] = frozenset(),
        evenings: frozenset[int] = frozenset(),
    ) -> Self:
        """Daily hours in all the zones, never outside 8 to 20, or to 21 on the weekdays that are evenings.

        Raises SettingsError for an unknown zone.
        """
        names = tuple(dict.fromkeys(zones))
        if not names:
            raise SettingsError("calling hours need at least one time zone, such as America/New_York")
        return cls(tuple(OpeningHours.daily(name, opens, closes, evenings).without(closed) for name in names))

    @classmethod
    def always(cls) -> Self:
        """No limit at all: for the demonstration with its own carrier, never for real telephones."""
        return cls(())


def weekly(text: str) -> Iterator[tuple[int, int, int]]:
    """Read `Mon-Fri 09:00-17:00, Sat 22:00-02:00`: weekday, opening and closing minute; not later: the next day's.

    Raises ValueError.
    """
    for part in text.split(","):
        found = _SPANS.fullmatch(part.strip().lower())
        if found is None:
            raise ValueError(f"{part.strip()!r} is not like 'Mon-Fri 09:00-17:00'")
        first = _weekday(found["first"])
        last = _weekday(found["last"]) if found["last"] else first
        opens, closes = _clock_time(found["opens"]), _clock_time(found["closes"])
        yield from (((first + step) % 7, opens, closes) for step in range((last - first) % 7 + 1))


@lru_cache(maxsize=256)
def _spans(text: str) -> tuple[Span, ...]:
    """Kept: the same hours are written for many places."""
    return tuple(span for day in weekly(text) for span in _day_spans(*day))


def _day_spans(day: int, opens: int, closes: int) -> Iterator[Span]:
    if closes > opens:
        yield Span(day, opens, closes)
        return
    yield Span(day, opens, DAY_MINUTES)  # past midnight: the rest belongs to the next day
    if closes:
        yield Span((day + 1) % 7, 0, closes)


def _weekday(name: str) -> int:
    if name not in DAYS:
        raise ValueError(f"{name!r} is not a weekday; use Mon, Tue, Wed, Thu, Fri, Sat, Sun")
    return DAYS.index(name)


def _clock_time(text: str) -> int:
    hour, colon, minute = text.partition(":")
    if colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2:
        minutes = int(hour) * 60 + int(minute)
        if int(minute) < 60 and minutes <= DAY_MINUTES:
            return minutes
    raise ValueError(f"{text!r} is not a time from 00:00 to 24:00")


@lru_cache(maxsize=20_000)
def _edges(zone_name: str, minutes: frozenset[int], day: date) -> tuple[datetime, ...]:
    """Kept: a week of free times asks for the same days hundreds of times."""
    zone, midnight = known_zone(zone_name), datetime.combine(day, time())
    walls = [(midnight + timedelta(minutes=minute)).replace(tzinfo=zone) for minute in minutes]
    found = (wall.replace(fold=fold).astimezone(UTC) for wall in walls for fold in (0, 1))
    return (*dict.fromkeys(found), *clock_changes(zone, day))


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def known_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises SettingsError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(f"{name!r} is not a time zone; use an IANA name such as Europe/Berlin") from error


def clock_changes(zone: ZoneInfo, day: date) -> Iterator[datetime]:
    """The moments of a UTC day at which the zone's offset changes, to the second (zoneinfo does not tell them)."""
    start = datetime.combine(day, time(), UTC)
    for hours in range(0, 24, 6):
        low, high = start + timedelta(hours=hours), start + timedelta(hours=hours + 6)
        if low.astimezone(zone).utcoffset() == high.astimezone(zone).utcoffset():
            continue
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) // 2
            middle = middle.replace(microsecond=0)
            same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
            low, high = (middle, high) if same else (low, middle)
        yield high
