"""The audit against rows as a broken engine, or a hand, would leave them: every rule fires, and only then."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from ivr.domain.callbacks import CallbackStatus, LegState, Outcome, Party
from ivr.domain.ledger import Breach, Violation
from ivr.domain.policies import DialRules
from ivr.service.audit import Audit
from ivr.storage import SqlStore
from ivr.understanding.numbers import PhoneNumbers
from tests.fakes.clock import FakeClock
from tests.storage import rows

NOON = datetime.fromisoformat("2026-11-24T17:00:00+00:00")
"""In New York."""
NUMBER = "+12025550143"
HOURS = {"hours": "09:00-19:00"}


class Ledger:
    """Writes what happened, one line after another, and audits it."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.now, self.serial = store, NOON, 0
        agents = [rows.agent(), rows.agent("other")]
        rows.save(store, rows.customer(), rows.case(), rows.case("another"), *agents)

    def callback(self, id: str = "callback", **changes: Any) -> None:
        times = {"due_at": NOON, "closes_at": NOON + timedelta(hours=7), "zone": "America/New_York"}
        done = {"status": CallbackStatus.DONE, "reason": "joined", "ended_at": NOON + timedelta(minutes=3)}
        rows.save(self.store, rows.callback(id, **{"number": NUMBER, **times, **done, **changes}))

    def attempt(self, id: str = "attempt", **changes: Any) -> None:
        rows.save(self.store, rows.attempt(id, **{"started_at": NOON, "ended_at": NOON, **changes}))

    def leg(self, id: str, **changes: Any) -> None:
        """A customer's leg that has ended."""
        ended = {"state": LegState.ENDED, "outcome": Outcome.BUSY, "placing_at": NOON, "ended_at": NOON}
        rows.save(self.store, rows.leg(id, **{"party": Party.CUSTOMER, "number": NUMBER, **ended, **changes}))

    def line(
        self, kind: str, leg: str = "", at: datetime = NOON, callback: str | None = "callback", **data: str
    ) -> None:
        self.serial += 1
        about = {"leg": leg} if leg else {}
        event = rows.event(f"e{self.serial}", kind=kind, at=at, callback_id=callback, case_id="case")
        event.data = {**about, **(HOURS if kind == "leg_placing" else {}), **data}
        rows.save(self.store, event)

    def dial(self, leg: str, **more: Any) -> None:
        self.line("leg_placing", leg, **more)
        self.line("leg_ended", leg)

    def violations(self, page: int = 1) -> list[Violation]:
        clock = FakeClock(self.now)
        return list(Audit(self.store, clock, PhoneNumbers("US"), DialRules(), page).violations())

    def breaches(self, page: int = 1) -> list[Breach]:
        return [violation.breach for violation in self.violations(page)]


@pytest.fixture
def ledger(store: SqlStore) -> Ledger:
    return Ledger(store)


def test_promise_that_was_kept_is_clean(ledger: Ledger) -> None:
    ledger.callback()
    ledger.attempt()
    ledger.leg("one")
    ledger.leg("two", sid="CA2")
    ledger.dial("one")
    ledger.dial("two")
    ledger.line("callback_done")
    assert ledger.breaches() == ledger.breaches(page=100) == []


def test_two_customer_legs_of_one_callback_at_once_are_named_with_both(ledger: Ledger) -> None:
    ledger.callback()
    ledger.attempt()
    ledger.leg("one")
    ledger.leg("two", number="+12025550144")
    ledger.line("leg_placing", "one")
    ledger.dial("two")
    ledger.line("leg_ended", "one")
    (violation,) = ledger.violations()
    assert (violation.breach, violation.callback_id) == (Breach.TWO_CUSTOMER_LEGS, "callback")
    assert "two" in violation.detail
    assert "one" in violation.detail


def test_two_live_legs_to_one_number_are_found_across_callbacks(ledger: Ledger) -> None:
    ledger.callback()
    ledger.callback("second", case_id="another")
    ledger.attempt()
    ledger.attempt("later", callback_id="second")
    ledger.leg("one")
    ledger.leg("two", callback_id="second", attempt_id="later")
    ledger.line("leg_placing", "one")
    ledger.dial("two", callback="second")
    assert ledger.breaches() == [Breach.TWO_LEGS_TO_NUMBER]


def test_order_is_the_databases_and_no_clocks(ledger: Ledger) -> None:
    ledger.callback()
    ledger.attempt()
    ledger.leg("one", placing_at=NOON + timedelta(minutes=9), ended_at=NOON + timedelta(minutes=10))
    ledger.leg("two")
    ledger.dial("one", at=NOON + timedelta(minutes=9))
    ledger.dial("two")
    assert ledger.breaches() == []


def test_stray_call_beside_a_live_leg_is_two_legs_to_one_number(ledger: Ledger) -> None:
    ledger.callback()
    ledger.attempt()
    ledger.leg("one")
    ledger.leg("two")
    ledger.dial("one")
    ledger.line("leg_placing", "two")
    ledger.line("stray_call", "one", sid="CA9")
    assert ledger.breaches() == [Breach.TWO_LEGS_TO_NUMBER]


def test_stray_call_that_nothing_else_rang_beside_is_none(ledger: Ledger) -> None:
    ledger.callback()
    ledger.attempt()
    ledger.leg("one")
    ledger.dial("one")
    ledger.line("stray_call", "one", sid="CA9")
    assert ledger.breaches() == []


def test_dial_outside_the_window_written_down_with_it_is_found(ledger: Ledger) -> None:
    ledger.callback()
    ledger.attempt()
    ledger.leg("one")
    ledger.dial("one", due_at=(NOON + timedelta(minutes=1)).isoformat())
    assert ledger.breaches() == [Breach.OUTSIDE_WINDOW]


def test_dial_at_night_where_the_number_lies_is_found(ledger: Ledger) -> None:
    ledger.callback()
    ledger.attempt()
    ledger.leg("one")
    ledger.leg("agents", party=Party.AGENT, number="+12025550171")
    for name in ("one", "agents"):
        ledger.dial(name, at=NOON.replace(hour=3))
    assert ledger.breaches() == [Breach.OUTSIDE_HOURS]


def test_customer_dialed_after_the_promise_ended_is_found(ledger: Ledger) -> None:
    ledger.callback()
    ledger.attempt()
    ledger.leg("one")
    ledger.line("callback_done")
    ledger.dial("one")
    assert ledger.breaches() == [Breach.DIALED_AFTER_END]


def test_dial_that_the_timeline_does_not_know_is_found(ledger: Ledger) -> None:
    ledger.callback()
    ledger.attempt()
    ledger.leg("one")
    assert ledger.breaches() == [Breach.UNRECORDED_DIAL]


def test_attempt_that_lives_for_a_callback_that_is_not_being_dialed_is_found(ledger: Ledger) -> None:
    ledger.callback(status=CallbackStatus.SCHEDULED)
    ledger.attempt(ended_at=None)
    assert ledger.breaches() == [Breach.ATTEMPTS_DISAGREE]


@pytest.mark.parametrize(("live", "broken"), [(0, True), (2, True)])
def test_callback_being_dialed_has_exactly_one_live_attempt(ledger: Ledger, live: int, broken: bool) -> None:
    ledger.callback(status=CallbackStatus.DIALING)
    for number in range(live):
        ledger.attempt(f"attempt{number}", number=number, ended_at=None)
    assert ledger.breaches() == [Breach.ATTEMPTS_DISAGREE] * broken


def test_promise_whose_window_is_over_and_that_nobody_moved_has_no_next_step(ledger: Ledger) -> None:
    ledger.callback(status=CallbackStatus.SCHEDULED, closes_at=NOON)
    ledger.now = NOON + timedelta(minutes=16)
    assert ledger.breaches() == [Breach.NO_NEXT_STEP]


@pytest.mark.parametrize("state", [LegState.INTENT, LegState.PLACING])
def test_live_leg_that_nobody_goes_on_with_has_no_next_step(ledger: Ledger, state: LegState) -> None:
    ledger.callback(status=CallbackStatus.DIALING)
    ledger.attempt(ended_at=None)
    ledger.leg("one", state=state, ended_at=None, outcome=None, lease_until_at=NOON)
    ledger.line("leg_placing", "one")
    ledger.now = NOON + timedelta(hours=1)
    assert ledger.breaches() == [Breach.NO_NEXT_STEP]


def test_people_who_talk_for_long_are_a_next_step(ledger: Ledger) -> None:
    ledger.callback(status=CallbackStatus.DIALING)
    ledger.attempt(ended_at=None)
    ledger.leg("one", state=LegState.PLACED, answered_at=NOON, ended_at=None, outcome=None)
    ledger.line("leg_placing", "one")
    ledger.now = NOON + timedelta(hours=1)
    assert ledger.breaches() == []


def test_attempt_whose_telephones_are_all_gone_has_no_next_step(ledger: Ledger) -> None:
    ledger.callback(status=CallbackStatus.DIALING)
    ledger.attempt(ended_at=None)
    ledger.now = NOON + timedelta(hours=1)
    assert ledger.breaches() == [Breach.NO_NEXT_STEP]


@pytest.mark.parametrize("gone", [{"reason": ""}, {"ended_at": None}])
def test_end_without_a_reason_or_a_time_is_found(ledger: Ledger, gone: dict[str, Any]) -> None:
    ledger.callback(**gone)
    assert ledger.breaches() == [Breach.END_WITHOUT_REASON]


def test_person_who_must_decide_is_a_next_step_if_told_why(ledger: Ledger) -> None:
    ledger.callback(status=CallbackStatus.NEEDS_HUMAN, ended_at=None, reason="carrier_unclear")
    ledger.callback("second", case_id="another", status=CallbackStatus.NEEDS_HUMAN, ended_at=None, reason="")
    assert [(v.breach, v.callback_id) for v in ledger.violations()] == [(Breach.END_WITHOUT_REASON, "second")]


def test_every_page_is_read_whatever_its_size(ledger: Ledger) -> None:
    for number in range(7):
        name = f"c{number}"
        rows.save(ledger.store, rows.case(f"case {number}", number=f"{number:07d}"))
        ledger.callback(name, case_id=f"case {number}", reason="")
        ledger.attempt(f"a{number}", callback_id=name)
        ledger.leg(f"l{number}", callback_id=name, attempt_id=f"a{number}", number=f"+1202555010{number}")
        ledger.dial(f"l{number}", callback=name, at=NOON.replace(hour=3))
    names = [f"c{number}" for number in range(7)]
    for page in (1, 3, 7, 1000):
        assert [(violation.breach, violation.callback_id) for violation in ledger.violations(page)] == [
            *((Breach.OUTSIDE_HOURS, name) for name in names),
            *((Breach.END_WITHOUT_REASON, name) for name in names),
        ]
