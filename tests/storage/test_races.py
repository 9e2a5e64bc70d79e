"""Two at once: what only one may do is done once, and no change is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus
from ivr.errors import Conflict
from ivr.storage import SqlStore
from tests.storage import rows
from tests.storage.rows import NOW, ids, save

ROUNDS = 8
Work = Callable[[int], Any]


def at_once(work: Work, threads: int = 2) -> list[Any]:
    """What each thread returned, or the Conflict it met."""
    start = Barrier(threads)

    def run(number: int) -> Any:
        start.wait()
        try:
            return work(number)
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def claim(store: SqlStore) -> str | None:
    with store.begin() as uow:
        for callback in uow.callbacks.due(NOW, 1):
            callback.move(CallbackStatus.DIALING)
            uow.commit()
            return callback.id
    return None


def test_two_dispatchers_claim_a_callback_once(store: SqlStore) -> None:
    for n in range(ROUNDS):
        save(store, rows.case(str(n), number=str(n)), rows.callback(str(n), case_id=str(n), number=f"+{n}"))
        claimed = at_once(lambda _: claim(store))
        assert [one for one in claimed if isinstance(one, str)] == [str(n)]


def test_two_legs_for_one_number_are_never_both_live(store: SqlStore) -> None:
    save(store, rows.case(), rows.agent(), rows.callback(), rows.attempt())
    for n in range(ROUNDS):
        number = f"+1202555{n:04d}"
        ended = at_once(lambda i, n=n, number=number: save(store, rows.leg(f"{n}-{i}", number=number)))  # type: ignore[misc]
        assert sorted(type(result).__name__ for result in ended) == ["Conflict", "NoneType"]


def test_no_change_of_two_writers_is_lost(store: SqlStore) -> None:
    save(store, rows.case(), rows.callback())

    def count(_: int) -> None:
        done = 0
        while done < 10:
            try:
                with store.begin() as uow:
                    callback = uow.callbacks.get("callback")
                    assert callback is not None
                    callback.tries += 1
                    uow.commit()
                done += 1
            except Conflict:
                continue

    at_once(count, 3)
    with store.read() as uow:
        callback = uow.callbacks.get("callback")
        assert callback is not None
        assert (callback.tries, callback.version) == (30, 31)


def test_a_row_changed_since_it_was_read_is_a_conflict(postgres_store: SqlStore) -> None:
    """SQLite cannot come here: its second writer waits before it reads."""
    save(postgres_store, rows.case())
    with postgres_store.begin() as slow, postgres_store.begin() as quick:
        mine, theirs = slow.cases.get("case"), quick.cases.get("case")
        assert mine is not None
        assert theirs is not None
        theirs.summary = "first"
        quick.commit()
        mine.summary = "second"
        with pytest.raises(Conflict, match="read it again"):
            slow.commit()
    with postgres_store.read() as uow:
        case = uow.cases.get("case")
    assert case is not None
    assert (case.summary, case.version) == ("first", 2)


def save_agents(store: SqlStore, number: int = 12) -> list[str]:
    names = [f"agent{n}" for n in range(number)]
    save(store, *(rows.agent(name, number=f"+1202555{n:04d}") for n, name in enumerate(names)))
    return names


def test_many_rows_changed_at_once_are_all_written_and_each_version_raised(store: SqlStore) -> None:
    names = save_agents(store)
    with store.begin() as uow:
        for agent in uow.agents.all():
            agent.move(AgentStatus.RESERVED, NOW, f"attempt of {agent.name}")
        uow.commit()
        again = uow.agents.get(names[0])
        assert again is not None
        assert again.version == 2
    with store.read() as uow:
        found = {agent.name: (agent.status, agent.attempt_id, agent.version) for agent in uow.agents.all()}
    assert found == {name: (AgentStatus.RESERVED, f"attempt of {name}", 2) for name in names}


def test_of_many_rows_changed_at_once_one_that_was_changed_meanwhile_is_a_conflict(postgres_store: SqlStore) -> None:
    names = save_agents(postgres_store)
    with postgres_store.begin() as slow, postgres_store.begin() as quick:
        mine, theirs = slow.agents.all(), quick.agents.get(names[3])
        assert theirs is not None
        theirs.move(AgentStatus.AWAY, NOW)
        quick.commit()
        for agent in mine:
            agent.move(AgentStatus.OFFLINE, NOW)
        with pytest.raises(Conflict, match="read them again"):
            slow.commit()
    with postgres_store.read() as uow:
        assert {agent.name for agent in uow.agents.all() if agent.status == AgentStatus.OFFLINE} == set()


def test_rows_that_one_dispatcher_holds_are_left_out_by_the_next(postgres_store: SqlStore) -> None:
    for n in range(3):
        ticket_at = rows.later(seconds=n)
        callback = rows.callback(str(n), case_id=str(n), number=f"+{n}", ticket_at=ticket_at)
        save(postgres_store, rows.case(str(n), number=str(n)), callback)
    save(postgres_store, rows.agent(), rows.attempt(callback_id="0", case_id="0"), rows.leg(callback_id="0"))
    with postgres_store.begin() as one, postgres_store.begin() as two:
        assert ids(one.callbacks.due(NOW, 2)) == ["0", "1"]
        assert ids(two.callbacks.due(NOW, 2)) == ["2"]
        assert ids(one.agents.available(9)) == ["agent"]
        assert two.agents.available(9) == []
        assert ids(one.legs.to_place(NOW, 9)) == ["leg"]
        assert two.legs.to_place(NOW, 9) == []
        # rows that refer to a held one can still be added
        two.attempts.add(rows.attempt("second", callback_id="0", case_id="0", number=2))
        two.commit()
    with postgres_store.read() as uow:
        assert ids(uow.callbacks.due(NOW, 9)) == ["0", "1", "2"]


def test_two_cases_opened_at_once_get_different_numbers(store: SqlStore) -> None:
    def give(_: int) -> int:
        with store.begin() as uow:
            serial = uow.cases.next_serial()
            uow.commit()
            return serial

    given = [serial for _ in range(ROUNDS) for serial in at_once(give, 3)]
    assert len(set(given)) == 3 * ROUNDS


def test_of_repeated_webhooks_that_arrive_together_one_is_new(store: SqlStore) -> None:
    def arrive(n: int, sequence: str) -> bool:
        with store.begin() as uow:
            is_new = uow.guards.is_new_webhook("CA1", "status", sequence)
            uow.commit()
            return is_new

    for n in range(ROUNDS):
        news = at_once(lambda i, n=n: arrive(i, str(n)), 3)  # type: ignore[misc]
        assert sorted(news) == [False, False, True]


def test_one_process_of_many_gets_the_token(store: SqlStore) -> None:
    def take(n: int, second: int) -> bool:
        with store.begin() as uow:
            taken = uow.guards.take_token("dial", 1, rows.later(seconds=second))
            uow.commit()
            return taken

    for second in range(ROUNDS):
        taken = at_once(lambda i, second=second: take(i, second), 4)  # type: ignore[misc]
        assert sum(taken) == 1


def test_uses_that_are_counted_together_are_all_counted(store: SqlStore) -> None:
    def hit(_: int) -> list[int]:
        counts = []
        for _ in range(ROUNDS):
            with store.begin() as uow:
                counts.append(uow.guards.count_hit("book:1", NOW, 60))
                uow.commit()
        return counts

    counts = [count for part in at_once(hit, 3) for count in part]
    assert sorted(counts) == list(range(1, 3 * ROUNDS + 1))
