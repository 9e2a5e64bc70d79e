"""What supervisors and admins change, as both databases keep it."""

from datetime import date, timedelta

import pytest

from ivr.domain.agents import AgentStatus
from ivr.domain.assignments import assigned
from ivr.domain.holidays import OFFICE, Holiday
from ivr.domain.staff import AuditLine, StaffRole
from ivr.storage import SqlStore
from tests.storage.rows import NOW, agent, call, callback, case, later
from tests.storage.test_staff import a_user


def due(store: SqlStore, **span: float) -> list[str]:
    with store.begin() as uow:
        return [found.id for found in uow.callbacks.due(later(**span), 10)]


def test_one_that_was_given_to_somebody_who_is_not_free_is_due_only_shortly_before_its_time(store: SqlStore) -> None:
    with store.begin() as uow:
        uow.cases.add(case())
        uow.agents.add(agent("kim", status=AgentStatus.AWAY))
        promised = callback()
        uow.callbacks.add(promised)
        uow.staff.assign(assigned(promised, "kim", NOW))
        uow.staff.assign(assigned(promised, "kim", NOW))
        uow.commit()
    assert (due(store), due(store, minutes=12), due(store, minutes=14)) == ([], [], ["callback"])
    with store.begin() as uow:
        uow.staff.assign(assigned(promised, "kim", later(minutes=14)))
        uow.commit()
    assert (due(store, minutes=40), due(store, minutes=45)) == ([], ["callback"])
    with store.begin() as uow:
        found = uow.agents.get("kim")
        assert found is not None
        found.move(AgentStatus.AVAILABLE, NOW)
        uow.commit()
    assert due(store) == ["callback"]
    with store.begin() as uow:
        uow.staff.unassign("callback")
        uow.commit()
    with store.read() as uow:
        assert uow.staff.assignments(["callback"]) == {}


def test_a_day_off_is_kept_once_for_each_region(store: SqlStore) -> None:
    first = Holiday(region=OFFICE, day=date(2026, 12, 25), name="Christmas", added_at=NOW)
    with store.begin() as uow:
        for holiday in (first, Holiday(region="US", day=first.day, name="Noël", added_at=NOW)):
            uow.staff.add_holiday(holiday)
        uow.commit()
    with store.begin() as uow:
        uow.staff.add_holiday(Holiday(region=OFFICE, day=first.day, name="Xmas", added_at=NOW))
        removed = [uow.staff.remove_holiday(region, first.day) for region in ("US", "KR")]
        uow.commit()
    with store.read() as uow:
        assert removed == [True, False]
        assert [(one.region, one.day, one.name) for one in uow.staff.holidays()] == [(OFFICE, first.day, "Xmas")]


def test_old_lines_of_the_audit_log_and_old_assignments_are_forgotten(store: SqlStore) -> None:
    with store.begin() as uow:
        for days in (0, 10, 20):
            line = AuditLine(id=str(days), at=NOW - timedelta(days=days), user_id="u", name="ann", what="signed_in")
            uow.staff.log(line)
        uow.staff.assign(assigned(callback(), "kim", NOW - timedelta(days=20)))
        assert uow.staff.sweep(NOW - timedelta(days=15), NOW - timedelta(days=5)) == 2
        uow.commit()
    with store.read() as uow:
        assert [line.id for line in uow.staff.log_lines(9)] == ["10", "0"]


def test_an_admin_whom_another_transaction_holds_is_not_counted(
    store: SqlStore, request: pytest.FixtureRequest
) -> None:
    with store.begin() as uow:
        for ident in ("ann", "bob"):
            uow.staff.add_user(a_user(ident, ident))
        sue = a_user("sue", "sue")
        sue.role = StaffRole.SUPERVISOR
        uow.staff.add_user(sue)
        uow.staff.add_identity("https://id.example.com 1", "ann")
        uow.commit()
    with store.begin() as first:
        assert {user.id for user in first.staff.held_admins()} == {"ann", "bob"}
        if request.node.callspec.params["store"] == "postgres":
            with store.begin() as second:
                assert list(second.staff.held_admins()) == []
    with store.read() as uow:
        assert (uow.staff.identity("https://id.example.com 1"), uow.staff.identity("x")) == ("ann", None)


def test_calls_are_listed_newest_first_without_their_dialogues(store: SqlStore) -> None:
    with store.begin() as uow:
        uow.cases.add(case())
        for minutes in (1, 2, 3):
            about = "case" if minutes == 2 else None
            uow.calls.add(call(f"CA{minutes}", started_at=later(minutes=minutes), case_id=about))
        uow.commit()
    with store.read() as uow:
        assert [one.sid for one in uow.overview.calls(2)] == ["CA3", "CA2"]
        assert [one.sid for one in uow.overview.calls(9, before="CA2")] == ["CA1"]
        assert [one.sid for one in uow.overview.calls(9, case_id="case")] == ["CA2"]
        assert uow.overview.call("CA9") is None
