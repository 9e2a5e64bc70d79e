"""A moment as said, and the days and times of the clock that it can mean."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import takewhile


@dataclass(frozen=True)
class When:
    """A moment as said, nothing guessed: a field that was not said is None."""

    asap: bool = False
    """"As soon as possible", "right away"."""
    in_seconds: int | None = None
    """"In two hours", "in one minute's time"."""
    day_offset: int | None = None
    """0 today, 1 tomorrow, 2 the day after; -1 yesterday, of what is past."""
    weekday: int | None = None
    """0 Monday to 6 Sunday. With `day`, too: a date that is no such weekday is asked back."""
    next_week: bool = False
    """"Next Monday"."""
    month: int | None = None
    day: int | None = None
    """Day of the month, 1 to 31."""
    hour: int | None = None
    """0 to 23, or 1 to 12 when `half` is unknown."""
    minute: int | None = None
    half: str | None = None
    """`am`, `pm`, `24` (said in 24-hour style or otherwise certain), or None: not said."""
    until_hour: int | None = None
    """The end of a window ("between three and five"), read like `hour`; without `hour` a latest moment ("by five")."""
    until_minute: int | None = None
    until_half: str | None = None
    part: str | None = None
    """`morning`, `afternoon` or `evening` without an hour, or in which a latest moment lies."""
    not_before: bool = False
    """"Not before nine", "after six"."""
    zone: str | None = None
    """The IANA zone that was named with it ("three p.m. Eastern")."""
    conflict: bool = False
    """Two different days or times were found: must be asked back."""

    @property
    def is_latest(self) -> bool:
        """Whether only the end was said: any moment before it is meant."""
        return self.hour is None and self.until_hour is not None

    @property
    def end(self) -> "When":
        """The end of a window, as a moment of its own."""
        return replace(self, hour=self.until_hour, minute=self.until_minute, half=self.until_half)


def clock_times(when: When) -> list[time]:
    """One time, or both halves of the day if none was said."""
    hour, minute = when.hour or 0, when.minute or 0
    if when.half == "am":
        hours = [hour % 12]
    elif when.half == "pm":
        hours = [hour % 12 + 12]
    elif when.half == "24" or hour == 0 or hour > 12:
        hours = [hour]
    else:
        hours = [hour % 12, hour % 12 + 12]
    return [time(h, minute) for h in hours]


def half_of(part: str) -> str:
    """The half of the day in which a part of it lies: `am` or `pm`."""
    return "am" if part == "morning" else "pm"


def names_day(when: When) -> bool:
    """Whether any way of naming a day was said."""
    return when.day_offset is not None or when.weekday is not None or when.day is not None


def lacks_day(when: When) -> bool:
    """ "Next week" without a weekday, a month without a day."""
    return not names_day(when) and (when.next_week or when.month is not None)


def days_meant(when: When, today: date) -> Iterator[date]:
    """The days it can mean, nearest first: the next one counts if the time of the first is over."""
    if when.day is not None:
        dates = _month_days(when.month, when.day, today)
        yield from takewhile(lambda found: when.weekday in (None, found.weekday()), dates)
    elif when.weekday is not None:
        yield from _weekdays(when, today)
    else:
        first = today + timedelta(days=when.day_offset or 0)
        yield from (first, first + timedelta(days=1))


def _weekdays(when: When, today: date) -> Iterator[date]:
    """This weekday's next date; of next week, counted from Monday, if that was said."""
    assert when.weekday is not None
    if when.next_week:
        yield today + timedelta(days=7 - today.weekday() + when.weekday)
        return
    first = today + timedelta(days=(when.weekday - today.weekday()) % 7)
    yield from (first, first + timedelta(days=7))


def _month_days(month: int | None, day: int, today: date) -> Iterator[date]:
    """This date in the next months or years; days that a month does not have are passed over."""
    for step in range(14):
        year, index = divmod(today.year * 12 + today.month - 1 + step, 12)
        if month is not None and index + 1 != month:
            continue
        try:
            found = date(year, index + 1, day)
        except ValueError:
            continue
        if found >= today:
            yield found
