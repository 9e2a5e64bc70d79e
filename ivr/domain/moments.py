"""The moment of a callback: as said (When), and its resolution against a clock, a zone and opening hours."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import islice
from typing import Final, Protocol

from ivr.domain.when import When as When
from ivr.domain.when import clock_times, days_meant, lacks_day, names_day


class AskBack(StrEnum):
    """Why a moment can't be taken as said; each has a prompt `moment_<value>`."""

    CONFLICT = "conflict"
    WHICH_DAY = "which_day"
    WHICH_TIME = "which_time"
    AM_OR_PM = "am_or_pm"
    CLOSED = "closed"
    TOO_SOON = "too_soon"
    FULL = "full"
    """Everybody on shift then is promised to others."""
    TOO_FAR = "too_far"
    NO_SUCH_TIME = "no_such_time"


@dataclass(frozen=True)
class Resolved:
    """A moment that can be read back and promised."""

    at: datetime
    """Aware UTC."""
    until: datetime | None = None
    """The end of a window, which begins `at`; None: a moment."""


@dataclass(frozen=True)
class Unresolved:
    """Ask back for this reason; `nearest_at` (aware UTC) is offered when there is one."""

    reason: AskBack
    nearest_at: datetime | None = None


class Opening(Protocol):
    """When the customer may be rung, such as `hours.CallingHours`. All moments are aware UTC."""

    def allows(self, at: datetime) -> bool:
        """Whether a telephone may ring at this moment."""

    def next_allowed(self, at: datetime) -> datetime | None:
        """The first allowed moment not before `at`; None if there is none soon."""

    def closes_after(self, at: datetime) -> datetime | None:
        """Until when it stays allowed without a break; None: always."""


HORIZON: Final = timedelta(days=30)
"""Later moments are refused."""
SHORTEST_WINDOW: Final = timedelta(minutes=30)
LONGEST_WINDOW: Final = timedelta(hours=8)
"""Windows that are shorter or longer are asked back."""
Window = tuple[datetime, datetime]
PART_HOURS: Final = {"morning": (9, 12), "afternoon": (13, 17), "evening": (17, 21)}
"""A part of the day without an hour means its first hour; it is over at the second."""
PART_BEGINS: Final = {"afternoon": time(12), "evening": time(17)}
"""From when on "tomorrow afternoon before five" may be; a morning has no begin but the hours."""


def resolve(
    when: When, now: datetime, zone: tzinfo, opening: Opening, horizon: timedelta = HORIZON
) -> Resolved | Unresolved:
    """When it is, on the clock of the zone, or what to ask back. `now` is aware UTC; later than `horizon`: too far."""
    found = _resolved(when, now, zone, opening)
    at = found.at if isinstance(found, Resolved) else found.nearest_at
    return Unresolved(AskBack.TOO_FAR) if at is not None and at - now > horizon else found


def _resolved(when: When, now: datetime, zone: tzinfo, opening: Opening) -> Resolved | Unresolved:
    if when.conflict:
        return Unresolved(AskBack.CONFLICT)
    if when.asap or when.in_seconds is not None:
        return _checked(now + timedelta(seconds=when.in_seconds or 0), now, opening)
    if not (_is_clock(when.hour or 0, when.minute) and _is_clock(when.until_hour or 0, when.until_minute)):
        return Unresolved(AskBack.WHICH_TIME)
    if when.is_latest:
        return _until(when, now, zone, opening)
    if when.hour is None:
        return _without_hour(when, now, zone, opening)
    if when.until_hour is not None:
        return _within_a_day(when, now, zone, opening)
    return _on_a_day(when, now, zone, opening)


def _is_clock(hour: int, minute: int | None) -> bool:
    return 0 <= hour <= 23 and 0 <= (minute or 0) <= 59


def _without_hour(when: When, now: datetime, zone: tzinfo, opening: Opening) -> Resolved | Unresolved:
    """A part of a day stands for its first hour, unless the day was named, that is over and the part is not: ask."""
    if lacks_day(when):
        return Unresolved(AskBack.WHICH_DAY)
    if when.part not in PART_HOURS:
        return Unresolved(AskBack.WHICH_TIME)
    begins, ends = PART_HOURS[when.part]
    local = now.astimezone(zone)
    first_day = next(days_meant(when, local.date()), None)
    if names_day(when) and first_day == local.date() and begins <= local.hour < ends:
        return Unresolved(AskBack.WHICH_TIME)
    return _on_a_day(replace(when, hour=begins, minute=0, half="24"), now, zone, opening)


def _on_a_day(when: When, now: datetime, zone: tzinfo, opening: Opening) -> Resolved | Unresolved:
    """The first day with a time that is not over; a missing half of the day is taken from the opening hours."""
    if lacks_day(when):
        return Unresolved(AskBack.WHICH_DAY)
    for day in days_meant(when, now.astimezone(zone).date()):
        times = [_local(day, clock, zone) for clock in clock_times(when)]
        ahead = [at for at in times if at.astimezone(UTC) > now]
        if when.half is None and len(ahead) < len(times) and not names_day(when):
            ahead = _next_of_each(times, now, zone)
        if ahead:
            return _chosen(ahead, now, opening)
    return Unresolved(AskBack.WHICH_DAY)


def _chosen(times: list[datetime], now: datetime, opening: Opening) -> Resolved | Unresolved:
    """The only one that fits; if several fit, ask; if none, tell the nearest."""
    fitting = [at for at in times if opening.allows(at.astimezone(UTC))]
    if len(fitting) > 1:
        return Unresolved(AskBack.AM_OR_PM)
    at = (fitting or times)[0]
    if not _exists(at):
        return Unresolved(AskBack.NO_SUCH_TIME, opening.next_allowed(at.astimezone(UTC)))
    return _checked(at.astimezone(UTC), now, opening)


def _checked(at: datetime, now: datetime, opening: Opening) -> Resolved | Unresolved:
    if not opening.allows(at):
        return Unresolved(AskBack.CLOSED, opening.next_allowed(at))
    return Resolved(at)


def _within_a_day(when: When, now: datetime, zone: tzinfo, opening: Opening) -> Resolved | Unresolved:
    """The first day on which enough of the window is ahead; one that has begun goes on from now."""
    if lacks_day(when):
        return Unresolved(AskBack.WHICH_DAY)
    clocks = _clock_windows(when)
    if not clocks:
        return Unresolved(AskBack.CONFLICT)
    for day in days_meant(when, now.astimezone(zone).date()):
        windows = [(_local(day, a, zone).astimezone(UTC), _local(day, b, zone).astimezone(UTC)) for a, b in clocks]
        ahead = [(max(begins, now), ends) for begins, ends in windows if ends - max(begins, now) >= SHORTEST_WINDOW]
        if ahead:
            return _window_chosen(ahead, opening)
    return Unresolved(AskBack.WHICH_DAY)


def _until(when: When, now: datetime, zone: tzinfo, opening: Opening) -> Resolved | Unresolved:
    """A window that ends at the latest moment; what is left of one may be short. Of two ends that fit, ask.

    Today's that is over is told so: whoever needs it by then is not served by tomorrow.
    """
    if lacks_day(when):
        return Unresolved(AskBack.WHICH_DAY)
    windows = _windows_until(when, now, zone)
    if not windows:
        is_over = when.day_offset is not None
        return Unresolved(AskBack.TOO_SOON, opening.next_allowed(now)) if is_over else Unresolved(AskBack.WHICH_DAY)
    cuts = [(window, cut) for window in windows if (cut := _cut(window, opening, shortest=timedelta(seconds=1)))]
    whole = [cut for window, cut in cuts if cut[1] == window[1]]
    if len(whole) > 1 or (cuts and not whole and len(windows) > 1):
        return Unresolved(AskBack.AM_OR_PM)
    if not cuts:
        return Unresolved(AskBack.CLOSED, opening.next_allowed(windows[0][0]))
    return Resolved(*(whole or [cuts[0][1]])[0])


def _windows_until(when: When, now: datetime, zone: tzinfo) -> list[Window]:
    """One for each half of the day, from the named day's begin; without a day, from the first on which it is ahead."""
    days = list(islice(days_meant(when, now.astimezone(zone).date()), 1 if when.day_offset is not None else 2))
    begins = PART_BEGINS.get(when.part or "", time(0))
    rows = [[_window_until(day, begins, clock, now, zone) for clock in clock_times(when.end)] for day in days]
    choices = rows if names_day(when) else [*zip(*rows, strict=True)]
    ahead = [[window for window in choice if window[0] < window[1]] for choice in choices]
    return next(filter(None, ahead), []) if names_day(when) else [choice[0] for choice in ahead if choice]


def _window_until(day: date, begins: time, ends: time, now: datetime, zone: tzinfo) -> Window:
    """Midnight ends a day; a part of the day that begins after the end means nothing."""
    last_day = day if ends > time(0) else day + timedelta(days=1)
    begins = begins if begins < ends or day < last_day else time(0)
    return max(now, _local(day, begins, zone).astimezone(UTC)), _local(last_day, ends, zone).astimezone(UTC)


def _clock_windows(when: When) -> list[tuple[time, time]]:
    """Both ends in the halves of the day that make a window of them: three to five is never 3 AM to 5 PM."""
    pairs = [(begins, ends) for begins in clock_times(when) for ends in clock_times(when.end)]
    return [pair for pair in pairs if SHORTEST_WINDOW <= _between(*pair) <= LONGEST_WINDOW]


def _between(begins: time, ends: time) -> timedelta:
    return timedelta(hours=ends.hour - begins.hour, minutes=ends.minute - begins.minute)


def _window_chosen(windows: list[Window], opening: Opening) -> Resolved | Unresolved:
    """The only one that lies inside the hours, or else is cut to them; if several are, ask; if none, the nearest."""
    cuts = [(window, cut) for window in windows if (cut := _cut(window, opening))]
    whole = [cut for window, cut in cuts if window == cut]
    found = whole or [cut for _, cut in cuts]
    if len(found) > 1:
        return Unresolved(AskBack.AM_OR_PM)
    if not found:
        return Unresolved(AskBack.CLOSED, opening.next_allowed(windows[0][0]))
    return Resolved(*found[0])


def _cut(window: Window, opening: Opening, shortest: timedelta = SHORTEST_WINDOW) -> Window | None:
    """What of it lies inside the hours, if that is enough."""
    opens = opening.next_allowed(window[0])
    if opens is None:
        return None
    ends = min(window[1], opening.closes_after(opens) or window[1])
    return (opens, ends) if ends - opens >= shortest else None


def _next_of_each(times: list[datetime], now: datetime, zone: tzinfo) -> list[datetime]:
    """Without a day, "at three" means the next three o'clock of either half."""
    later = (at if at.astimezone(UTC) > now else _local(at.date() + timedelta(days=1), at.time(), zone) for at in times)
    return sorted(later, key=lambda at: at.astimezone(UTC))


def _local(day: date, clock: time, zone: tzinfo) -> datetime:
    """The wall-clock time in the zone; of a doubled hour the first."""
    return datetime.combine(day, clock, zone)


def _exists(at: datetime) -> bool:
    """Whether the wall clock shows this time, or jumps over it."""
    return at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) == at.replace(tzinfo=None)
