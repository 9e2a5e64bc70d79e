"""Windows as said ("between three and five"): resolved against a clock, a zone and hours."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.dialogue.booking import merge
from ivr.domain.hours import CallingHours
from ivr.domain.moments import LONGEST_WINDOW, SHORTEST_WINDOW, AskBack, Resolved, Unresolved, When, resolve
from tests.domain.test_moments import DAYTIME, NEW_YORK, NOW

AFTERNOON = When(day_offset=1, hour=3, until_hour=5)


def local(when: When, now: datetime = NOW, hours: CallingHours = DAYTIME, day: str = "%a") -> str:
    """The resolved window on New York's wall clock, with its day in this format."""
    found = resolve(when, now, NEW_YORK, hours)
    assert isinstance(found, Resolved), found
    assert found.until is not None
    return f"{found.at.astimezone(NEW_YORK):{day} %H:%M}-{found.until.astimezone(NEW_YORK):%H:%M}"


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (AFTERNOON, "Wed 15:00-17:00"),
        (When(day_offset=1, hour=9, until_hour=5), "Wed 09:00-17:00"),
        (When(day_offset=1, hour=11, until_hour=1), "Wed 11:00-13:00"),
        (When(day_offset=1, hour=10, until_hour=2, until_half="pm"), "Wed 10:00-14:00"),
        (When(day_offset=1, hour=3, until_hour=5, until_half="pm"), "Wed 15:00-17:00"),
        (When(day_offset=1, hour=3, half="pm", until_hour=5), "Wed 15:00-17:00"),
        (When(day_offset=1, hour=15, half="24", until_hour=17, until_half="24"), "Wed 15:00-17:00"),
        (When(hour=9, until_hour=11), "Tue 10:00-11:00"),
        (When(hour=8, until_hour=10, half="am"), "Wed 09:00-10:00"),
        (When(day_offset=1, hour=5, until_hour=9, until_half="pm"), "Wed 17:00-19:00"),
        (When(weekday=4, hour=9, minute=30, until_hour=12), "Fri 09:30-12:00"),
    ],
)
def test_both_ends_are_found_together_and_cut_to_what_is_ahead_and_open(when: When, expected: str) -> None:
    assert local(when) == expected


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (When(day_offset=1, hour=3, half="pm", until_hour=3, until_minute=15), AskBack.CONFLICT),
        (When(day_offset=1, hour=9, half="am", until_hour=6, until_half="pm"), AskBack.CONFLICT),
        (When(day_offset=1, hour=5, half="pm", until_hour=3, until_half="pm"), AskBack.CONFLICT),
        (When(day_offset=1, hour=7, half="pm", until_hour=9), AskBack.CLOSED),
        (When(day_offset=1, hour=6, until_hour=10), AskBack.AM_OR_PM),
        (When(day_offset=1, hour=3, until_hour=25), AskBack.WHICH_TIME),
        (When(next_week=True, hour=3, until_hour=5), AskBack.WHICH_DAY),
    ],
)
def test_what_makes_no_window_is_asked_back(when: When, reason: AskBack) -> None:
    found = resolve(when, NOW, NEW_YORK, DAYTIME)
    assert isinstance(found, Unresolved)
    assert found.reason == reason


def test_half_of_the_day_said_later_is_of_both_ends() -> None:
    assert local(merge(When(day_offset=1, hour=6, until_hour=10), When(half="pm"))) == "Wed 18:00-19:00"


def test_time_said_later_takes_the_place_of_a_window() -> None:
    assert merge(AFTERNOON, When(hour=4)) == When(day_offset=1, hour=4)
    assert merge(When(day_offset=1, hour=4, half="pm"), When(hour=3, until_hour=5)) == AFTERNOON


@given(
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from([None, "am", "pm", "24"]),
    st.sampled_from([None, "am", "pm", "24"]),
    st.integers(0, 60 * 24 * 14),
)
def test_whatever_is_promised_is_a_window_that_is_ahead_and_inside_the_hours(
    hour: int, minute: int, until_hour: int, until_minute: int, half: str | None, until_half: str | None, passed: int
) -> None:
    now = NOW + timedelta(minutes=passed)
    said = When(hour=hour, minute=minute, half=half)
    said = replace(said, until_hour=until_hour, until_minute=until_minute, until_half=until_half)
    found = resolve(said, now, NEW_YORK, DAYTIME)
    if isinstance(found, Resolved):
        assert found.until is not None
        assert found.at >= now
        assert SHORTEST_WINDOW <= found.until - found.at <= LONGEST_WINDOW
        assert DAYTIME.allows(found.at)
        closes_at = DAYTIME.closes_after(found.at)
        assert closes_at is not None
        assert found.until <= closes_at
