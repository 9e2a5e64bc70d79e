"""Whose turn it is and who knows them, as the database finds it."""

from ivr.domain.fairness import place_of
from ivr.storage import SqlStore
from tests.storage import rows
from tests.storage.rows import NOW, ids, later, line_up, save


def test_due_callbacks_of_all_priorities_come_by_their_places_however_few_are_asked_for(store: SqlStore) -> None:
    waited = [(-1, 7), (0, 1), (0, 26), (1, 3), (1, 19), (1, 30), (2, 14), (2, 31), (2, 300)]
    line_up(store, *(rows.callback(f"{p} {m}", priority=p, ticket_at=later(minutes=-m)) for p, m in waited))
    right = ["2 300", "-1 7", "0 26", "1 30", "2 31", "1 19", "0 1", "2 14", "1 3"]
    with store.begin() as uow:
        for limit in range(1, 10):
            assert ids(uow.callbacks.due(NOW, limit)) == right[:limit]
        for place, entry in enumerate(right):
            callback = uow.callbacks.get(entry)
            assert callback is not None
            assert sum(uow.callbacks.ahead(NOW, place_of(callback), 99, without="").values()) == place


def test_agent_who_met_the_customer_of_a_case_last_is_found(store: SqlStore) -> None:
    held = [rows.attempt(f"held{n}", callback_id=None, hold_call_sid="CA1", number=n) for n in range(3)]
    for who, attempt in zip(("bob", "cid", "agent"), held, strict=True):
        attempt.agent_id, attempt.joined_at = who, {"bob": later(hours=-2), "cid": later(hours=-1)}.get(who)
    save(store, rows.case(), rows.agent(), rows.agent("bob"), rows.agent("cid"), *held)
    with store.read() as uow:
        assert uow.attempts.met_agents(["case", "another"]) == {"case": "cid"}
        assert uow.attempts.met_agents([]) == {}


def test_those_ahead_in_the_line_are_counted_by_what_they_need(store: SqlStore) -> None:
    line_up(
        store,
        rows.callback("first", ticket_at=later(minutes=-9), due_at=later(minutes=-1)),
        rows.callback("urgent", priority=1, ticket_at=later(minutes=9), skill="orders"),
        rows.callback("second", ticket_at=later(minutes=-8)),
        rows.callback("behind", ticket_at=later(minutes=1)),
        rows.callback("not_due", due_at=later(seconds=1), ticket_at=later(minutes=-9)),
        rows.callback("own", ticket_at=later(minutes=-7)),
    )
    with store.read() as uow:
        ahead = uow.callbacks.ahead(NOW, NOW, 9, without="own")
        assert ahead == {("general", "en-US"): 2, ("orders", "en-US"): 1}
        assert uow.callbacks.ahead(NOW, NOW, 1, without="own") == {("general", "en-US"): 1}


def test_callers_on_hold_come_in_the_order_of_the_line(store: SqlStore) -> None:
    save(
        store,
        rows.case(),
        rows.hold("CA1", ticket_at=later(minutes=1)),
        rows.hold("CA2"),
        rows.hold("CA3", priority=1, ticket_at=later(minutes=5)),
        rows.hold("CA4", status="left", priority=1),
    )
    with store.begin() as uow:
        assert [hold.call_sid for hold in uow.holds.waiting()] == ["CA3", "CA2", "CA1"]
