"""Evenings and days off by place: the owner's setting widens to 21 o'clock only where the table says so."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

import pytest

from ivr.content.region_files import evening_law, read_regions
from ivr.domain.callbacks import CallbackStatus
from ivr.domain.ledger import EVENINGS, Breach, judge_time
from ivr.domain.policies import CallbackRules
from ivr.domain.regions import Whereabouts
from ivr.understanding.numbers import PhoneNumbers
from tests.conftest import ROOT
from tests.service.world import RULES, World, audited

UNTIL_NINE = replace(RULES, calls_close_at=time(21), evenings=evening_law(ROOT / "grammars"))
NUMBERS = PhoneNumbers("US", regions=read_regions(ROOT / "grammars"))
NEW_YORK, MIAMI = "+12125550143", "+13055550143"
HALF_PAST_EIGHT = datetime(2026, 3, 11, 0, 30, tzinfo=UTC)
"""In both."""


class Here(World):
    """With numbers that tell their regions."""

    def ports(self):
        return replace(super().ports(), numbers=NUMBERS)


@pytest.fixture
def world(sqlite_store) -> Here:
    world = Here(sqlite_store, UNTIL_NINE)
    world.clock.set(HALF_PAST_EIGHT)
    world.agent()
    return world


def test_owner_who_widens_the_hours_rings_until_nine_only_where_the_law_is_known_to_allow_it(world: Here) -> None:
    stricter, until_nine = world.callback(world.book(MIAMI)), world.callback(world.book(NEW_YORK))
    assert until_nine.due_at == HALF_PAST_EIGHT
    assert until_nine.closes_at == HALF_PAST_EIGHT.replace(hour=1, minute=0)
    assert stricter.due_at == datetime(2026, 3, 11, 13, 0, tzinfo=UTC)


def test_audit_knows_the_evening_that_was_written_down_with_the_dial_and_no_other(world: Here) -> None:
    callback = world.book(NEW_YORK)
    world.agent_takes_it()
    assert world.callback(callback).status is CallbackStatus.DIALING
    with world.store.read() as uow:
        (dial,) = uow.ledger.customers_dials(0, 10)
    assert dial.line.data[EVENINGS].startswith("mon tue")
    assert audited(world) == []
    zones = NUMBERS.check(NEW_YORK).zones
    for at, data in (
        (HALF_PAST_EIGHT, {**dial.line.data, EVENINGS: "mon"}),  # it is Tuesday
        (HALF_PAST_EIGHT.replace(hour=1), dict(dial.line.data)),  # nine o'clock
    ):
        forged = replace(dial.line, at=at, data=data | {"closes_at": "2026-03-12T00:00:00+00:00"})
        assert [found.breach for found in judge_time(forged, dial.leg, zones, "")] == [Breach.OUTSIDE_HOURS]


@dataclass
class Days:
    """holidays.DaysOff."""

    of: dict[str, frozenset[date]]

    def days(self, region: str) -> frozenset[date]:
        return self.of.get(region, frozenset())


@pytest.mark.parametrize(
    ("regions", "is_open"), [(("GB-ENG",), True), (("GB-SCT",), False), (("GB-ENG", "GB-SCT"), False), ((), True)]
)
def test_number_that_may_lie_in_several_regions_rests_on_the_days_of_each(
    regions: tuple[str, ...], is_open: bool
) -> None:
    rules = CallbackRules(days_off=Days({"GB-SCT": frozenset({date(2026, 11, 30)})}))
    hours = rules.window(Whereabouts(("Europe/London",), "GB", regions))
    assert hours.allows(datetime(2026, 11, 30, 12, tzinfo=UTC)) == is_open
    assert hours.allows(datetime(2026, 12, 1, 12, tzinfo=UTC))
