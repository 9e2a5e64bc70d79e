"""Who was served out of turn, read from lines of the timeline."""

from datetime import UTC, datetime, timedelta

from ivr.domain.callbacks import Callback, Hold
from ivr.domain.turns import TurnLine, Turns, Waiting, replay

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def promise(key: str, ticket: int, **more: object) -> Callback:
    due = at(ticket)
    times = {"ticket_at": due, "due_at": due, "promised_by_at": due, "closes_at": due, "created_at": due, "asap": True}
    return Callback(id=key, case_id="case", number="+12025550143", **{**times, **more})  # type: ignore[arg-type]


def read(*lines: tuple[int, str, str], entries: list[Waiting], silent: tuple[Callback, ...] = (), **of: str) -> Turns:
    """Lines of minute, kind and key."""
    known = {entry.id if isinstance(entry, Callback) else entry.call_sid: entry for entry in entries}
    told = [TurnLine(at=at(minute), kind=kind, key=key, **of) for minute, kind, key in lines]  # type: ignore[arg-type]
    return replay(told, known, silent, NOON)


FIRST, LATER = promise("first", 0), promise("later", 5)
BOOKED = ((0, "callback_booked", "first"), (5, "callback_booked", "later"))


def test_whoever_came_first_is_served_first_and_nothing_is_counted() -> None:
    turns = read(
        *BOOKED, (6, "attempt_started", "first"), (7, "attempt_started", "later"), entries=[FIRST, LATER]
    )  # fmt: skip
    assert (turns.begun, turns.inversions, turns.per_1000) == (2, 0, 0)


def test_somebody_who_is_served_before_an_earlier_ticket_is_an_inversion_and_names_whom_it_passed() -> None:
    turns = read(*BOOKED, (6, "attempt_started", "later"), (7, "attempt_started", "first"), entries=[FIRST, LATER])
    assert (turns.begun, turns.inversions, turns.per_1000, dict(turns.overtaken)) == (2, 1, 500, {"first": 1})


def test_callers_on_hold_and_callbacks_are_one_line() -> None:
    held = Hold(call_sid="CA1", case_id="case", ticket_at=at(0))
    turns = read((0, "hold_started", "CA1"), BOOKED[1], (6, "attempt_started", "later"), entries=[held, LATER])
    assert dict(turns.overtaken) == {"CA1": 1}
    gone = ((0, "hold_started", "CA1"), (3, "hold_left", "CA1"))
    assert read(*gone, BOOKED[1], (6, "attempt_started", "later"), entries=[held, LATER]).inversions == 0


def test_others_priority_skill_or_language_is_another_line() -> None:
    for change in ({"priority": 0}, {"skill": "returns"}, {"locale": "ko-KR"}):
        other = promise("later", 5, **change)
        assert read(*BOOKED, (6, "attempt_started", "later"), entries=[FIRST, other]).inversions == 0


def test_who_is_not_due_or_has_an_end_was_not_passed() -> None:
    for kind in ("callback_canceled", "callback_done", "callback_needs_human", "callback_expired"):
        lines = (*BOOKED, (6, kind, "first"), (7, "attempt_started", "later"))
        assert read(*lines, entries=[FIRST, LATER]).inversions == 0
    named = promise("first", 60, asap=False)
    assert read((0, "callback_verified", "first"), *BOOKED[1:], (6, "attempt_started", "later"), entries=[named, LATER]
    ).inversions == 0  # fmt: skip


def test_after_a_try_in_vain_the_turn_is_theirs_again() -> None:
    lines = (*BOOKED, (6, "attempt_started", "first"), (7, "attempt_ended", "first"), (8, "attempt_started", "later"))
    assert read(*lines, entries=[FIRST, LATER], outcome="declined").inversions == 1
    assert read(*lines, entries=[FIRST, LATER], outcome="joined").inversions == 0


def test_who_waits_without_a_line_is_passed_and_what_was_before_the_day_is_not_counted() -> None:
    lines = (BOOKED[1], (6, "attempt_started", "later"))
    assert read(*lines, entries=[LATER], silent=(FIRST,)).inversions == 1
    before = replay(
        [TurnLine(at=at(6), kind="attempt_started", key="later")], {"later": LATER}, (FIRST,), at(60)
    )  # fmt: skip
    assert before.begun == 0
