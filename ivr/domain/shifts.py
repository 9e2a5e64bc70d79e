"""Weekly shifts on a wall clock: when an agent works. Who has none works always."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from ivr.domain.hours import DAY_MINUTES, DAYS, clock_changes, known_zone, weekly
from ivr.errors import SettingsError, ShiftsRefused

NEXT_DAYS: Final = 9
"""How far ahead a shift is looked for: each comes back within a week, and may be swallowed by a clock change once."""

Worked = tuple[datetime, datetime]
"""From, and until before, aware UTC."""


@dataclass(eq=False, kw_only=True)
class Shift:
    """One weekly shift, in minutes of the local day."""

    agent_id: str = ""
    weekday: int
    """0 Monday to 6 Sunday: the day on which it begins."""
    opens: int
    closes: int
    """Not later than `opens`: on the next day."""
    zone: str
    """IANA name."""

    def on(self, day: date) -> Worked:
        """Begin and end of the shift that begins on this day.

        A doubled wall time is its first reading, one that the clock skips is the change: nobody waits for an end that
        came already, and a night with a clock change is an hour longer or shorter.
        """
        length = DAY_MINUTES if self.closes <= self.opens else 0
        return _instant(day, self.opens, self.zone), _instant(day, self.closes + length, self.zone)


def read_shifts(text: str, zone: str) -> list[Shift]:
    """Read `mon-fri 09:00-17:00, sat 22:00-02:00` on the clock of a zone. Raises ShiftsRefused."""
    try:
        known_zone(zone)
        found = [Shift(weekday=day, opens=opens, closes=closes, zone=zone) for day, opens, closes in weekly(text)]
    except (ValueError, SettingsError) as error:
        raise ShiftsRefused(str(error)) from error
    if len({(shift.weekday, shift.opens) for shift in found}) < len(found):
        raise ShiftsRefused("two shifts begin at the same time of the same day; give one of them")
    return sorted(found, key=lambda shift: (shift.weekday, shift.opens))


def worked(shifts: Sequence[Shift], begins: datetime, ends: datetime) -> list[Worked]:
    """When somebody with these shifts works between two moments: in order, without overlaps. No shifts: always."""
    if not shifts:
        return [(begins, ends)]
    merged: list[Worked] = []
    for opens_at, closes_at in sorted(_turns(shifts, begins, ends)):
        if merged and opens_at <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes_at))
        else:
            merged.append((opens_at, closes_at))
    return merged


def works_at(shifts: Sequence[Shift], at: datetime) -> bool:
    """Whether this moment lies in a shift."""
    return not shifts or bool(worked(shifts, at, at + timedelta(microseconds=1)))


def next_work_at(shifts: Sequence[Shift], at: datetime) -> datetime | None:
    """The first moment not before `at` in a shift; None if there is none soon."""
    ahead = worked(shifts, at, at + timedelta(days=NEXT_DAYS))
    return ahead[0][0] if ahead else None


def told_shifts(shifts: Sequence[Shift], days: Sequence[str] = DAYS) -> list[str]:
    """`mon-fri 09:00-17:00 America/New_York`: one text for each clock time, with these names of the days."""
    ordered = sorted(shifts, key=lambda shift: (shift.opens, shift.closes, shift.zone, shift.weekday))
    same = groupby(ordered, key=lambda shift: f"{_clock(shift.opens)}-{_clock(shift.closes)} {shift.zone}")
    return [f"{_told_days([shift.weekday for shift in group], days)} {clock}" for clock, group in same]


def _turns(shifts: Sequence[Shift], begins: datetime, ends: datetime) -> Iterator[Worked]:
    """Every shift's part of a stretch of time, in any order; those of the day before may reach into it."""
    for shift in shifts:
        zone = ZoneInfo(shift.zone)
        day, last = begins.astimezone(zone).date() - timedelta(days=1), ends.astimezone(zone).date()
        day += timedelta(days=(shift.weekday - day.weekday()) % 7)
        while day <= last:
            opens_at, closes_at = shift.on(day)
            if max(opens_at, begins) < min(closes_at, ends):
                yield max(opens_at, begins), min(closes_at, ends)
            day += timedelta(days=7)


def _instant(day: date, minute: int, name: str) -> datetime:
    zone, wall = ZoneInfo(name), datetime.combine(day, time()) + timedelta(minutes=minute)
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return first
    days = sorted({second.date(), first.date()})
    return next((change for near in days for change in clock_changes(zone, near) if second < change <= first), first)


def _told_days(weekdays: Sequence[int], names: Sequence[str]) -> str:
    """Neighbours as a span: mon-fri, sun."""
    spans: list[list[int]] = []
    for day in weekdays:
        if spans and spans[-1][1] == day - 1:
            spans[-1][1] = day
        else:
            spans.append([day, day])
    return ", ".join(names[a] if a == b else f"{names[a]}-{names[b]}" for a, b in spans)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
