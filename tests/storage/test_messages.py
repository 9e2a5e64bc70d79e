"""The outbox as the databases keep it."""

import pytest

from ivr.domain.messages import Channel, MessageKind, MessageStatus
from ivr.errors import Conflict
from ivr.storage import SqlStore
from tests.storage import rows
from tests.storage.rows import NOW, later, save

BOTH = tuple(Channel)


@pytest.fixture
def kept(store: SqlStore) -> SqlStore:
    """With a callback to tell of."""
    save(store, rows.case(), rows.callback())
    return store


def due(store: SqlStore, *channels: Channel, seconds: float = 0) -> str | None:
    with store.read() as uow:
        found = uow.messages.due(later(seconds=seconds), channels or BOTH)
    return found.id if found else None


def test_one_message_of_a_kind_is_kept_for_each_revision_and_channel(kept: SqlStore) -> None:
    save(kept, rows.message("a"), rows.message("b", revision=1), rows.message("c", channel=Channel.EMAIL))
    save(kept, rows.message("d", kind=MessageKind.LATE))
    with pytest.raises(Conflict):
        save(kept, rows.message("e"))


def test_message_that_is_due_for_longest_comes_first_and_those_that_ended_never(kept: SqlStore) -> None:
    save(kept, rows.message("late", due_at=later(seconds=-1)), rows.message("now", revision=1))
    save(kept, rows.message("sent", revision=2, status=MessageStatus.SENT, due_at=later(days=-1)))
    save(kept, rows.message("mail", channel=Channel.EMAIL, due_at=later(days=-1)))
    assert (due(kept), due(kept, Channel.TEXT)) == ("mail", "late")
    assert due(kept, Channel.TEXT, seconds=-1) == "late"
    assert due(kept, Channel.TEXT, seconds=-2) is None


def test_message_in_another_transactions_hand_is_left_out(postgres_store: SqlStore) -> None:
    save(postgres_store, rows.case(), rows.callback(), rows.message("a"), rows.message("b", revision=1))
    with postgres_store.begin() as one, postgres_store.begin() as other:
        first, second = one.messages.due(NOW, BOTH), other.messages.due(NOW, BOTH)
        assert first is not None
        assert second is not None
        assert {first.id, second.id} == {"a", "b"}


def test_sent_ones_are_counted_for_all_and_for_one_address(kept: SqlStore) -> None:
    save(kept, rows.message("a", sending_at=NOW), rows.message("b", revision=1, sending_at=later(days=-2)))
    save(kept, rows.message("c", revision=2, sending_at=NOW, address="+12025550101"))
    with kept.read() as uow:
        assert uow.messages.count_sent(Channel.TEXT, later(days=-1)) == 2
        assert uow.messages.count_sent(Channel.TEXT, later(days=-1), "+12025550100") == 1
        assert uow.messages.count_sent(Channel.EMAIL, later(days=-1)) == 0


def test_messages_are_forgotten_a_week_after_they_ended_and_not_before(kept: SqlStore) -> None:
    save(kept, rows.message("old", status=MessageStatus.SENT, ended_at=later(days=-8)))
    save(kept, rows.message("new", revision=1, status=MessageStatus.SENT, ended_at=NOW))
    save(kept, rows.message("waits", revision=2, due_at=later(days=-30)))
    with kept.begin() as uow:
        uow.guards.sweep(NOW, kept_since=later(days=-7))
        uow.commit()
    with kept.read() as uow:
        assert {message.id for message in uow.messages.of_callback("callback")} == {"new", "waits"}


def test_who_wants_no_messages_stays_on_the_list_until_they_want_them_again(store: SqlStore) -> None:
    with store.begin() as uow:
        uow.guards.opt_out("+12025550100", NOW, "text")
        uow.guards.opt_out("+12025550100", later(days=1), "carrier")
        uow.commit()
    with store.begin() as uow:
        assert uow.guards.wants_no_messages("+12025550100")
        assert not uow.guards.do_not_call("+12025550100")
        uow.guards.opt_in("+12025550100")
        uow.commit()
    with store.read() as uow:
        assert not uow.guards.wants_no_messages("+12025550100")
