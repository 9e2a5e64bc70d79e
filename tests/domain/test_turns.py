"""Who was served out of turn, read from lines of the timeline."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ivr.domain.turns import Queued, TurnLine, Turns, replay

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def promise(ticket: int, **more: object) -> Queued:
    ordinary = {"ticket_at": at(ticket), "priority": 2, "skill": "general", "locale": "en-US"}
    return Queued(**{**ordinary, **more})  # type: ignore[arg-type]


def read(*lines: tuple[int, str, str], due: int | None = None, outcome: str = "", **entries: Queued) -> Turns:
    """Lines of minute, kind and key; `due`: since when `first` waits, without a line."""
    told = [TurnLine(at=at(minute), kind=kind, key=key, outcome=outcome) for minute, kind, key in lines]
    return replay(told, entries, {} if due is None else {"first": at(due)}, NOON)


FIRST, LATER = promise(0), promise(5)
BOOKED = ((0, "callback_booked", "first"), (5, "callback_booked", "later"))


def test_whoever_came_first_is_served_first_and_nothing_is_counted() -> None:
    turns = read(
        *BOOKED, (6, "attempt_started", "first"), (7, "attempt_started", "later"), first=FIRST, later=LATER
    )  # fmt: skip
    assert (turns.begun, turns.inversions, turns.per_1000) == (2, 0, 0)


def test_somebody_who_is_served_before_an_earlier_ticket_is_an_inversion_and_names_whom_it_passed() -> None:
    turns = read(*BOOKED, (6, "attempt_started", "later"), (7, "attempt_started", "first"), first=FIRST, later=LATER)
    assert (turns.begun, turns.inversions, turns.per_1000, dict(turns.overtaken)) == (2, 1, 500, {"first": 1})


def test_callers_on_hold_and_callbacks_are_one_line() -> None:
    held = promise(0)
    turns = read((0, "hold_started", "CA1"), BOOKED[1], (6, "attempt_started", "later"), CA1=held, later=LATER)
    assert dict(turns.overtaken) == {"CA1": 1}
    gone = ((0, "hold_started", "CA1"), (3, "hold_left", "CA1"))
    assert read(*gone, BOOKED[1], (6, "attempt_started", "later"), CA1=held, later=LATER).inversions == 0


def test_others_priority_skill_or_language_is_another_line() -> None:
    for change in ({"priority": 0}, {"skill": "returns"}, {"locale": "ko-KR"}):
        other = promise(5, **change)
        assert read(*BOOKED, (6, "attempt_started", "later"), first=FIRST, later=other).inversions == 0


def test_who_is_not_due_or_has_an_end_was_not_passed() -> None:
    for kind in ("callback_canceled", "callback_done", "callback_needs_human", "callback_expired"):
        lines = (*BOOKED, (6, kind, "first"), (7, "attempt_started", "later"))
        assert read(*lines, first=FIRST, later=LATER).inversions == 0
    tried_later = TurnLine(at=at(1), kind="callback_waits", key="first", due_at=at(60))
    begun = TurnLine(at=at(6), kind="attempt_started", key="later")
    assert replay([tried_later, begun], {"first": FIRST, "later": LATER}, {}, NOON).inversions == 0
    due_now = replace(tried_later, due_at=at(6))
    assert replay([due_now, begun], {"first": FIRST, "later": LATER}, {}, NOON).inversions == 1


def test_after_a_try_in_vain_the_turn_is_theirs_again() -> None:
    lines = (*BOOKED, (6, "attempt_started", "first"), (7, "attempt_ended", "first"), (8, "attempt_started", "later"))
    assert read(*lines, first=FIRST, later=LATER, outcome="declined").inversions == 1
    assert read(*lines, first=FIRST, later=LATER, outcome="joined").inversions == 0


def test_who_waits_without_a_line_is_passed_and_what_was_before_the_day_is_not_counted() -> None:
    lines = (BOOKED[1], (6, "attempt_started", "later"))
    assert read(*lines, due=0, first=FIRST, later=LATER).inversions == 1
    yesterday = [TurnLine(at=at(6), kind="attempt_started", key="later")]
    assert replay(yesterday, {"first": FIRST, "later": LATER}, {"first": at(0)}, at(60)).begun == 0
