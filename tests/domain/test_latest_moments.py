"""A latest moment ("by six"): a window that ends there and begins when the day, or its hours, do."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.dialogue.booking import merge
from ivr.domain.hours import CallingHours
from ivr.domain.moments import AskBack, Resolved, Unresolved, When, resolve
from tests.domain.test_moments import ALWAYS, DAYTIME, MOMENTS, NEW_YORK, NOW, ZONES
from tests.domain.test_named_windows import local as window_local

SIX = When(until_hour=6)
PM = When(until_hour=6, until_half="pm")


local = partial(window_local, day="%a %d")


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (SIX, "Tue 24 10:00-18:00"),
        (When(until_hour=12, until_half="24"), "Tue 24 10:00-12:00"),
        (When(day_offset=1, until_hour=5), "Wed 25 09:00-17:00"),
        (When(day_offset=1, part="morning", until_hour=10, until_half="am"), "Wed 25 09:00-10:00"),
        (When(day_offset=1, part="afternoon", until_hour=5, until_half="pm"), "Wed 25 12:00-17:00"),
        (When(day_offset=0, part="evening", until_hour=6, until_half="pm"), "Tue 24 17:00-18:00"),
        (When(weekday=4, until_hour=12), "Fri 27 09:00-12:00"),
        (When(month=12, day=24, until_hour=4), "Thu 24 09:00-16:00"),
        (When(day_offset=0, until_hour=9, until_half="pm"), "Tue 24 10:00-19:00"),
        (When(until_hour=0, until_half="24"), "Tue 24 10:00-19:00"),
        (When(hour=2, not_before=True, until_hour=4), "Tue 24 14:00-16:00"),
        (When(until_hour=10), "Wed 25 09:00-10:00"),
    ],
)
def test_it_begins_now_or_with_the_hours_and_ends_there(when: When, expected: str) -> None:
    assert local(when) == expected


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (When(day_offset=1, until_hour=8, until_half="am"), AskBack.CLOSED),
        (When(day_offset=1, until_hour=8), AskBack.AM_OR_PM),
        (When(day_offset=0, until_hour=9, until_half="am"), AskBack.TOO_SOON),
        (When(next_week=True, until_hour=5), AskBack.WHICH_DAY),
        (When(weekday=3, day=4, until_hour=5, until_half="pm"), AskBack.WHICH_DAY),
        (When(until_hour=25), AskBack.WHICH_TIME),
        (When(day_offset=31, until_hour=5), AskBack.TOO_FAR),
    ],
)
def test_what_cannot_be_had_by_then_is_told_or_asked(when: When, reason: AskBack) -> None:
    found = resolve(when, NOW, NEW_YORK, DAYTIME)
    assert isinstance(found, Unresolved)
    assert found.reason == reason


def test_todays_that_is_over_is_not_moved_to_tomorrow_without_a_word() -> None:
    late = NOW + timedelta(hours=8, minutes=30)  # half past six
    found = resolve(When(day_offset=0, until_hour=6), late, NEW_YORK, DAYTIME)
    assert found == Unresolved(AskBack.TOO_SOON, late)
    assert local(SIX, late) == "Wed 25 09:00-18:00"


def test_half_of_the_day_and_the_day_may_be_said_later() -> None:
    said = When(day_offset=1, until_hour=8)
    assert local(merge(said, When(part="evening"))) == "Wed 25 17:00-19:00"
    assert merge(said, When(half="pm")) == replace(said, until_half="pm")
    assert merge(PM, When(day_offset=1)) == replace(PM, day_offset=1)


def test_it_takes_the_place_of_a_time_and_a_time_takes_its_place() -> None:
    assert merge(When(day_offset=1, hour=3, half="pm"), SIX) == replace(SIX, day_offset=1)
    assert merge(replace(PM, day_offset=1), When(hour=3)) == When(day_offset=1, hour=3)
    assert merge(replace(PM, day_offset=1), When(until_hour=5)) == When(day_offset=1, until_hour=5)
    assert local(merge(When(hour=2, not_before=True), When(until_hour=4))) == "Tue 24 14:00-16:00"


@given(
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from([None, "am", "pm", "24"]),
    st.none() | st.integers(0, 6),
    st.sampled_from([None, "morning", "afternoon", "evening"]),
    MOMENTS,
    ZONES,
)
def test_it_never_begins_at_or_after_the_named_moment_nor_outside_the_hours(
    hour: int, minute: int, half: str | None, days: int | None, part: str | None, now: datetime, zone: ZoneInfo
) -> None:
    hours = CallingHours.of([zone.key])
    said = When(day_offset=days, part=part, until_hour=hour, until_minute=minute, until_half=half)
    found = resolve(said, now, zone, hours)
    if isinstance(found, Resolved):
        assert found.until is not None
        assert now <= found.at < found.until
        assert hours.allows(found.at)
        ends = found.until.astimezone(zone)
        clock = ends.time() if ends.date() == found.at.astimezone(zone).date() else time.max
        named = {time(hour, minute), time(hour % 12, minute), time(hour % 12 + 12, minute)}
        assert any(clock <= one or one == time(0) for one in named)
        assert days is None or (found.at.astimezone(zone).date() - now.astimezone(zone).date()).days == days


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), MOMENTS, ZONES)
def test_holiday_is_its_month_and_day_and_the_next_from_today(holiday: date, now: datetime, zone: ZoneInfo) -> None:
    found = resolve(When(month=holiday.month, day=holiday.day, hour=12, half="24"), now, zone, ALWAYS, timedelta(400))
    if (holiday.month, holiday.day) == (2, 29):
        return
    assert isinstance(found, Resolved)
    shown = found.at.astimezone(zone)
    assert (shown.month, shown.day) == (holiday.month, holiday.day)
    assert timedelta(0) < found.at - now.astimezone(UTC) <= timedelta(367)
