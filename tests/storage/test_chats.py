"""What the database keeps of chats, on both databases: one live chat a number, each line once, in order."""

from datetime import datetime

import pytest

from ivr.domain.chats import Author, Chat, ChatChannel, ChatLine, ChatStatus, Delivery
from ivr.errors import Conflict
from ivr.storage import SqlStore
from tests.storage.rows import NOW, ids, later

NUMBER = "+12025550143"


def chat(name: str, changed_at: datetime = NOW, **more: object) -> Chat:
    given: dict[str, object] = {"channel": ChatChannel.TEXT, "number": NUMBER, "started_at": NOW}
    return Chat(id=name, changed_at=changed_at, **(given | more))  # type: ignore[arg-type]


def line(chat_id: str, number: int, **more: object) -> ChatLine:
    given: dict[str, object] = {"at": NOW, "author": Author.CUSTOMER, "body": "hello"}
    return ChatLine(id=f"{chat_id}{number}", chat_id=chat_id, number=number, **(given | more))  # type: ignore[arg-type]


def save(store: SqlStore, *rows: Chat | ChatLine) -> None:
    with store.begin() as uow:
        for row in rows:
            uow.chats.add(row) if isinstance(row, Chat) else uow.chats.add_line(row)
        uow.commit()


def test_number_has_one_live_chat_and_a_message_is_one_line(store: SqlStore) -> None:
    save(store, chat("old", ended_at=NOW, status=ChatStatus.ENDED), chat("a"), line("a", 1, key="SM1"))
    for wrong in (chat("b"), line("a", 1), line("a", 2, key="SM1")):
        with pytest.raises(Conflict):
            save(store, wrong)
    save(store, chat("w1", number=None), chat("w2", number=None))
    with store.read() as uow:
        found = uow.chats.live_of_number(NUMBER)
        assert found is not None
        assert found.id == "a"
        assert uow.chats.line_by_key("SM1") is not None


def test_lines_are_answered_in_order_and_sent_when_due(store: SqlStore) -> None:
    left = [line("a", n, handled=False, key=f"SM{n}") for n in (2, 3)]
    save(store, chat("a"), line("a", 1), *left, line("a", 4, author=Author.AGENT, delivery=Delivery.DUE))
    with store.begin() as uow:
        first = uow.chats.next_unhandled("a")
        assert first is not None
        assert first.number == 2
        assert list(uow.chats.unhandled(NOW, 9)) == ["a"]
        assert list(uow.chats.due(9)) == ["a4"]
        assert [one.number for one in uow.chats.lines("a")] == [1, 2, 3, 4]


def test_who_waits_longest_for_a_person_is_first_and_is_offered_a_callback_once(store: SqlStore) -> None:
    waits = {"status": ChatStatus.WAITING, "number": None}
    save(
        store,
        chat("late", unanswered_since_at=later(minutes=-1), **waits),
        chat("early", unanswered_since_at=later(minutes=-9), **waits),
        chat("offered", unanswered_since_at=later(minutes=-20), offered_at=NOW, **waits),
        chat("answered", later(hours=-3), status=ChatStatus.WITH_AGENT, number=None),
    )
    with store.read() as uow:
        assert ids(uow.chats.with_people(9)) == ["offered", "early", "late", "answered"]
        assert ids(uow.chats.unanswered(later(minutes=-5), 9)) == ["early"]
        assert ids(uow.chats.idle(later(hours=-2), 9)) == ["answered"]
        assert uow.chats.latest_of_number(NUMBER, NOW) is None
