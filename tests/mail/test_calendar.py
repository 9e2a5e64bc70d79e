"""The calendar file, read back by another reader's rules."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar

from ivr.mail.calendar import calendar_file, method_of
from tests.mail.test_smtp import ENTRY

ORGANIZER, ATTENDEE = "callbacks@example.com", "ada@example.com"


def read(**changes: object) -> Calendar:
    file = calendar_file(replace(ENTRY, **changes), organizer=ORGANIZER, attendee=ATTENDEE)  # type: ignore[arg-type]
    assert b"\r\n" in file
    calendar = Calendar.from_ical(file)
    assert isinstance(calendar, Calendar)
    return calendar


def test_event_stands_at_the_promised_time_on_the_customers_clock() -> None:
    calendar = read()
    (event,) = calendar.walk("VEVENT")
    start = event.decoded("DTSTART")
    assert start == datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
    assert f"{start:%H:%M}" == "21:30"
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Berlin"
    assert event["SUMMARY"] == "Rückruf"
    assert [str(event[name]) for name in ("ORGANIZER", "ATTENDEE")] == [f"mailto:{ORGANIZER}", f"mailto:{ATTENDEE}"]


def test_change_keeps_the_uid_and_raises_the_sequence() -> None:
    first, second = (read(sequence=number).walk("VEVENT")[0] for number in (0, 1))
    assert first["UID"] == second["UID"] == f"{'2' * 32}@example.com"
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)


def test_cancellation_says_so_in_method_and_status_and_rings_no_bell() -> None:
    calendar = read(is_canceled=True)
    assert method_of(replace(ENTRY, is_canceled=True)) == calendar["METHOD"] == "CANCEL"
    (event,) = calendar.walk("VEVENT")
    assert event["STATUS"] == "CANCELLED"
    assert calendar.walk("VALARM") == []
    assert read()["METHOD"] == "REQUEST"


def test_time_on_the_day_of_the_clock_change_is_the_right_moment() -> None:
    for day in (datetime(2026, 3, 29, 9, 0, tzinfo=UTC), datetime(2026, 10, 25, 9, 0, tzinfo=UTC)):
        (event,) = read(starts_at=day, ends_at=day.replace(minute=15)).walk("VEVENT")
        assert event.decoded("DTSTART") == day.astimezone(ZoneInfo("Europe/Berlin"))
