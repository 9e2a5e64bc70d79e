"""A year with both clock changes, and an hour in which the carrier refuses everything."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from ivr.domain.callbacks import CallbackStatus, Party
from ivr.simulation.figures import figures_of
from ivr.simulation.policy import Policy
from ivr.simulation.public import Caller, Habits, person
from tests.simulation.days import DAY, ZONE, a_day, played, promises

NEW_YORK = ZoneInfo(ZONE)
CHANGES = (date(2026, 3, 8), date(2026, 11, 1))
"""Clocks go forward, and back."""
HABITS = Habits(accept=1.0, no_answer=0.2, machine=0.1, busy=0.1, agent_misses=0.02)
ENDED = (CallbackStatus.DONE, CallbackStatus.NEEDS_HUMAN)


def a_year() -> list[Caller]:
    """One caller a day at any hour, four around a clock change; every other one names a time, whatever it is."""
    luck, serial, people = Random(3), count(1), []
    for offset in range(365):
        day = date(2026, 1, 1) + timedelta(days=offset)
        near = any(abs((day - change).days) <= 2 for change in CHANGES)
        for _ in range(4 if near else 1):
            at = datetime.combine(day, time(luck.randrange(24), luck.randrange(60)), NEW_YORK).astimezone(UTC)
            caller = person(f"+1{2_020_000_000 + next(serial)}", at, luck, HABITS)
            people.append(replace(caller, named_at=named(luck, day) if luck.random() < 0.5 else None))
    return sorted(people, key=lambda caller: caller.at)


def named(luck: Random, day: date) -> datetime:
    """A wall time of the next days, often one of those that are tricky: before opening, at the close, in the gap."""
    wall = luck.choice((time(2, 30), time(1, 30), time(8, 59), time(9), time(12), time(18, 57), time(18, 59), time(20)))
    return datetime.combine(day + timedelta(days=luck.randint(1, 3)), wall, NEW_YORK).astimezone(UTC)


def test_in_a_year_with_both_clock_changes_nobody_is_rung_outside_the_hours_and_no_promise_is_lost() -> None:
    centre = played(a_year(), Policy(agents=2, offer_seconds=0), habits=HABITS)
    made = promises(centre)
    assert len(made) > 150
    assert set(CHANGES) <= {c.due_at.astimezone(NEW_YORK).date() for c in made}
    assert [callback.status for callback in made if callback.status not in ENDED] == []
    rung = [call for call in centre.lab.phone.dialed if call.party == Party.CUSTOMER]
    assert len(rung) >= len(made)
    clocks = [call.started_at.astimezone(NEW_YORK).time() for call in rung]
    assert [clock for clock in clocks if not time(9) <= clock < time(19)] == []
    assert figures_of(centre).kept_share >= 0.95


def storm(now: datetime) -> bool:
    """From eleven to twelve."""
    local = now.astimezone(NEW_YORK)
    return local.date() == DAY and local.hour == 11


def test_when_all_requests_fail_for_an_hour_every_promise_still_ends_and_nobody_is_rung_twice() -> None:
    centre = played(a_day(150), Policy(agents=2), storm=storm)
    made = promises(centre)
    assert centre.lab.phone.refused > 3
    assert len(made) > 20
    assert [callback.status for callback in made if callback.status not in ENDED] == []
    assert not [call for call in centre.lab.phone.dialed if storm(call.started_at)]
    with centre.lab.store.read() as uow:
        joined = Counter(a.callback_id for c in made for a in uow.attempts.of_callback(c.id) if a.joined_at)
    assert set(joined.values()) == {1}
    answered = {guest.callback_id for guest in centre.lab.guests.values() if guest.callback_id and guest.answered_at}
    assert set(joined) == answered
    after = [call for call in centre.lab.phone.dialed if call.started_at.astimezone(NEW_YORK).hour == 12]
    assert after
