"""Since when time goes by without a jump."""

from datetime import UTC, datetime, timedelta

from ivr.domain.steady import GAP, steady_since

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
EARLIER = NOON - timedelta(hours=3)
SECOND = timedelta(seconds=1)


def test_new_process_inherits_what_the_others_have_seen() -> None:
    assert steady_since([(NOON - 5 * SECOND, EARLIER), (NOON - 2 * SECOND, EARLIER)], NOON) == EARLIER


def test_after_a_jump_ahead_or_back_time_begins_anew() -> None:
    for there in (NOON + GAP + SECOND, NOON - GAP - SECOND):
        assert steady_since([(NOON, EARLIER)], there) == there


def test_first_who_beats_after_a_jump_tells_all_others() -> None:
    old, first = (NOON - timedelta(hours=8), EARLIER), (NOON - SECOND, NOON - SECOND)
    assert steady_since([old, first], NOON) == NOON - SECOND


def test_heartbeat_of_an_older_version_counts_from_its_own_moment() -> None:
    assert steady_since([(NOON - SECOND, None)], NOON) == NOON - SECOND
