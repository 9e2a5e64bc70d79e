"""When news may be rung where a state's law is stricter: the file's own states, on their own clocks."""

from datetime import UTC, datetime

import pytest

from ivr.content.privacy_law import privacy_rules
from ivr.domain.hours import CallingHours
from ivr.understanding.public_holidays import PublicDays
from tests.conftest import ROOT

LAW = privacy_rules(ROOT / "grammars", PublicDays)
CENTRAL, EASTERN = ("America/Chicago",), ("America/New_York",)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "zones", "asked", "first"),
    [
        ("+12055550100", CENTRAL, "2026-01-11T16:00", "2026-01-12T15:00"),  # Alabama: Sunday, so Monday at nine
        ("+15045550100", CENTRAL, "2026-01-11T16:00", "2026-01-12T15:00"),  # Louisiana
        ("+16015550100", CENTRAL, "2026-01-11T16:00", "2026-01-12T15:00"),  # Mississippi
        ("+15025550100", EASTERN, "2026-01-12T14:30", "2026-01-12T15:00"),  # Kentucky: from ten
        ("+14015550100", EASTERN, "2026-01-12T23:30", "2026-01-13T14:00"),  # Rhode Island: until six
        ("+12145550100", CENTRAL, "2026-01-11T16:00", "2026-01-11T18:00"),  # Texas: on Sunday from noon
        ("+12125550100", EASTERN, "2026-01-11T16:00", "2026-01-11T16:00"),  # New York: as everywhere
        ("+15045550100", CENTRAL, "2026-02-17T16:00", "2026-02-18T15:00"),  # Louisiana: Mardi Gras, so Ash Wednesday
        ("+12055550100", CENTRAL, "2026-04-27T16:00", "2026-04-28T14:00"),  # Alabama: Confederate Memorial Day
        ("+14015550100", EASTERN, "2026-05-25T16:00", "2026-05-26T13:00"),  # Rhode Island: Memorial Day
        ("+12125550100", EASTERN, "2026-05-25T16:00", "2026-05-25T16:00"),  # New York: no law of its days
        ("+4930123456", ("Europe/Berlin",), "2026-01-11T10:00", "2026-01-11T10:00"),
    ],
)
def test_news_waits_for_the_hours_of_the_numbers_state(number: str, zones: tuple, asked: str, first: str) -> None:
    hours = LAW.unasked(number, zones, CallingHours.of(zones))
    assert hours.next_allowed(utc(asked)) == utc(first)
    assert hours.allows(utc(asked)) == (asked == first)
    assert hours.allows(utc(first))


def test_hours_that_never_meet_are_never_open_and_the_first_to_close_ends_them() -> None:
    hours = LAW.unasked("+14015550100", EASTERN, CallingHours.of(EASTERN))
    assert hours.closes_after(utc("2026-01-12T15:00")) == utc("2026-01-12T23:00")  # at six, before seven
    at_night = LAW.unasked(
        "+14015550100", EASTERN, LAW.unasked("+12145550100", ("Asia/Seoul",), CallingHours.of(EASTERN))
    )
    assert at_night.next_allowed(utc("2026-01-12T15:00")) is None
