"""Whatever the rows say, the audit, which reads only what looks wrong, finds what reading everything finds."""

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.callbacks import CallbackStatus, LegState, Party
from ivr.domain.ledger import Replay, Violation, judge_time
from ivr.domain.policies import DialRules
from ivr.service.audit import Audit, gathered
from ivr.storage import SqlStore
from ivr.storage.mapping import metadata
from ivr.understanding.numbers import PhoneNumbers
from tests.effort import EFFORT
from tests.fakes.clock import FakeClock
from tests.storage import rows
from tests.storage.rows import later

NUMBERS = ("+12025550143", "+12025550144")
KINDS = ("leg_placing", "leg_placing", "leg_ended", "leg_ended", "leg_absent", "stray_call", "callback_done", "joined")
COUNTED = iter(range(1_000_000))


@st.composite
def callbacks(draw: st.DrawFn, name: str) -> list[object]:
    """A case, its callback in any state, and up to two attempts with a leg each."""
    case = rows.case(f"case {name}", number=name)
    status = draw(st.sampled_from(CallbackStatus))
    ended_at = draw(st.sampled_from([None, later(minutes=1)]))
    about = {"case_id": case.id, "number": f"+1202555{name}", "status": status, "ended_at": ended_at}
    reason, closes_at = draw(st.sampled_from(["", "joined"])), draw(st.sampled_from([later(hours=-2), later(hours=2)]))
    made = [case, rows.callback(name, **about, reason=reason, closes_at=closes_at, zone="America/New_York")]
    for number in range(draw(st.integers(0, 2))):
        attempt = rows.attempt(f"{name}{number}", callback_id=name, case_id=case.id, number=number)
        attempt.started_at, attempt.ended_at = later(hours=-3), draw(st.sampled_from([None, later()]))
        made += [attempt, draw(legs(f"leg {name}{number}", attempt.id, name))]
    return made


@st.composite
def legs(draw: st.DrawFn, leg_id: str, attempt_id: str, callback_id: str) -> object:
    """A leg in any state; live ones have numbers of their own, as the database insists."""
    state = draw(st.sampled_from([LegState.ENDED, LegState.ENDED, LegState.ABSENT, LegState.INTENT, LegState.PLACED]))
    is_live = state in (LegState.INTENT, LegState.PLACED)
    number = f"+1202555{next(COUNTED):06}" if is_live else draw(st.sampled_from(NUMBERS))
    party = Party.AGENT if is_live else draw(st.sampled_from([Party.CUSTOMER, Party.CUSTOMER, Party.AGENT]))
    about = {"attempt_id": attempt_id, "callback_id": callback_id, "number": number, "party": party, "state": state}
    placing_at = draw(st.sampled_from([None, later(hours=-3)]))
    return rows.leg(leg_id, **about, placing_at=placing_at, sid=leg_id, created_at=later(hours=-3))


@st.composite
def lines(draw: st.DrawFn, made: list[object]) -> list[object]:
    """Lines of the timeline about these legs and callbacks, in any order."""
    about = [leg for leg in made if hasattr(leg, "attempt_id") and hasattr(leg, "party")]
    events = []
    for serial in range(draw(st.integers(0, 12)) if about else 0):
        leg, kind = draw(st.sampled_from(about)), draw(st.sampled_from(KINDS))
        event = rows.event(f"e{serial}", kind=kind, at=later(hours=draw(st.sampled_from([0, 9]))))
        event.callback_id, event.data = leg.callback_id, {"leg": leg.id, "hours": "09:00-19:00"}  # type: ignore[attr-defined]
        events.append(event)
    return events


@st.composite
def ledgers(draw: st.DrawFn) -> list[object]:
    made = list(chain.from_iterable(draw(callbacks(name)) for name in ("0001", "0002")))
    return [*made, *draw(lines(made))]


def everything(audit: Audit, store: SqlStore) -> list[Violation]:
    """What the rules say of all there is."""
    now, replay, found = audit._clock.now(), Replay(), []
    with store.read() as uow:
        ids = [name for name in ("0001", "0002") if uow.callbacks.get(name)]
        entries = uow.ledger.entries(0, 1000, numbers=(), callback_ids=ids)
        for entry in entries:
            found += replay.read(entry.line, entry.leg)
        for entry in entries:
            found += judge_time(entry.line, entry.leg, audit._zones(entry.leg.number), entry.zone)
        for promise in gathered(uow, uow.ledger.callbacks(ids)):
            found += promise.judge(now, audit._rules)
    return found


def empty(store: SqlStore) -> None:
    with store._write.begin() as connection:
        for table in metadata.sorted_tables[::-1]:
            connection.execute(table.delete())


@pytest.mark.timeout(600 * EFFORT)
def test_nothing_wrong_is_left_unread(store: SqlStore) -> None:
    audit = Audit(store, FakeClock(later(hours=1)), PhoneNumbers("US"), DialRules())

    @settings(max_examples=25 * EFFORT)
    @given(ledgers())
    def check(made: list[object]) -> None:
        empty(store)
        rows.save(store, rows.agent(), *made)
        assert list(audit.violations()) == everything(audit, store)

    check()
