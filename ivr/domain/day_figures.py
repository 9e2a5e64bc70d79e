"""Figures of a day for supervisors: how long people waited in each hour, promises kept, what they called about."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from math import ceil
from statistics import median

from ivr.domain.callbacks import Callback


@dataclass(frozen=True)
class Hour:
    """Callbacks as soon as possible that were asked for in this hour of the day."""

    hour: int
    asked: int
    rung: int
    """Of these, those whose telephone has rung."""
    median_seconds: int = 0
    """From the ticket to the first ring."""
    most_seconds: int = 0


@dataclass(frozen=True)
class Keeping:
    """Promises that were to be kept in this hour of the day, as far as they are decided."""

    hour: int
    kept: int
    broken: int


@dataclass(frozen=True)
class Level:
    """A service level: how many of those that are decided were good."""

    good: int
    decided: int

    @property
    def percent(self) -> int | None:
        """None while nothing is decided. Rounded down: 99.6 is not 100."""
        return 100 * self.good // self.decided if self.decided else None


@dataclass(frozen=True)
class Day:
    """All of them."""

    hours: Sequence[Hour]
    kept: Level
    at_once: Level
    """Callbacks as soon as possible that rang within the target."""
    reasons: Sequence[tuple[str, int]]
    """Kinds of cases, the most frequent first."""
    keeping: Sequence[Keeping] = ()
    """Hour by hour, without gaps."""

    @property
    def longest_minutes(self) -> int:
        """The top of the scale of waits."""
        return max([1, *(ceil(hour.most_seconds / 60) for hour in self.hours)])

    @property
    def most_promises(self) -> int:
        """The top of the scale of promises."""
        return max([1, *(hour.kept + hour.broken for hour in self.keeping)])

    @property
    def most_cases(self) -> int:
        """The top of the scale of reasons."""
        return max([1, *(count for _, count in self.reasons)])


def day_figures(callbacks: Sequence[Callback], kinds: Mapping[str, int], zone: tzinfo, target_seconds: int) -> Day:
    """Of callbacks that were created on one day; hours are told in `zone`."""
    waits = [(one, _wait(one)) for one in callbacks if one.asap and not one.was_released]
    known = [wait for _, wait in waits if wait is not None]
    decided = [kept for one in callbacks if (kept := one.was_kept) is not None]
    by_hour: dict[int, list[int | None]] = {}
    for one, wait in waits:
        by_hour.setdefault(one.ticket_at.astimezone(zone).hour, []).append(wait)
    first, last = min(by_hour, default=9), max(by_hour, default=17)
    return Day(
        hours=[_hour(hour, by_hour.get(hour, ())) for hour in range(first, last + 1)],
        kept=Level(sum(decided), len(decided)),
        at_once=Level(sum(wait <= target_seconds for wait in known), len(known)),
        reasons=Counter(kinds).most_common(),
        keeping=_keeping(callbacks, zone),
    )


def _keeping(callbacks: Sequence[Callback], zone: tzinfo) -> list[Keeping]:
    decided = Counter((one.promised_by_at.astimezone(zone).hour, one.was_kept) for one in callbacks)
    hours = [hour for hour, kept in decided if kept is not None]
    whole = range(min(hours, default=0), max(hours, default=-1) + 1)
    return [Keeping(hour, decided[hour, True], decided[hour, False]) for hour in whole]


def _wait(callback: Callback) -> int | None:
    if callback.first_rung_at is None:
        return None
    return max(0, int((callback.first_rung_at - callback.ticket_at).total_seconds()))


def _hour(hour: int, waits: Iterable[int | None]) -> Hour:
    given = list(waits)
    known = [wait for wait in given if wait is not None]
    if not known:
        return Hour(hour, len(given), 0)
    return Hour(hour, len(given), len(known), int(median(known)), max(known))


def day_of(now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The begin of the present day in a zone, and now."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0), now
