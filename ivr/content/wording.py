"""Moments, spans, money and digits in words, by CLDR (babel) and the patterns of spoken.yaml."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency
from babel.units import format_unit

from ivr.domain.turn import At, Day, Money, Span, Spelled

REQUIRED_WORDINGS: Final[Mapping[str, frozenset[str]]] = {
    "time": frozenset(),
    "time_on_the_hour": frozenset(),
    "weekday": frozenset(),
    "date": frozenset(),
    "yesterday": frozenset({"time"}),
    "today": frozenset({"time"}),
    "tomorrow": frozenset({"weekday", "time"}),
    "day": frozenset({"weekday", "date", "time"}),
    "today_window": frozenset({"begin", "end"}),
    "tomorrow_window": frozenset({"weekday", "begin", "end"}),
    "day_window": frozenset({"weekday", "date", "begin", "end"}),
    "under_a_minute": frozenset(),
    "a_minute": frozenset(),
    "minutes": frozenset({"low"}),
    "minutes_between": frozenset({"low", "high"}),
    "minutes_up_to": frozenset({"high"}),
    "an_hour": frozenset(),
    "hours": frozenset({"low"}),
    "hours_between": frozenset({"low", "high"}),
    "hours_up_to": frozenset({"high"}),
    "digit_groups": frozenset(),
}
"""Every wording with its places."""

_DAYS: Final = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_MINUTES_UP_TO: Final = 120
"""Longer spans are told in hours."""
IN_MILES: Final = frozenset({"US", "GB"})
METERS_A_MILE: Final = 1609.344
KILOMETER: Final = 1000
_NARROW: Final = re.compile("[\u202f\u00a0\u2009]")


class Wording:
    """The wordings of one locale."""

    def __init__(self, locale: str, patterns: Mapping[str, str]) -> None:
        self._locale = Locale.parse(locale, sep="-")
        self._patterns = patterns

    def moment(self, at: At) -> str:
        """ "Tomorrow, Wednesday, at 3:30 PM", on the clock of the zone."""
        zone = ZoneInfo(at.zone)
        local, today = at.at.astimezone(zone), at.now.astimezone(zone).date()
        day = _DAYS.get((local.date() - today).days, "day")
        words = {"weekday": self._date(local, "weekday"), "date": self._date(local, "date")}
        if at.until is None:
            words["time"] = self._time(local)
        else:
            day = f"{'day' if day == 'yesterday' else day}_window"
            words |= {"begin": self._end(local), "end": self._end(at.until.astimezone(zone))}
        return plain(self._patterns[day].format(**words))

    def day(self, day: Day) -> str:
        """ "Tuesday, November 3, 2026"."""
        return plain(str(format_date(date.fromisoformat(day.date), "full", locale=self._locale)))

    def span(self, span: Span) -> str:
        """ "Between 5 and 10 minutes": whole minutes, the low end down, the high end up."""
        low, high = max(span.low_seconds, 0) // 60, -(-max(span.high_seconds, 0) // 60)
        if span.high_seconds < 60:
            return self._patterns["under_a_minute"]
        if high <= _MINUTES_UP_TO:
            return self._range("minutes", "a_minute", low, high)
        return self._range("hours", "an_hour", low // 60, -(-high // 60))

    def money(self, money: Money) -> str:
        """ "$19.99"."""
        return plain(format_currency(Decimal(money.amount), money.currency, locale=self._locale))

    def distance(self, meters: int) -> str:
        """ "400 meters", "1.2 kilometers"; where roads are signed in miles "0.2 miles"."""
        if self._locale.territory in IN_MILES:
            length, unit = round(max(meters / METERS_A_MILE, 0.1), 1), "length-mile"
        elif meters < KILOMETER:
            length, unit = max(round(meters, -1), 10), "length-meter"
        else:
            length, unit = round(meters / KILOMETER, 1), "length-kilometer"
        return plain(format_unit(length, unit, "long", locale=self._locale))

    def time_of_day(self, clock: str) -> str:
        """ "6:00 PM"."""
        return plain(str(format_time(time.fromisoformat(clock), "short", locale=self._locale)))

    def digits(self, spelled: Spelled) -> str:
        """ "1 2 3, 4 5 6 7": voices read single digits, and pause at commas."""
        return ", ".join(" ".join(group) for group in self._groups(spelled.digits))

    def _groups(self, digits: str) -> list[str]:
        wanted = self._patterns.get(f"digit_groups_{len(digits)}", self._patterns["digit_groups"])
        sizes = [int(size) for size in wanted.split()]
        groups: list[str] = []
        while digits:
            size = sizes[min(len(groups), len(sizes) - 1)]
            groups.append(digits[-size:])
            digits = digits[:-size]
        return groups[::-1]

    def _range(self, unit: str, one: str, low: int, high: int) -> str:
        if high <= 1:
            return self._patterns[one]
        if low == high:
            return self._patterns[unit].format(low=low)
        kind = f"{unit}_between" if low else f"{unit}_up_to"
        return self._patterns[kind].format(low=low, high=high)

    def _time(self, local: datetime) -> str:
        key = "time" if local.minute else "time_on_the_hour"
        pattern = self._patterns.get(f"{key}_{local.hour}", self._patterns[key])
        return str(format_time(local, pattern, locale=self._locale))

    def _end(self, local: datetime) -> str:
        """A time as it stands beside another: without the words that lead one in, where `window_time` says so."""
        pattern = self._patterns.get("window_time")
        return str(format_time(local, pattern, locale=self._locale)) if pattern else self._time(local)

    def _date(self, local: datetime, key: str) -> str:
        return str(format_date(local.date(), self._patterns[key], locale=self._locale))


def plain(text: str) -> str:
    """Usual spaces only: CLDR's narrow and fixed ones are read wrongly by some voices."""
    return _NARROW.sub(" ", text)
