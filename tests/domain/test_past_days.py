"""Days as said of what is past, such as an order's."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.moments import When
from ivr.domain.past_days import latest_day

TUESDAY = date(2026, 11, 24)
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When(day_offset=0), date(2026, 11, 24)),
        (When(day_offset=-1), date(2026, 11, 23)),
        (When(weekday=0), date(2026, 11, 23)),
        (When(weekday=1), date(2026, 11, 17)),
        (When(weekday=2), date(2026, 11, 18)),
        (When(month=11, day=3), date(2026, 11, 3)),
        (When(month=11, day=24), date(2026, 11, 24)),
        (When(month=11, day=25), date(2025, 11, 25)),
        (When(month=2, day=29), date(2024, 2, 29)),
        (When(day=30), date(2026, 10, 30)),
        (When(weekday=6, month=11, day=3), date(2026, 11, 3)),
    ],
)
def test_day_is_the_last_such_day(when: When, expected: date) -> None:
    assert latest_day(when, TUESDAY) == expected


@pytest.mark.parametrize(
    "when",
    [When(), When(day_offset=1), When(month=11), When(month=2, day=30), When(month=13, day=1), When(month=1, day=0)],
)
def test_what_is_no_past_day_is_none(when: When) -> None:
    assert latest_day(when, TUESDAY) is None


@given(today=DAYS, weekday=st.integers(0, 6))
def test_weekday_is_right_and_within_the_last_seven_days(today: date, weekday: int) -> None:
    found = latest_day(When(weekday=weekday), today)
    assert found is not None
    assert found.weekday() == weekday
    assert today - timedelta(days=7) <= found < today


@given(today=DAYS, month=st.none() | st.integers(0, 13), day=st.integers(0, 32))
def test_date_is_right_and_never_in_the_future_nor_further_back_than_it_must(
    today: date, month: int | None, day: int
) -> None:
    found = latest_day(When(month=month, day=day), today)
    if found is None:
        return
    assert (found.day, month in (None, found.month)) == (day, True)
    longest = 61 if month is None else 8 * 366 if (month, day) == (2, 29) else 365
    assert timedelta(0) <= today - found <= timedelta(days=longest)


@given(today=DAYS, of=DAYS)
def test_every_date_of_a_year_is_found(today: date, of: date) -> None:
    assert latest_day(When(month=of.month, day=of.day), today) is not None
