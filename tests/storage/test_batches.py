"""Many rows of a kind are written together, by other statements than single ones: what is read back is the same."""

from dataclasses import replace
from typing import Any

import pytest

from ivr.domain.answered import Answered, Stage
from ivr.domain.callbacks import CallbackStatus, Leg, LegState, Outcome, Party
from ivr.domain.cases import CaseKind
from ivr.errors import Conflict
from ivr.storage import SqlStore
from ivr.storage.batches import MANY
from tests.storage import rows
from tests.storage.rows import NOW, later, save
from tests.storage.test_round_trips import plain

COUNT = 2 * MANY
SLOTS = {"item": "커피 \U0001f4e6", "list": [1, None, {"a": True}], "at": NOW}


def many() -> list[Any]:
    """Of every kind so many, every second one with everything that may be unknown."""
    made: list[Any] = [rows.agent(), rows.customer("known", number="+12025550999")]
    for n in range(COUNT):
        more, number = n % 2 == 1, f"+120255501{n:02d}"
        ended: dict[str, Any] = {"ended_at": later(seconds=n), "outcome": Outcome.BUSY} if more else {}
        case: dict[str, Any] = {"slots": SLOTS, "effort": 7, "customer_id": "known"} if more else {}
        made += [
            rows.customer(f"customer{n}", number=number),
            rows.case(f"case{n}", number=f"{n:07}", kind=CaseKind.RETURN_REFUND, **case),
            rows.callback(
                f"callback{n}", case_id=f"case{n}", number=number, ring_first=Party.CUSTOMER if more else None
            ),
            rows.attempt(f"attempt{n}", callback_id=f"callback{n}", case_id=f"case{n}", **ended),
            rows.leg(
                f"leg{n}",
                attempt_id=f"attempt{n}",
                callback_id=f"callback{n}",
                number=number,
                picked_up=Answered(stage=Stage.CONNECTING) if more else None,
            ),
            rows.event(f"event{n}", case_id=f"case{n}", data={"n": n, "text": "…00", "none": None}),
        ]
    return made


def read(store: SqlStore) -> dict[str, Any]:
    with store.read() as uow:
        found: list[Any] = []
        for n in range(COUNT):
            for name in ("customer", "case", "callback", "attempt", "leg"):
                found.append(getattr(uow, f"{name}s").get(f"{name}{n}"))
        return {entity.id: plain(entity) for entity in found}


def test_new_rows_are_read_back_as_they_were_saved(store: SqlStore) -> None:
    written = many()
    save(store, *(replace(entity) for entity in written))
    found = read(store)
    assert len(found) == 5 * COUNT
    assert found == {entity.id: plain(entity) for entity in written if entity.id in found}
    with store.read() as uow:
        told = [(event.id, event.data["n"]) for event in reversed(uow.events.recent(COUNT))]
    assert told == [(f"event{n}", n) for n in range(COUNT)], "in the order in which they were added"


def test_they_can_be_changed_in_the_same_transaction_and_in_the_next(store: SqlStore) -> None:
    with store.begin() as uow:
        legs = [entity for entity in many() if isinstance(entity, Leg)]
        for entity in many():
            if not isinstance(entity, Leg):
                getattr(uow, rows.REPOSITORIES[type(entity)]).add(entity)
        for leg in legs:
            uow.legs.add(leg)
        assert len(uow.legs.in_state(LegState.INTENT, later(days=1))) == COUNT
        for leg in legs:
            leg.state, leg.placing_at = LegState.PLACING, NOW
        uow.commit()
    for leg in legs:
        assert (leg.state, leg.version) == (LegState.PLACING, 2)
    with store.begin() as uow:
        for n, leg in enumerate(uow.legs.several([leg.id for leg in legs])):
            leg.state, leg.sid, leg.placing_at = LegState.PLACED, f"CA{n}", None
        uow.commit()
    with store.read() as uow:
        found = uow.legs.several([leg.id for leg in legs])
        assert {(leg.state, leg.placing_at, leg.version) for leg in found} == {(LegState.PLACED, None, 3)}
        assert len({leg.sid for leg in found}) == COUNT


@pytest.mark.postgres
def test_one_row_that_another_process_changed_is_a_conflict_and_nothing_is_written(postgres_store: SqlStore) -> None:
    """On SQLite nobody else can change a row meanwhile: it has one writer."""
    save(postgres_store, *many())
    wanted = [f"leg{n}" for n in range(COUNT)]
    with postgres_store.begin() as mine, postgres_store.begin() as other:
        for leg in mine.legs.several(wanted):
            leg.owner = "me"
        other.legs.several(["leg3"])[0].last_sequence = 9
        other.commit()
        with pytest.raises(Conflict):
            mine.commit()
    with postgres_store.read() as uow:
        assert {leg.owner for leg in uow.legs.several(wanted)} == {None}


def test_a_second_live_leg_among_many_is_a_conflict(store: SqlStore) -> None:
    save(store, *many())
    again = [rows.leg(f"again{n}", number=f"+120255501{n:02d}", callback_id=None) for n in range(COUNT)]
    with pytest.raises(Conflict):
        save(store, *again)


def test_a_callback_that_ends_makes_room_for_the_new_ones_of_its_number(store: SqlStore) -> None:
    save(store, *many())
    with store.begin() as uow:
        first = uow.callbacks.get("callback0")
        assert first is not None
        first.status, first.ended_at = CallbackStatus.DONE, NOW
        for n in range(COUNT):
            number = first.number if n == 0 else f"+120255507{n:02d}"
            uow.cases.add(rows.case(f"next{n}", number=f"1{n:06}"))
            uow.callbacks.add(rows.callback(f"new{n}", case_id=f"next{n}", number=number))
        uow.commit()
    with store.read() as uow:
        open_now = uow.callbacks.open_for_number("+12025550100")
        assert open_now is not None
        assert open_now.id == "new0"
