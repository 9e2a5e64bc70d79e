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
