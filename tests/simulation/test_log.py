"""Callers of a day read from the timeline of a database."""

from datetime import UTC, datetime, timedelta

from ivr.domain.cases import Event
from ivr.simulation.arrivals_log import callers_of
from ivr.simulation.public import Habits
from tests.simulation.days import DAY, ZONE

NOON = datetime(2026, 3, 10, 16, tzinfo=UTC)


def event(kind: str, case: str, minutes: float, **data: str) -> Event:
    return Event(id=f"{kind}{case}", at=NOON + timedelta(minutes=minutes), kind=kind, case_id=case, data=data)


def test_caller_of_the_log_comes_when_they_first_wanted_an_agent_and_talks_as_long_as_they_did() -> None:
    log = [
        event("attempt_ended", "a", 13, outcome="joined"),
        event("hold_started", "a", 1),
        event("wait_told", "a", 0),
        event("joined", "a", 6),
    ]
    (caller,) = callers_of(log, DAY, zone=ZONE, seed=1, habits=Habits())
    assert (caller.at, caller.handle_seconds) == (NOON, 7 * 60)


def test_caller_of_the_log_who_never_talked_gets_a_conversation_of_the_others() -> None:
    log = [
        event("wait_told", "a", 0),
        event("joined", "a", 1),
        event("attempt_ended", "a", 4, outcome="joined"),
        event("callback_booked", "b", 2),
    ]
    assert [c.handle_seconds for c in callers_of(log, DAY, zone=ZONE, seed=1, habits=Habits())] == [180, 180]


def test_callers_of_other_local_days_are_left_out() -> None:
    log = [event("wait_told", "today", 11 * 60), event("wait_told", "tomorrow", 13 * 60)]
    assert len(callers_of(log, DAY, zone=ZONE, seed=1, habits=Habits())) == 1
