"""The rules of the dial ledger, without a database; histories that the database allows break none."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.callbacks import Callback, CallbackStatus, Leg, LegState, Party
from ivr.domain.ledger import ALWAYS, Breach, Line, Promise, Replay, judge_time
from ivr.domain.policies import DialRules

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)
"""In New York, five hours behind."""
NUMBERS = ("+12025550143", "+12025550144")
CALLBACKS = ("a", "b")
ENDS = ("leg_ended", "leg_absent", "leg_rejected", "leg_withheld")
EAST, WEST, TOKYO = "America/New_York", "America/Los_Angeles", "Asia/Tokyo"
Op = tuple[str, int]


def leg(name: str = "leg", number: str = NUMBERS[0], party: Party = Party.CUSTOMER, callback: str = "a") -> Leg:
    return Leg(id=name, callback_id=callback, party=party, number=number, created_at=NOON)


def dial(at: datetime = NOON, **data: str) -> Line:
    return Line(serial=1, at=at, kind="leg_placing", callback_id="a", data={"leg": "leg", **data})


def judged(at: datetime, hours: str, zones: Sequence[str] = (EAST,), said: str = EAST, **data: str) -> list[Breach]:
    return [v.breach for v in judge_time(dial(at, hours=hours, **data), leg(), zones, said)]


@pytest.mark.parametrize(
    ("hour", "hours", "broken"),
    [
        (14, "09:00-19:00", False),
        (13, "09:00-19:00", True),
        (13, "08:00-20:00", False),
        (12, "00:00-23:00", True),
        (12, ALWAYS, False),
        (23, "09:00-19:00", False),
        (0, "09:00-23:00", False),
        (1, "09:00-23:00", True),
        (12, "", True),
    ],
)
def test_hours_written_down_count_within_eight_to_twenty(hour: int, hours: str, broken: bool) -> None:
    assert judged(NOON.replace(hour=hour), hours) == [Breach.OUTSIDE_HOURS] * broken


def test_it_must_be_day_in_every_zone_in_which_the_number_may_lie() -> None:
    assert judged(NOON.replace(hour=15), "09:00-19:00", (EAST, WEST)) == [Breach.OUTSIDE_HOURS]
    assert judged(NOON, "09:00-19:00", (EAST, WEST)) == []


def test_zone_that_the_owner_named_decides_only_if_no_hour_is_shared() -> None:
    assert judged(NOON.replace(hour=1), "09:00-19:00", (EAST, TOKYO), TOKYO) == []
    assert judged(NOON.replace(hour=1), "09:00-19:00", (EAST, WEST), WEST) == [Breach.OUTSIDE_HOURS]


@pytest.mark.parametrize(("minutes", "broken"), [(-1, True), (0, False), (59, False), (60, True)])
def test_window_opens_when_due_and_closes(minutes: int, broken: bool) -> None:
    window = {"due_at": NOON.isoformat(), "closes_at": (NOON + timedelta(hours=1)).isoformat()}
    assert judged(NOON + timedelta(minutes=minutes), ALWAYS, **window) == [Breach.OUTSIDE_WINDOW] * broken


@pytest.mark.parametrize(("party", "broken"), [(Party.AGENT, False), (Party.CUSTOMER, True), (Party.UNPROVEN, True)])
def test_agents_alone_may_be_rung_at_night(party: Party, broken: bool) -> None:
    found = judge_time(dial(NOON.replace(hour=3)), leg(party=party), (EAST,), EAST)
    assert [violation.breach for violation in found] == [Breach.OUTSIDE_HOURS] * broken


def replayed(ops: Sequence[tuple[str, Leg]]) -> list[Breach]:
    replay, found = Replay(), []
    for serial, (kind, about) in enumerate(ops):
        line = Line(serial=serial, at=NOON - timedelta(minutes=serial), kind=kind, data={"leg": about.id})
        found += [violation.breach for violation in replay.read(line, about)]
    return found


@given(st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(ENDS), st.booleans()), max_size=30))
def test_history_that_the_unique_indexes_allow_is_clean(steps: list[tuple[str, str, bool]]) -> None:
    """Each number has its own callback here; a leg begins only where none lives, and clocks run backwards."""
    live: dict[str, Leg] = {}
    ops = []
    for serial, (number, end, begins) in enumerate(steps):
        if begins and number not in live:
            live[number] = leg(f"leg{serial}", number, callback=CALLBACKS[NUMBERS.index(number)])
            ops.append(("leg_placing", live[number]))
        elif not begins and number in live:
            ops.append((end, live.pop(number)))
    assert replayed(ops) == []


@given(st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(CALLBACKS), st.booleans()), max_size=30))
def test_every_leg_that_begins_beside_a_live_one_is_found(steps: list[tuple[str, str, bool]]) -> None:
    """A plain count over whole lists says the same as the replay, which keeps only what lives."""
    live: list[Leg] = []
    ops, expected = [], []
    for serial, (number, callback, begins) in enumerate(steps):
        if begins:
            new = leg(f"leg{serial}", number, callback=callback)
            expected += [Breach.TWO_LEGS_TO_NUMBER for other in live if other.number == number]
            expected += [Breach.TWO_CUSTOMER_LEGS for other in live if other.callback_id == callback]
            live.append(new)
            ops.append(("leg_placing", new))
        elif live:
            ops.append(("leg_ended", live.pop(0)))
    assert sorted(replayed(ops)) == sorted(expected)


@given(st.sampled_from(CallbackStatus), st.booleans(), st.integers(-60, 60))
def test_every_promise_has_an_end_or_a_next_step_or_is_named(
    status: CallbackStatus, has_reason: bool, minutes: int
) -> None:
    callback = Callback(
        id="a",
        case_id="case",
        number=NUMBERS[0],
        asap=True,
        ticket_at=NOON,
        due_at=NOON,
        promised_by_at=NOON,
        closes_at=NOON,
        status=status,
        reason="joined" if has_reason else "",
        created_at=NOON,
        ended_at=NOON,
    )
    promise = Promise(callback=callback, attempts=(), legs=(), lines=())
    found = {violation.breach for violation in promise.judge(NOON + timedelta(minutes=minutes), DialRules())}
    if status == CallbackStatus.DIALING:
        assert found == {Breach.ATTEMPTS_DISAGREE}
    elif callback.is_open:
        assert found == ({Breach.NO_NEXT_STEP} if minutes > 15 else set())
    else:
        assert found == (set() if has_reason else {Breach.END_WITHOUT_REASON})


@pytest.mark.parametrize("state", list(LegState))
def test_leg_waits_for_something_only_while_it_lives(state: LegState) -> None:
    callback = Callback(
        id="a", case_id="case", number=NUMBERS[0], asap=True, ticket_at=NOON, due_at=NOON, promised_by_at=NOON,
        closes_at=NOON, status=CallbackStatus.CANCELED, reason="x", ended_at=NOON, created_at=NOON,
    )  # fmt: skip
    one = leg()
    one.state, one.placing_at = state, NOON
    promise = Promise(callback=callback, attempts=(), legs=(one,), lines=(dial(),))
    found = [violation.breach for violation in promise.judge(NOON + timedelta(hours=9), DialRules())]
    assert found == [Breach.NO_NEXT_STEP] * one.is_live
