"""`users`: who may sign in. A password is never an argument, and never shown."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from ivr.domain.staff import StaffRole
from ivr.storage import SqlStore

SECRET = "some long enough words"


@pytest.fixture
def users(ivr: Callable[..., Any], environment: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs `users …` with a password on stdin."""

    def run(*arguments: str, password: str = SECRET) -> Any:
        environment.setattr("sys.stdin", io.StringIO(password + "\n"))
        return ivr("users", *arguments)

    return run


def test_the_first_admin_is_added_by_command_and_listed_without_the_password(users: Callable[..., Any]) -> None:
    assert "users add NAME --role admin" in users("list").out
    added = users("add", "Ada Lovelace", "--role", "admin")
    assert (added.status, "added: Ada Lovelace" in added.out) == (0, True)
    listed = users("list")
    assert "Ada Lovelace         admin" in listed.out
    assert SECRET not in added.out + added.err + listed.out


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "x" * 201, "a very long name"])
def test_a_weak_password_is_refused_with_what_is_wrong(users: Callable[..., Any], password: str) -> None:
    ran = users("add", "A very  long name", "--role", "agent", password=password)
    assert (ran.status, "sign_in:" in ran.err, "no users yet" in users("list").out) == (2, True, True)


@pytest.mark.parametrize("name", ["", " ", "a\nb\x00", "x" * 61])
def test_a_name_that_nobody_can_read_is_refused(users: Callable[..., Any], name: str) -> None:
    assert users("add", name).status == 2


def test_a_name_is_given_once_whatever_its_case(users: Callable[..., Any]) -> None:
    users("add", "Ann", "--role", "supervisor")
    ran = users("add", "ANN")
    assert (ran.status, "users password" in ran.err) == (2, True)


def test_the_last_admin_cannot_be_locked_out(users: Callable[..., Any]) -> None:
    users("add", "Ada", "--role", "admin")
    assert "last admin" in users("disable", "ada").err
    users("add", "Bob", "--role", "admin")
    assert users("disable", "ada").status == 0
    assert "disabled" in users("list").out
    assert users("enable", "Ada").status == 0


@pytest.mark.parametrize("arguments", [["password", "Nobody"], ["disable", "Nobody"], ["add", "Kim", "--agent", "Kim"]])
def test_somebody_who_is_not_there_is_named(users: Callable[..., Any], arguments: list[str]) -> None:
    ran = users(*arguments)
    assert (ran.status, "not_found:" in ran.err, "list" in ran.err) == (2, True, True)


def test_what_was_done_is_in_the_audit_log(
    users: Callable[..., Any], ivr: Callable[..., Any], environment: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    ivr("agents", "add", "Kim", "+12025550171", "--locale", "en-US")
    users("add", "Kim", "--agent", "Kim")
    users("password", "Kim", password="another long password")
    store = SqlStore(f"sqlite:///{tmp_path / 'ivr.db'}")
    with store.read() as uow:
        lines = [(line.what, line.about) for line in uow.staff.log_lines(10)]
        (user,) = uow.staff.users()
    store.close()
    assert lines == [("password_set", "Kim"), ("user_added", "Kim")]
    assert (user.role, bool(user.agent_id)) == (StaffRole.AGENT, True)
