"""The promises that the database keeps whatever the program does."""

from typing import Any
from uuid import uuid4

import pytest

from ivr.domain.callbacks import Callback, CallbackStatus, LegState, Party
from ivr.errors import Conflict, NotFound
from ivr.storage import SqlStore
from tests.storage import rows
from tests.storage.rows import NOW, save


@pytest.fixture
def shop(store: SqlStore) -> SqlStore:
    """A store with a case, an agent, and a callback that is being tried."""
    dialing = rows.callback(status=CallbackStatus.DIALING)
    save(store, rows.case(), rows.case("other"), rows.agent(), dialing, rows.attempt())
    return store


def refused(store: SqlStore, *entities: object) -> bool:
    """Whether the database refuses them; nothing of a refused transaction may stay."""
    witness = uuid4().hex
    try:
        save(store, rows.customer(witness, number=witness), *entities)
    except Conflict:
        with store.read() as uow:
            assert uow.customers.get(witness) is None
        return True
    return False


@pytest.mark.parametrize("status", [CallbackStatus.UNVERIFIED, CallbackStatus.SCHEDULED, CallbackStatus.DIALING])
def test_a_number_and_a_case_have_one_open_callback(shop: SqlStore, status: CallbackStatus) -> None:
    same_number = rows.callback("second", case_id="other", status=status)
    same_case = rows.callback("third", number="+12025550177", status=status)
    assert refused(shop, same_number)
    assert refused(shop, same_case)


@pytest.mark.parametrize("status", sorted(set(CallbackStatus) - {"unverified", "scheduled", "dialing"}))
def test_callbacks_that_have_ended_or_need_a_person_do_not_count(shop: SqlStore, status: CallbackStatus) -> None:
    assert not refused(shop, rows.callback("second", status=status), rows.callback("third", status=status))


def test_a_callback_that_ends_makes_room_in_the_same_transaction(shop: SqlStore) -> None:
    with shop.begin() as uow:
        callback = uow.callbacks.get("callback")
        assert callback is not None
        callback.move(CallbackStatus.CANCELED)
        uow.callbacks.add(rows.callback("second"))
        uow.commit()


@pytest.mark.parametrize("state", [LegState.INTENT, LegState.PLACING, LegState.PLACED])
def test_a_number_has_one_live_leg(shop: SqlStore, state: LegState) -> None:
    save(shop, rows.leg("first"))
    assert refused(shop, rows.leg("second", state=state))


def test_legs_that_have_ended_do_not_count(shop: SqlStore) -> None:
    ended = [rows.leg(state, state=state) for state in (LegState.ENDED, LegState.ABSENT, LegState.REJECTED)]
    assert not refused(shop, rows.leg("live"), *ended)


def test_a_leg_that_ends_makes_room_in_the_same_transaction(shop: SqlStore) -> None:
    save(shop, rows.leg("first"))
    with shop.begin() as uow:
        first = uow.legs.get("first")
        assert first is not None
        first.state, first.ended_at = LegState.ENDED, NOW
        uow.legs.add(rows.leg("second"))
        uow.commit()


def test_a_callback_has_one_live_customers_leg_whatever_the_numbers(shop: SqlStore) -> None:
    customers = {"party": Party.CUSTOMER}
    save(shop, rows.leg("first", number="+1", **customers), rows.leg("agents", number="+3"))
    assert refused(shop, rows.leg("second", number="+2", **customers))
    assert not refused(shop, rows.leg("second", number="+2", callback_id=None, **customers))
    assert not refused(shop, rows.leg("ended", number="+2", state=LegState.ENDED, **customers))


DOUBLES: dict[str, Any] = {
    "case number": lambda: [rows.case("a", number="1"), rows.case("b", number="1")],
    "customer number": lambda: [rows.customer("a"), rows.customer("b")],
    "agent number": lambda: [rows.agent("a", number="+1"), rows.agent("b", number="+1")],
    "sid of a leg": lambda: [rows.leg("a", number="+1", sid="CA1"), rows.leg("b", number="+2", sid="CA1")],
    "attempt of a callback": lambda: [rows.attempt("a", number=7), rows.attempt("b", number=7)],
    "id": lambda: [rows.call("CA1"), rows.call("CA1")],
}


@pytest.mark.parametrize("what", DOUBLES)
def test_nothing_is_given_twice(shop: SqlStore, what: str) -> None:
    one, two = DOUBLES[what]()
    assert not refused(shop, one)
    assert refused(shop, two)


def test_a_row_whose_owner_does_not_exist_is_refused_and_the_connection_stays_usable(shop: SqlStore) -> None:
    for _ in range(3):
        with pytest.raises(NotFound, match=r"(?i)foreign key"):
            save(shop, rows.leg(attempt_id="nobody"))
    save(shop, rows.leg())


def test_a_conflict_comes_out_of_a_query_too_and_the_unit_of_work_is_over(shop: SqlStore) -> None:
    with shop.begin() as uow:
        uow.callbacks.add(rows.callback("second", case_id="other"))
        with pytest.raises(Conflict, match="callbacks"):
            uow.callbacks.open_for_case("other")
        uow.cases.add(rows.case("third"))
    with shop.read() as again:
        assert again.cases.get("third") is None


def test_a_conflict_names_no_telephone_number(shop: SqlStore) -> None:
    with pytest.raises(Conflict) as caught:
        save(shop, rows.callback("second", case_id="other"))
    assert isinstance(caught.value, Conflict)
    assert Callback.__name__.lower() in str(caught.value)
    assert "+1202" not in str(caught.value)
