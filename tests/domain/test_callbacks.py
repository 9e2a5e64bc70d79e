"""Callbacks: legal moves, the ladder of retries, when a promise counts as kept."""

from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.callbacks import MOVES, Callback, CallbackStatus, Outcome
from ivr.domain.retries import MAX_TRIES, RETRY_AFTER, retry_at
from ivr.errors import IllegalMove

NOW = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


def callback(**more: object) -> Callback:
    fields: dict[str, object] = {
        "id": "1",
        "case_id": "c",
        "number": "+12025550143",
        "asap": True,
        "ticket_at": NOW,
        "due_at": NOW,
        "promised_by_at": NOW + timedelta(minutes=10),
        "closes_at": NOW + timedelta(hours=3),
        "created_at": NOW,
    }
    return Callback(**(fields | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("status", CallbackStatus)
@pytest.mark.parametrize("to", CallbackStatus)
def test_every_move_is_in_the_table_or_raises(status: CallbackStatus, to: CallbackStatus) -> None:
    row = callback(status=status)
    if to == status or to in MOVES[status]:
        row.move(to)
        assert row.status == to
    else:
        with pytest.raises(IllegalMove):
            row.move(to)


@pytest.mark.parametrize("status", [CallbackStatus.DONE, CallbackStatus.CANCELED, CallbackStatus.EXPIRED])
def test_ended_callbacks_stay_ended(status: CallbackStatus) -> None:
    assert MOVES[status] == frozenset()


@pytest.mark.parametrize(
    ("outcome", "tries", "wait"),
    [
        (Outcome.BUSY, 1, timedelta(minutes=2)),
        (Outcome.BUSY, 2, timedelta(minutes=5)),
        (Outcome.BUSY, 3, timedelta(minutes=15)),
        (Outcome.NO_ANSWER, 1, timedelta(minutes=10)),
        (Outcome.MACHINE, 3, timedelta(hours=3)),
        (Outcome.FAILED, 2, timedelta(minutes=15)),
        (Outcome.FAILED, 3, None),
        (Outcome.CUSTOMER_HUNG_UP, 2, None),
        (Outcome.BUSY, 4, None),
        (Outcome.JOINED, 1, None),
        (Outcome.BUSY, 0, None),
    ],
)
def test_next_try_follows_the_outcomes_ladder(outcome: Outcome, tries: int, wait: timedelta | None) -> None:
    assert retry_at(outcome, tries, NOW) == (NOW + wait if wait else None)


def test_no_ladder_is_longer_than_the_tries_allow() -> None:
    assert all(len(ladder) < MAX_TRIES for ladder in RETRY_AFTER.values())


@pytest.mark.parametrize(("minutes", "kept"), [(0, True), (10, True), (11, False)])
def test_promise_is_kept_if_the_phone_first_rings_in_time(minutes: int, kept: bool) -> None:
    assert callback(first_rung_at=NOW + timedelta(minutes=minutes)).was_kept is kept


def test_promise_is_undecided_while_it_is_open() -> None:
    assert callback().was_kept is None


@pytest.mark.parametrize(
    ("status", "reason", "minutes", "kept"),
    [
        (CallbackStatus.CANCELED, "canceled_by_customer", 5, None),
        (CallbackStatus.CANCELED, "canceled_by_customer", 20, False),
        (CallbackStatus.CANCELED, "canceled_by_supervisor", 5, False),
        (CallbackStatus.DONE, "phoned_in", 5, None),
        (CallbackStatus.NEEDS_HUMAN, "window_closed", 5, False),
    ],
)
def test_withdrawn_by_us_is_broken_released_by_the_customer_is_not(
    status: CallbackStatus, reason: str, minutes: int, kept: bool | None
) -> None:
    row = callback(status=status, reason=reason, ended_at=NOW + timedelta(minutes=minutes))
    assert row.was_kept is kept
