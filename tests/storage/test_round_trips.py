"""What is saved is read back the same, and stays readable after the transaction."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.callbacks import CallbackStatus, LegState, Outcome, Party
from ivr.domain.cases import CaseKind, CaseStatus
from ivr.domain.dialogue import Caller, Dialogue, State
from ivr.domain.messages import Channel, MessageKind, MessageStatus
from ivr.domain.turn import Say, Span, Turn
from ivr.storage import SqlStore
from tests.storage import rows
from tests.storage.rows import NOW, later, save

TURN = Turn(number=3, locale="en-US", say=(Say("offer", {"wait": Span(60, 120)}),))
DIALOGUE = Dialogue(turn=TURN, locale="en-US", locales=("en-US", "ko-KR"), caller=Caller(), at=NOW)


def plain(entity: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(entity).items() if not name.startswith("_")}


FULL = {
    "customers": rows.customer(name="Zoë Müller", locale="ko-KR", zone="Asia/Seoul"),
    "cases": rows.case(
        kind=CaseKind.RETURN_REFUND,
        status=CaseStatus.WITH_AGENT,
        priority=1,
        skill="returns",
        customer_id="customer",
        order_id="11122222223333333",
        slots={"item": "커피 그라인더", "count": 2, "list": [1, None, {"a": True}]},
        summary="it says delivered 📦",
        effort=7,
        closed_at=later(hours=1),
    ),
    "agents": rows.agent(skills=("orders", "returns"), locales=("ko-KR",), status=AgentStatus.AWAY, attempt_id="a"),
    "callbacks": rows.callback(
        customer_id="customer",
        asap=False,
        status=CallbackStatus.NEEDS_HUMAN,
        tries=4,
        dials=9,
        outcome="machine",
        reason="tries",
        first_rung_at=NOW,
        ended_at=NOW,
        email="ada@example.com",
        revision=3,
    ),
    "attempts": rows.attempt(ended_at=NOW, accepted_at=NOW, joined_at=NOW, outcome=Outcome.NO_ANSWER),
    "legs": rows.leg(
        party=Party.CUSTOMER,
        state=LegState.ENDED,
        owner="node",
        lease_until_at=NOW,
        sid="CA9",
        last_sequence=4,
        absent_looks=2,
        placing_at=NOW,
        answered_at=NOW,
        ended_at=NOW,
        outcome=Outcome.CUSTOMER_HUNG_UP,
    ),
    "holds": rows.hold(status="connecting", skill="orders", priority=1),
    "messages": rows.message(
        kind=MessageKind.MISSED,
        revision=3,
        channel=Channel.EMAIL,
        address="ada@example.com",
        at_any_hour=False,
        status=MessageStatus.DROPPED,
        tries=2,
        unclear=1,
        reference="SM1",
        reason="refused",
        sending_at=NOW,
        ended_at=later(minutes=1),
    ),
    "calls": rows.call(
        to_number="+12025550199",
        customer_id="customer",
        case_id="case",
        dialogue=DIALOGUE,
        turn=3,
        speaking_since_at=NOW,
        stream_sid="MZ1",
        ended_at=NOW,
    ),
}


def test_every_field_of_every_entity_is_read_back_as_it_was_saved(store: SqlStore) -> None:
    save(store, *(replace(entity) for entity in FULL.values()))
    with store.read() as uow:
        read = {
            name: getattr(uow, name).get(vars(entity).get("id") or name_of(entity)) for name, entity in FULL.items()
        }
    assert {name: plain(entity) for name, entity in read.items()} == {
        name: plain(entity) for name, entity in FULL.items()
    }
    assert type(read["agents"].skills) is tuple
    assert type(read["callbacks"].status) is CallbackStatus
    assert type(read["calls"].dialogue.state) is State


def name_of(entity: Any) -> str:
    return str(getattr(entity, "call_sid", None) or entity.sid)


def test_times_in_other_zones_come_back_as_the_same_moment_in_utc(store: SqlStore) -> None:
    seoul = datetime(2026, 11, 25, 0, 30, tzinfo=timezone(timedelta(hours=9)))
    save(store, rows.case(opened_at=seoul))
    with store.read() as uow:
        read = uow.cases.get("case")
    assert read is not None
    assert (read.opened_at, read.opened_at.utcoffset()) == (seoul, timedelta(0))


def test_a_time_without_a_zone_is_refused(store: SqlStore) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        save(store, rows.case(opened_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_a_status_that_does_not_exist_is_refused(store: SqlStore) -> None:
    with pytest.raises(ValueError, match="sleeping"):
        save(store, rows.agent(status="sleeping"))


def test_text_that_no_database_takes_is_cleaned(store: SqlStore) -> None:
    save(store, rows.case(summary="a\0b\ud800c"))
    with store.read() as uow:
        read = uow.cases.get("case")
    assert read is not None
    assert read.summary == "ab?c"


def test_changes_of_an_entity_are_saved_by_commit_and_raise_its_version(store: SqlStore) -> None:
    save(store, rows.case())
    with store.begin() as uow:
        case = uow.cases.get("case")
        assert case is not None
        case.move(CaseStatus.RESOLVED)
        case.slots = {"order": "1"}
        uow.commit()
    with store.read() as uow:
        read = uow.cases.get("case")
    assert read is not None
    assert (read.status, read.slots, read.version) == (CaseStatus.RESOLVED, {"order": "1"}, 2)


def test_a_new_dialogue_is_noticed_and_an_equal_one_is_not_written(store: SqlStore) -> None:
    save(store, rows.call(dialogue=DIALOGUE))
    for dialogue, version in ((replace(DIALOGUE), 1), (replace(DIALOGUE, failures=1), 2)):
        with store.begin() as uow:
            call = uow.calls.get("CA1")
            assert call is not None
            call.dialogue = dialogue
            uow.commit()
        with store.read() as uow:
            read = uow.calls.get("CA1")
        assert read is not None
        assert (read.dialogue, read.version) == (dialogue, version)


def test_leaving_without_commit_changes_nothing(store: SqlStore) -> None:
    save(store, rows.case())
    with store.begin() as uow:
        case = uow.cases.get("case")
        assert case is not None
        case.summary = "changed"
        uow.events.add(rows.event("e1", case_id="case"))
        uow.customers.add(rows.customer())
    with store.read() as uow:
        read = uow.cases.get("case")
        assert read is not None
        assert (read.summary, uow.events.recent(9), uow.customers.get("customer")) == ("", [], None)


def test_entities_stay_readable_after_commit_after_the_block_and_without_commit(store: SqlStore) -> None:
    case = rows.case()
    save(store, case)
    with store.begin() as uow:
        uncommitted = uow.cases.get("case")
    assert uncommitted is not None
    assert (case.summary, case.version, uncommitted.number) == ("", 1, case.number)
    assert replace(case, id="other").id == "other"


def test_a_unit_of_work_sees_what_it_added(store: SqlStore) -> None:
    with store.begin() as uow:
        case, callback = rows.case(), rows.callback()
        uow.cases.add(case)
        uow.callbacks.add(callback)
        assert uow.cases.get("case") is case
        assert uow.callbacks.open_for_number(callback.number) is callback
        callback.move(CallbackStatus.CANCELED)
        assert uow.callbacks.open_for_number(callback.number) is None


def test_reading_refuses_to_write(store: SqlStore) -> None:
    with store.read() as uow:
        with pytest.raises(RuntimeError, match=r"begin\(\)"):
            uow.cases.add(rows.case())
        with pytest.raises(RuntimeError, match=r"begin\(\)"):
            uow.events.add(rows.event("e1"))
        with pytest.raises(RuntimeError, match=r"begin\(\)"):
            uow.commit()


def test_reading_sees_one_moment_of_the_database(store: SqlStore) -> None:
    save(store, rows.case())
    with store.read() as uow:
        before = uow.cases.recent(9)
        save(store, rows.case("other"))
        assert rows.ids(uow.cases.recent(9)) == rows.ids(before)
