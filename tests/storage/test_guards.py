"""The small rows: seen webhooks, limits, rates, do-not-call, heartbeats, notes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ivr.service.store import Guards
from ivr.storage import SqlStore
from tests.storage import rows
from tests.storage.rows import NOW, later, save


@pytest.fixture
def guards(store: SqlStore) -> Iterator[Guards]:
    """In one transaction."""
    with store.begin() as uow:
        yield uow.guards


def test_a_webhook_is_new_once_for_each_call_kind_and_sequence(guards: Guards) -> None:
    keys = [("CA1", "status", "0"), ("CA1", "status", "1"), ("CA1", "answer", "0"), ("CA2", "status", "0")]
    assert [guards.is_new_webhook(*key) for key in keys] == [True] * 4
    assert [guards.is_new_webhook(*key) for key in keys] == [False] * 4


def test_a_repetition_does_not_spoil_the_transaction(store: SqlStore) -> None:
    for is_new in (True, False):
        with store.begin() as uow:
            assert uow.guards.is_new_webhook("CA1", "status", "0") is is_new
            uow.guards.set_note("last", {"new": is_new})
            uow.commit()
    with store.read() as uow:
        assert uow.guards.get_note("last") == {"new": False}


def test_a_webhook_whose_transaction_failed_is_new_again(store: SqlStore) -> None:
    for _ in range(2):
        with store.begin() as uow:
            assert uow.guards.is_new_webhook("CA1", "status", "0")


def test_uses_are_counted_in_a_window_that_slides(guards: Guards) -> None:
    assert [guards.count_hit("a", later(seconds=s), 60) for s in (0, 30, 59)] == [1, 2, 3]
    assert guards.count_hit("a", later(seconds=60), 60) == 3
    assert guards.count_hit("b", later(seconds=60), 60) == 1
    assert guards.count_hit("a", later(seconds=500), 60) == 1


def test_tokens_come_at_the_rate_and_are_not_saved_up(guards: Guards) -> None:
    taken = [(s, guards.take_token("dial", 2, later(seconds=s))) for s in (0, 0.4, 0.5, 0.6, 10, 10.1, 10.5)]
    assert [s for s, is_taken in taken if is_taken] == [0, 0.5, 10, 10.5]
    assert guards.take_token("other", 2, NOW)


def test_tokens_of_half_a_second_can_be_taken_together(guards: Guards) -> None:
    """Dispatchers look twice a second: one alone must reach any rate."""
    taken = [[guards.take_token("dial", 10, later(seconds=second)) for _ in range(7)] for second in (0, 0.5, 0.6)]
    assert [sum(at_once) for at_once in taken] == [5, 5, 1]


def test_a_rate_of_zero_is_no_limit(guards: Guards) -> None:
    assert all(guards.take_token("dial", 0, NOW) for _ in range(3))


def test_a_clock_set_back_does_not_stop_the_tokens_for_long(guards: Guards) -> None:
    assert guards.take_token("dial", 1, later(hours=1))
    assert guards.take_token("dial", 1, NOW)
    assert not guards.take_token("dial", 1, NOW)


def test_a_number_on_the_do_not_call_list_stays_there(guards: Guards) -> None:
    assert not guards.do_not_call("+1")
    guards.add_do_not_call("+1", NOW, "asked")
    guards.add_do_not_call("+1", later(days=1), "asked again")
    assert guards.do_not_call("+1")
    assert not guards.do_not_call("+2")


def test_the_last_beat_of_a_role_is_that_of_its_liveliest_process(guards: Guards) -> None:
    assert guards.last_beat_at("dispatch") is None
    guards.beat("a", "dispatch", NOW)
    guards.beat("b", "dispatch", later(seconds=-5))
    guards.beat("c", "serve", later(seconds=9))
    guards.beat("a", "dispatch", later(seconds=1))
    assert guards.last_beat_at("dispatch") == later(seconds=1)


def test_a_note_is_kept_replaced_and_removed(guards: Guards) -> None:
    assert guards.get_note("n") is None
    guards.set_note("n", {"url": "x", "deep": [1, {"a": None}]})
    assert guards.get_note("n") == {"url": "x", "deep": [1, {"a": None}]}
    guards.set_note("n", {})
    assert guards.get_note("n") == {}
    guards.set_note("n", None)
    assert guards.get_note("n") is None


def test_sweep_takes_what_is_over_and_leaves_the_rest(store: SqlStore) -> None:
    save(
        store,
        rows.case(),
        rows.callback(),
        rows.verification("old"),
        rows.verification("new", expires_at=later(days=9)),
    )
    with store.begin() as uow:
        uow.guards.count_hit("over", NOW, 60)
        uow.guards.count_hit("counts", NOW, 100 * 24 * 3600)
        uow.guards.set_note("over", {}, expires_at=later(days=7))
        uow.guards.set_note("stands", {})
        uow.guards.set_note("lasts", {}, expires_at=later(days=9))
        uow.guards.take_token("dial", 1, NOW)
        uow.guards.beat("dead", "dispatch", NOW)
        uow.guards.beat("alive", "serve", later(days=8))
        uow.commit()
    with store.begin() as uow:
        assert uow.guards.sweep(later(days=8), kept_since=later(days=1)) == 5
        assert uow.guards.sweep(later(days=8), kept_since=later(days=1)) == 0
        assert [uow.guards.get_note(key) for key in ("over", "stands", "lasts")] == [None, {}, {}]
        assert uow.guards.count_hit("counts", later(days=8), 100 * 24 * 3600) == 2
        assert (uow.guards.last_beat_at("dispatch"), uow.guards.last_beat_at("serve")) == (None, later(days=8))
        newest = uow.verifications.of_callback("callback")
        assert newest is not None
        assert newest.id == "new"


def test_webhook_is_known_for_as_long_as_it_is_kept(store: SqlStore) -> None:
    now = datetime.now(UTC)  # the database's own clock says when it was seen
    with store.begin() as uow:
        uow.guards.is_new_webhook("CA1", "status", "0")
        uow.guards.sweep(now, kept_since=now - timedelta(days=1))
        assert not uow.guards.is_new_webhook("CA1", "status", "0")
        assert uow.guards.sweep(now, kept_since=now + timedelta(days=1)) == 1
        assert uow.guards.is_new_webhook("CA1", "status", "0")
