"""Hours on wall clocks: parsing, overlaps, and every clock change of every zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.hours import CallingHours, Hours, OpeningHours, Overlap
from ivr.errors import SettingsError

NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
ZONES = sorted(
    zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
)
START = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 6 * 366 * 24 * 3600).map(lambda seconds: START + timedelta(seconds=seconds))


def local(zone: str, *wall: int, fold: int = 0) -> datetime:
    return datetime(*wall, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("wall", "is_open"),
    [
        ((2026, 3, 10, 9, 0), True),
        ((2026, 3, 10, 8, 59), False),
        ((2026, 3, 10, 16, 59), True),
        ((2026, 3, 10, 17, 0), False),
        ((2026, 3, 14, 12, 0), True),  # Saturday
        ((2026, 3, 14, 14, 0), False),
        ((2026, 3, 15, 12, 0), False),  # Sunday
    ],
)
def test_weekly_hours_open_and_close_on_the_wall_clock(wall: tuple[int, ...], is_open: bool) -> None:
    hours = OpeningHours.parse("Mon-Fri 09:00-17:00, Sat 10:00-14:00", NEW_YORK)
    assert hours.allows(local(NEW_YORK, *wall)) is is_open


def test_next_opening_skips_the_weekend() -> None:
    hours = OpeningHours.parse("Mon-Fri 09:00-17:00", NEW_YORK)
    friday_evening = local(NEW_YORK, 2026, 3, 13, 18, 0)
    assert hours.next_allowed(friday_evening) == local(NEW_YORK, 2026, 3, 16, 9, 0)
    assert hours.closes_after(friday_evening) == friday_evening


def test_always_never_closes() -> None:
    hours = OpeningHours.parse(" Always ", "UTC")
    now = local("UTC", 2026, 3, 13, 23, 59)
    assert (hours.next_allowed(now), hours.closes_after(now)) == (now, None)


def test_hours_past_midnight_belong_to_the_next_day_too() -> None:
    hours = OpeningHours.parse("Fri 22:00-02:00", NEW_YORK)
    assert hours.allows(local(NEW_YORK, 2026, 3, 14, 1, 59))
    assert hours.closes_after(local(NEW_YORK, 2026, 3, 13, 23, 0)) == local(NEW_YORK, 2026, 3, 14, 2, 0)


def test_a_range_of_days_may_run_over_the_weekend() -> None:
    hours = OpeningHours.parse("Sat-Mon 10:00-24:00", "UTC")
    assert {span.weekday for span in hours.spans} == {5, 6, 0}


@pytest.mark.parametrize(
    "text", ["", "9-17", "Mon 9-17", "Foo 09:00-17:00", "Mon 09:60-17:00", "Mon 09:00-25:00", "Mon-Fri", "Mon 09:00"]
)
def test_hours_that_cannot_be_read_are_refused_by_name(text: str) -> None:
    with pytest.raises(SettingsError, match="IVR_HOURS"):
        OpeningHours.parse(text, "UTC")


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", ""])
def test_unknown_zones_are_refused(zone: str) -> None:
    with pytest.raises(SettingsError, match="zone"):
        OpeningHours.parse("always", zone)


def test_calling_hours_are_nine_to_seven_and_never_outside_eight_to_twenty() -> None:
    wide = CallingHours.of([NEW_YORK], time(0), time(23, 59))
    assert wide.next_allowed(local(NEW_YORK, 2026, 3, 10, 0, 0)) == local(NEW_YORK, 2026, 3, 10, 8, 0)
    assert wide.closes_after(local(NEW_YORK, 2026, 3, 10, 12, 0)) == local(NEW_YORK, 2026, 3, 10, 20, 0)
    usual = CallingHours.of([NEW_YORK])
    assert not usual.allows(local(NEW_YORK, 2026, 3, 10, 8, 59))
    assert not usual.allows(local(NEW_YORK, 2026, 3, 10, 19, 0))


def test_evenings_until_nine_are_those_of_their_weekdays_and_never_later() -> None:
    wide = CallingHours.of([NEW_YORK], time(0), time(23), evenings=frozenset({1}))
    assert wide.closes_after(local(NEW_YORK, 2026, 3, 10, 12, 0)) == local(NEW_YORK, 2026, 3, 10, 21, 0)  # Tuesday
    assert wide.closes_after(local(NEW_YORK, 2026, 3, 11, 12, 0)) == local(NEW_YORK, 2026, 3, 11, 20, 0)
    usual = CallingHours.of([NEW_YORK], evenings=frozenset({1}))
    assert not usual.allows(local(NEW_YORK, 2026, 3, 10, 19, 0))


def test_a_number_in_two_zones_is_rung_when_both_allow_it() -> None:
    hours = CallingHours.of([NEW_YORK, "America/Los_Angeles"])
    midnight = local(NEW_YORK, 2026, 3, 10, 0, 0)
    assert hours.next_allowed(midnight) == local("America/Los_Angeles", 2026, 3, 10, 9, 0)
    assert hours.closes_after(local(NEW_YORK, 2026, 3, 10, 15, 0)) == local(NEW_YORK, 2026, 3, 10, 19, 0)


def test_zones_half_a_world_apart_share_no_hour() -> None:
    assert CallingHours.of([NEW_YORK, "Pacific/Guam"]).next_allowed(local("UTC", 2026, 3, 10, 0, 0)) is None


def test_calling_hours_without_a_zone_are_refused_unless_any_hour_is_wanted() -> None:
    with pytest.raises(SettingsError):
        CallingHours.of([])
    assert CallingHours.always().allows(local("UTC", 2026, 3, 10, 3, 0))


def test_an_opening_in_the_gap_is_the_clock_change_itself() -> None:
    hours = OpeningHours.parse("Sun 02:30-05:00", NEW_YORK)
    change = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)  # 02:00 becomes 03:00
    assert hours.next_allowed(change - timedelta(hours=3)) == change


def test_a_closing_in_the_fold_counts_both_times() -> None:
    hours = OpeningHours.parse("Sun 00:30-01:30", NEW_YORK)
    first, second = (local(NEW_YORK, 2026, 11, 1, 1, 30, fold=fold) for fold in (0, 1))
    assert hours.closes_after(first - timedelta(minutes=10)) == first
    assert hours.next_allowed(first) == first + timedelta(minutes=30)  # 01:00 again
    assert hours.closes_after(second - timedelta(minutes=10)) == second


def test_half_hour_change_of_lord_howe() -> None:
    hours = OpeningHours.parse("Sun 02:15-06:00", LORD_HOWE)
    change = datetime(2026, 10, 3, 15, 30, tzinfo=UTC)  # 02:00 becomes 02:30
    assert hours.next_allowed(change - timedelta(hours=2)) == change


@settings(max_examples=60)
@given(st.sampled_from(ZONES), MOMENTS)
def test_in_every_zone_the_next_moment_is_inside_and_the_first(zone: str, at: datetime) -> None:
    _holds(CallingHours.of([zone]), zone, at)


@settings(max_examples=30)
@given(st.sampled_from([NEW_YORK, LORD_HOWE, "Europe/London", "Africa/Casablanca", "America/Santiago"]), MOMENTS)
def test_around_clock_changes_too(zone: str, at: datetime) -> None:
    change = _next_change(zone, at)
    for minutes in (-720, -61, -1, 0, 1, 31, 61, 720):
        _holds(CallingHours.of([zone]), zone, change + timedelta(minutes=minutes))


@settings(max_examples=30)
@given(st.lists(st.sampled_from(ZONES), min_size=2, max_size=3), MOMENTS)
def test_several_zones_are_all_respected(zones: list[str], at: datetime) -> None:
    opens = CallingHours.of(zones).next_allowed(at)
    if opens is not None:
        assert all(9 <= opens.astimezone(ZoneInfo(zone)).hour < 19 for zone in zones)


def _holds(hours: Hours, zone: str, at: datetime) -> None:
    opens = hours.next_allowed(at)
    assert opens is not None
    assert 9 <= opens.astimezone(ZoneInfo(zone)).hour < 19
    assert hours.allows(opens)
    assert opens == at or not hours.allows(opens - timedelta(seconds=1))
    closes = hours.closes_after(opens)
    assert closes is not None
    assert not hours.allows(closes)
    assert hours.allows(closes - timedelta(seconds=1))
    step = (closes - opens) / 7
    assert all(hours.allows(opens + step * n) for n in range(7))


def _next_change(zone: str, at: datetime) -> datetime:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    later = (at + timedelta(hours=n) for n in range(24 * 366))
    return next((hour for hour in later if hour.astimezone(ZoneInfo(zone)).utcoffset() != offset), at)


def test_an_overlap_of_nothing_is_always_open() -> None:
    assert Overlap(()).closes_after(datetime(2026, 1, 1, tzinfo=UTC)) is None
