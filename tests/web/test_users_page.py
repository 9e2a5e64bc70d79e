"""Admins add users, change roles and disable them on a page; a link sets a password, once."""

import re
from typing import Any

import pytest

from ivr.domain.staff import StaffRole
from tests.web.site import Site, text_of
from tests.web.test_sign_in import SECRET, accounts, sign_in

LINK = re.compile(r"https://voice\.example\.com(/sign-in/new-password/[\w-]+)")
CHOSEN = "another long password"


@pytest.fixture
def admin(site: Site) -> Site:
    """Ann, the only admin, is signed in."""
    accounts(site).add("Ann", StaffRole.ADMIN, SECRET)
    sign_in(site, "Ann", SECRET)
    return site


def send(site: Site, path: str, **form: str) -> Any:
    return site.post(f"/supervisor/users/{path}", form, page="/supervisor/shifts")


def link_of(answer: Any) -> str:
    found = LINK.search(answer.text)
    assert found, text_of(answer)
    return found[1]


def choose(site: Site, link: str, password: str = CHOSEN) -> int:
    return int(site.post(link, {"password": password}, page="/").status_code)


def roles(site: Site) -> dict[str, str]:
    return {user.name: user.role.value for user in accounts(site).listed()}


@pytest.mark.parametrize("role", [StaffRole.AGENT, StaffRole.SUPERVISOR])
def test_only_admins_see_and_change_users(site: Site, role: StaffRole) -> None:
    accounts(site).add("Sue", role, SECRET)
    sign_in(site, "Sue", SECRET)
    assert site.get("/supervisor/users").status_code == 403
    answer = site.post("/supervisor/users/role", {"user": "Sue", "role": "admin"}, page="/agent/")
    assert (answer.status_code, roles(site)) == (403, {"Sue": role.value})


def test_somebody_new_chooses_a_password_by_a_link_that_works_once(admin: Site) -> None:
    link = link_of(send(admin, "add", name="Bob", role="supervisor"))
    assert "For the account Bob." in text_of(admin.get(link))
    assert choose(admin, link, "short") == 422
    assert choose(admin, link) == 303
    assert (choose(admin, link), admin.get(link).status_code) == (410, 410)
    admin.post("/sign-out", page="/agent/")
    assert sign_in(admin, "Bob", CHOSEN) == 303
    assert admin.get("/supervisor/").status_code == 200


def test_a_link_ends_after_a_day_and_with_the_account(admin: Site) -> None:
    first = link_of(send(admin, "add", name="Bob", role="agent"))
    send(admin, "disable", user="Bob", disabled="yes")
    assert choose(admin, first) == 410
    send(admin, "disable", user="Bob", disabled="no")
    admin.clock.advance(24 * 3600 + 1)
    assert choose(admin, first) == 410
    assert choose(admin, "/sign-in/new-password/x") == 410


def test_a_new_password_by_link_signs_out_and_leaves_a_trace(admin: Site) -> None:
    link = link_of(send(admin, "link", user="Ann"))
    assert choose(admin, link) == 303
    assert admin.get("/supervisor/users").status_code == 303
    sign_in(admin, "Ann", CHOSEN)
    log = text_of(admin.get("/supervisor/audit?about=Ann"))
    assert "password set" in log
    assert "password link made" in log
    assert link.rpartition("/")[2] not in log


def test_roles_change_at_once(admin: Site) -> None:
    accounts(admin).add("Bob", StaffRole.AGENT, SECRET)
    assert send(admin, "role", user="Bob", role="supervisor").status_code == 303
    assert roles(admin)["Bob"] == "supervisor"
    assert "role supervisor" in text_of(admin.get("/supervisor/audit?about=Bob"))


def test_the_last_admin_stays(admin: Site) -> None:
    for path, form in (("role", {"role": "agent"}), ("disable", {"disabled": "yes"})):
        answer = send(admin, path, user="Ann", **form)
        assert (answer.status_code, "last admin" in text_of(answer)) == (409, True)
    accounts(admin).add("Bob", StaffRole.ADMIN, SECRET)
    assert send(admin, "role", user="Ann", role="agent").status_code == 303
    assert admin.get("/supervisor/users").status_code == 403


@pytest.mark.parametrize(
    ("path", "form", "status", "code"),
    [
        ("add", {"name": "ann", "role": "agent"}, 422, "user_exists"),
        ("add", {"name": " ", "role": "agent"}, 422, "name"),
        ("add", {"name": "Bob", "role": "king"}, 422, "role"),
        ("add", {"name": "Bob", "role": "agent", "agent": "nobody"}, 404, ""),
        ("role", {"user": "nobody", "role": "agent"}, 404, ""),
    ],
)
def test_what_is_refused_says_why(admin: Site, path: str, form: dict[str, str], status: int, code: str) -> None:
    answer = send(admin, path, **form)
    assert (answer.status_code, f"<code>{code}</code>" in answer.text or not code) == (status, True)
    assert roles(admin) == {"Ann": "admin"}
