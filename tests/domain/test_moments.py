"""Moments as said, resolved against a clock, a zone and hours."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.hours import CallingHours
from ivr.domain.moments import HORIZON, AskBack, Resolved, Unresolved, When, resolve

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""A Tuesday, ten in the morning in New York."""
DAYTIME = CallingHours.of(["America/New_York"], time(9), time(19))
ALWAYS = CallingHours.always()


def local(when: When, hours: CallingHours = DAYTIME, now: datetime = NOW) -> str:
    """The resolved moment on New York's wall clock."""
    moment = resolve(when, now, NEW_YORK, hours)
    assert isinstance(moment, Resolved), moment
    return moment.at.astimezone(NEW_YORK).strftime("%a %d %b %H:%M")


def refusal(when: When, hours: CallingHours = DAYTIME, now: datetime = NOW) -> AskBack:
    moment = resolve(when, now, NEW_YORK, hours)
    assert isinstance(moment, Unresolved), moment
    return moment.reason


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When(day_offset=1, hour=15, minute=30, half="24"), "Wed 25 Nov 15:30"),
        (When(day_offset=1, hour=3, minute=30), "Wed 25 Nov 15:30"),
        (When(hour=3), "Tue 24 Nov 15:00"),
        (When(hour=9), "Wed 25 Nov 09:00"),
        (When(hour=9, half="am"), "Wed 25 Nov 09:00"),
        (When(day_offset=0, hour=9, half="am"), "Wed 25 Nov 09:00"),
        (When(in_seconds=7200), "Tue 24 Nov 12:00"),
        (When(asap=True), "Tue 24 Nov 10:00"),
        (When(weekday=1, hour=2, half="pm"), "Tue 24 Nov 14:00"),
        (When(weekday=1, hour=9, half="am"), "Tue 01 Dec 09:00"),
        (When(weekday=0, hour=10, half="am"), "Mon 30 Nov 10:00"),
        (When(weekday=4, next_week=True, hour=10, half="am"), "Fri 04 Dec 10:00"),
        (When(weekday=4, part="afternoon"), "Fri 27 Nov 13:00"),
        (When(part="morning"), "Wed 25 Nov 09:00"),
        (When(part="afternoon"), "Tue 24 Nov 13:00"),
        (When(day_offset=1, part="evening"), "Wed 25 Nov 17:00"),
        (When(month=12, day=1, hour=12, half="24"), "Tue 01 Dec 12:00"),
        (When(day=24, hour=9, half="am"), "Thu 24 Dec 09:00"),
        (When(weekday=4, month=12, day=4, hour=10, half="am"), "Fri 04 Dec 10:00"),
        (When(weekday=4, day=4, hour=10, half="am"), "Fri 04 Dec 10:00"),
        (When(day=30, hour=9, half="am"), "Mon 30 Nov 09:00"),
        (When(hour=12, half="pm"), "Tue 24 Nov 12:00"),
        (When(hour=11, minute=30, not_before=True), "Tue 24 Nov 11:30"),
    ],
)
def test_moment_is_resolved(when: When, expected: str) -> None:
    assert local(when) == expected


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (When(conflict=True, hour=3), AskBack.CONFLICT),
        (When(day_offset=1), AskBack.WHICH_TIME),
        (When(), AskBack.WHICH_TIME),
        (When(next_week=True), AskBack.WHICH_DAY),
        (When(weekday=3, day=4, hour=10, half="am"), AskBack.WHICH_DAY),
        (When(weekday=3, month=12, day=4, hour=10, half="am"), AskBack.WHICH_DAY),
        (When(next_week=True, hour=3, half="pm"), AskBack.WHICH_DAY),
        (When(day_offset=1, hour=3, half="am"), AskBack.CLOSED),
        (When(day_offset=1, hour=8), AskBack.CLOSED),
        (When(day_offset=31, hour=10, half="am"), AskBack.TOO_FAR),
        (When(in_seconds=31 * 86400), AskBack.TOO_FAR),
        (When(month=11, day=23, hour=10, half="am"), AskBack.TOO_FAR),
        (When(hour=27, minute=0, half="24"), AskBack.WHICH_TIME),
        (When(hour=10, minute=75, half="24"), AskBack.WHICH_TIME),
        (When(month=13, day=40, hour=10, half="24"), AskBack.WHICH_DAY),
    ],
)
def test_moment_is_asked_back(when: When, reason: AskBack) -> None:
    assert refusal(when) == reason


def test_half_of_the_day_is_asked_when_both_halves_are_open() -> None:
    assert refusal(When(day_offset=1, hour=3), ALWAYS) == AskBack.AM_OR_PM


def test_part_of_today_that_has_begun_is_asked_for_its_hour() -> None:
    assert refusal(When(day_offset=0, part="morning")) == AskBack.WHICH_TIME


def test_closed_moment_offers_the_next_open_one() -> None:
    moment = resolve(When(day_offset=1, hour=3, half="am"), NOW, NEW_YORK, DAYTIME)
    assert moment == Unresolved(AskBack.CLOSED, datetime(2026, 11, 25, 14, 0, tzinfo=UTC))


def test_time_that_the_clock_skips_offers_the_next_one() -> None:
    before = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)  # the day before clocks go from 2:00 to 3:00
    moment = resolve(When(day_offset=1, hour=2, minute=30, half="am"), before, NEW_YORK, ALWAYS)
    assert isinstance(moment, Unresolved)
    assert moment.reason == AskBack.NO_SUCH_TIME
    assert moment.nearest_at is not None
    assert moment.nearest_at.astimezone(NEW_YORK).strftime("%d %H:%M") == "08 03:30"


def test_doubled_time_means_its_first_pass() -> None:
    before = datetime(2026, 10, 31, 20, 0, tzinfo=UTC)  # the day before clocks go from 2:00 to 1:00
    moment = resolve(When(day_offset=1, hour=1, minute=30, half="am"), before, NEW_YORK, ALWAYS)
    assert moment == Resolved(datetime(2026, 11, 1, 5, 30, tzinfo=UTC))


MOMENTS = st.integers(0, 2 * 365 * 86400).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
ZONES = st.sampled_from(
    [ZoneInfo(n) for n in ("America/New_York", "Asia/Seoul", "Europe/Berlin", "Pacific/Apia", "Australia/Lord_Howe")]
)
WHENS = st.builds(
    When,
    asap=st.booleans(),
    in_seconds=st.none() | st.integers(0, 40 * 86400),
    day_offset=st.none() | st.integers(0, 40),
    weekday=st.none() | st.integers(0, 6),
    next_week=st.booleans(),
    month=st.none() | st.integers(0, 13),
    day=st.none() | st.integers(0, 32),
    hour=st.none() | st.integers(0, 30),
    minute=st.none() | st.integers(0, 70),
    half=st.sampled_from([None, "am", "pm", "24"]),
    part=st.sampled_from([None, "morning", "afternoon", "evening"]),
    not_before=st.booleans(),
    conflict=st.booleans(),
)


@given(WHENS, MOMENTS, ZONES)
def test_every_moment_is_resolved_in_future_and_hours_or_asked_back(when: When, now: datetime, zone: ZoneInfo) -> None:
    hours = CallingHours.of([zone.key])
    moment = resolve(when, now, zone, hours)
    if isinstance(moment, Resolved):
        assert now <= moment.at <= now + HORIZON
        assert hours.allows(moment.at)
        assert moment.at.utcoffset() == timedelta(0)
    elif moment.nearest_at is not None:
        assert hours.allows(moment.nearest_at)


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 29), MOMENTS, ZONES)
def test_full_moment_is_read_back_as_said(hour: int, minute: int, days: int, now: datetime, zone: ZoneInfo) -> None:
    said = When(day_offset=days, hour=hour, minute=minute, half="24")
    moment = resolve(said, now, zone, ALWAYS)
    if isinstance(moment, Resolved):
        shown = moment.at.astimezone(zone)
        assert (shown.hour, shown.minute) == (hour, minute)
        rolled = (shown.date() - now.astimezone(zone).date()).days - days
        assert rolled in (0, 1)
        assert not rolled or days == 0


@given(st.integers(0, 6), MOMENTS, ZONES)
def test_weekday_is_never_another_one(weekday: int, now: datetime, zone: ZoneInfo) -> None:
    moment = resolve(When(weekday=weekday, hour=12, half="24"), now, zone, ALWAYS)
    if isinstance(moment, Resolved):
        assert moment.at.astimezone(zone).weekday() == weekday
        assert moment.at - now <= timedelta(days=7, hours=2)


def test_how_far_ahead_is_the_shops_choice() -> None:
    in_eight_weeks = When(in_seconds=56 * 24 * 3600)
    assert resolve(in_eight_weeks, NOW, NEW_YORK, ALWAYS) == Unresolved(AskBack.TOO_FAR)
    assert isinstance(resolve(in_eight_weeks, NOW, NEW_YORK, ALWAYS, timedelta(days=60)), Resolved)
