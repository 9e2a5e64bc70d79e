"""Shifts on wall clocks: reading, over midnight, and every clock change of every zone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.hours import OpeningHours
from ivr.domain.shifts import next_work_at, read_shifts, told_shifts, worked, works_at
from ivr.errors import ShiftsRefused
from tests.domain.test_hours import MOMENTS, NEW_YORK, ZONES, local

WEEK = "mon-fri 09:00-17:00, sat 22:00-02:00"
CLOCKS = st.integers(0, 24 * 4 - 1).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")


@pytest.mark.parametrize(
    ("wall", "works"),
    [
        ((2026, 3, 10, 9, 0), True),
        ((2026, 3, 10, 8, 59), False),
        ((2026, 3, 10, 17, 0), False),
        ((2026, 3, 14, 21, 59), False),
        ((2026, 3, 14, 22, 0), True),
        ((2026, 3, 15, 1, 59), True),  # Sunday, of Saturday's shift
        ((2026, 3, 15, 2, 0), False),
        ((2026, 3, 13, 1, 0), False),
    ],
)
def test_a_shift_begins_and_ends_on_the_wall_clock(wall: tuple[int, ...], works: bool) -> None:
    assert works_at(read_shifts(WEEK, NEW_YORK), local(NEW_YORK, *wall)) is works


def test_who_has_no_shifts_works_always() -> None:
    now = local(NEW_YORK, 2026, 3, 15, 3, 0)
    assert works_at((), now)
    assert next_work_at((), now) == now


def test_the_next_shift_is_found_over_the_weekend() -> None:
    shifts = read_shifts("fri-fri 09:00-17:00", NEW_YORK)
    evening = local(NEW_YORK, 2026, 3, 13, 18, 0)
    assert next_work_at(shifts, evening) == local(NEW_YORK, 2026, 3, 20, 9, 0)


def test_a_night_with_a_clock_change_is_an_hour_longer_or_shorter() -> None:
    nights = read_shifts("sat 22:00-06:00", NEW_YORK)
    spring, autumn, usual = date(2026, 3, 7), date(2026, 10, 31), date(2026, 6, 6)
    assert [hours(*nights[0].on(day)) for day in (spring, autumn, usual)] == [7, 9, 8]


def test_a_shift_that_ends_in_the_doubled_hour_ends_at_its_first_reading() -> None:
    shifts = read_shifts("sat 22:00-01:30", NEW_YORK)
    assert not works_at(shifts, local(NEW_YORK, 2026, 11, 1, 1, 30))
    assert not works_at(shifts, local(NEW_YORK, 2026, 11, 1, 1, 0, fold=1))


def test_a_shift_that_begins_in_the_skipped_hour_begins_with_the_change() -> None:
    shifts = read_shifts("sun 02:30-05:00", NEW_YORK)
    assert shifts[0].on(date(2026, 3, 8))[0] == local(NEW_YORK, 2026, 3, 8, 3, 0)
    swallowed = read_shifts("sun 02:15-02:45", NEW_YORK)
    day = local(NEW_YORK, 2026, 3, 8, 0, 0)
    assert worked(swallowed, day, day + timedelta(days=1)) == []


def test_shifts_that_touch_or_overlap_are_worked_once() -> None:
    shifts = read_shifts("mon 09:00-12:00, mon 11:00-15:00, mon 15:00-17:00", "UTC")
    monday = datetime(2026, 3, 9, tzinfo=UTC)
    assert [hours(*turn) for turn in worked(shifts, monday, monday + timedelta(days=2))] == [8]


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("", "UTC"),
        ("always", "UTC"),
        ("mon 9-17", "UTC"),
        ("mon 09:00-25:00", "UTC"),
        ("moonday 09:00-17:00", "UTC"),
        ("mon 09:00-17:00", "Mars/Base"),
        ("mon 09:00-17:00, mon 09:00-12:00", "UTC"),
    ],
)
def test_what_is_no_shift_is_refused(text: str, zone: str) -> None:
    with pytest.raises(ShiftsRefused):
        read_shifts(text, zone)


def test_shifts_are_told_as_they_are_given() -> None:
    assert told_shifts(read_shifts("mon-wed 09:00-17:00, fri 09:00-17:00, sat 22:00-02:00", NEW_YORK)) == [
        "mon-wed, fri 09:00-17:00 America/New_York",
        "sat 22:00-02:00 America/New_York",
    ]


@given(MOMENTS, st.sampled_from(ZONES), CLOCKS, CLOCKS)
def test_away_from_clock_changes_shifts_are_opening_hours(at: datetime, zone: str, opens: str, closes: str) -> None:
    near = {(at + timedelta(hours=h)).astimezone(ZoneInfo(zone)).utcoffset() for h in range(-50, 51)}
    text = f"mon-sat {opens}-{closes}"
    if len(near) == 1:
        assert works_at(read_shifts(text, zone), at) is OpeningHours.parse(text, zone).allows(at)


@given(MOMENTS, st.sampled_from(ZONES), CLOCKS, CLOCKS)
def test_what_is_worked_is_in_order_and_agrees_with_each_moment(
    at: datetime, zone: str, opens: str, closes: str
) -> None:
    shifts = read_shifts(f"mon-fri {opens}-{closes}, sun {opens}-{closes}", zone)
    turns = worked(shifts, at, at + timedelta(days=8))
    assert all(begins < ends for begins, ends in turns)
    assert all(ends < begins for (_, ends), (begins, _) in pairwise(turns))
    for begins, ends in turns:
        assert works_at(shifts, begins)
        assert ends == at + timedelta(days=8) or not works_at(shifts, ends)
    assert works_at(shifts, at) is (next_work_at(shifts, at) == at)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(ZONES), CLOCKS)
def test_nobody_begins_before_the_clock_shows_it(day: date, zone: str, opens: str) -> None:
    (shift,) = read_shifts(f"{day:%a} {opens}-{opens}".lower(), zone)
    begins, ends = shift.on(day)
    shown = begins.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert (shown - datetime.combine(day, datetime.min.time())).total_seconds() >= shift.opens * 60
    assert timedelta(0) <= ends - begins <= timedelta(hours=50)


def hours(begins: datetime, ends: datetime) -> float:
    return (ends - begins).total_seconds() / 3600
