"""What is kept about staff, and what supervisors look for, on both databases."""

from datetime import timedelta

import pytest

from ivr.domain.staff import AuditLine, Draft, SignIn, StaffRole, User
from ivr.errors import Conflict
from ivr.service.overview_store import CallbackSearch
from ivr.storage import SqlStore
from tests.fakes.clock import NOON_IN_NEW_YORK as NOW


def a_user(ident: str = "u", login: str = "ann") -> User:
    return User(id=ident, name=login, login=login, role=StaffRole.ADMIN, password_hash="x", created_at=NOW)


def test_a_login_is_given_once(store: SqlStore) -> None:
    for ident, login in (("u", "ann"), ("v", "bob")):
        with store.begin() as uow:
            uow.staff.add_user(a_user(ident, login))
            uow.commit()
    with store.begin() as uow:
        uow.staff.add_user(a_user("w", "ann"))
        with pytest.raises(Conflict):
            uow.commit()
    with store.read() as uow:
        assert [(user.login, user.role) for user in uow.staff.users()] == [("ann", "admin"), ("bob", "admin")]


def test_sign_ins_end_one_by_one_or_by_age(store: SqlStore) -> None:
    with store.begin() as uow:
        for ident, hours in (("new", 0), ("old", 13), ("gone", 1)):
            at = NOW - timedelta(hours=hours)
            uow.staff.add_sign_in(SignIn(id=ident, user_id="u", mark="m", started_at=at, seen_at=at))
        uow.commit()
    with store.begin() as uow:
        uow.staff.end_sign_in("gone")
        uow.staff.end_sign_ins(NOW - timedelta(hours=12))
        uow.commit()
    with store.read() as uow:
        assert [uow.staff.sign_in(ident) is not None for ident in ("new", "old", "gone")] == [True, False, False]


def test_the_audit_log_is_read_newest_first_by_name_or_thing(store: SqlStore) -> None:
    with store.begin() as uow:
        for i, (name, about) in enumerate((("ann", "1"), ("bob", "1"), ("ann", "2"))):
            line = AuditLine(
                id=str(i), at=NOW, user_id="u", name=name, what="case_seen", about=about, data={"a": "\0é"}
            )
            uow.staff.log(line)
        uow.commit()
    with store.read() as uow:
        assert [line.id for line in uow.staff.log_lines(2)] == ["2", "1"]
        assert [line.id for line in uow.staff.log_lines(9, about="1")] == ["1", "0"]
        assert [line.id for line in uow.staff.log_lines(9, name="ann", about="2")] == ["2"]


def test_the_newest_draft_is_kept_until_it_is_dropped(store: SqlStore) -> None:
    for text in ("half", "whole"):
        with store.begin() as uow:
            uow.staff.keep_draft(Draft(user_id="u", case_id="c", text=text, changed_at=NOW))
            uow.commit()
    with store.begin() as uow:
        draft = uow.staff.draft("u", "c")
        assert draft is not None
        assert draft.text == "whole"
        uow.staff.drop_draft("u", "c")
        uow.commit()
    with store.read() as uow:
        assert uow.staff.draft("u", "c") is None


def test_searching_an_empty_store_finds_nothing(store: SqlStore) -> None:
    search = CallbackSearch(status="done", skill="x", case_number="1", ending="%_", late_at=NOW, before="nobody")
    with store.read() as uow:
        assert list(uow.overview.find_callbacks(search, 9)) == []
        assert list(uow.overview.created_callbacks(NOW, 9)) == []
        assert (dict(uow.overview.case_kinds(NOW)), dict(uow.overview.case_numbers({"a"}))) == ({}, {})
        assert uow.staff.pulse()


def test_one_use_is_taken_back_and_no_other(store: SqlStore) -> None:
    with store.begin() as uow:
        for _ in range(3):
            used = uow.guards.count_hit("key", NOW, 60)
        uow.guards.take_hit_back("key", NOW)
        uow.guards.take_hit_back("key", NOW + timedelta(seconds=1))
        assert (used, uow.guards.count_hit("key", NOW, 60)) == (3, 3)
        uow.commit()
