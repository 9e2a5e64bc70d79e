"""Signing in over HTTP: who gets in, for how long, what wrong tries cost, and that nothing is told to strangers."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest

from ivr.domain.agents import Agent
from ivr.domain.staff import StaffRole
from ivr.service.accounts import Accounts
from tests.web.site import PASSWORD, QUICK, Site, text_of

SECRET = "some long enough words"


def accounts(site: Site) -> Accounts:
    return Accounts(site.store, site.clock, QUICK)


def add(site: Site, name: str = "Kim", role: StaffRole = StaffRole.AGENT, agent: str = "") -> None:
    accounts(site).add(name, role, SECRET, agent)


def sign_in(site: Site, name: str = "supervisor", password: str = PASSWORD, to: str = "") -> int:
    given = {"name": name, "password": password}
    return site.post(f"/sign-in?next={quote(to)}", given, page="/sign-in").status_code


def whats(site: Site) -> list[tuple[str, str]]:
    """The audit log: who did what, oldest first."""
    with site.store.read() as uow:
        return [(line.name, line.what) for line in reversed(uow.staff.log_lines(100))]


def test_the_settings_password_signs_in_and_signing_out_ends_it_wherever_it_was_copied(
    site: Site,
) -> None:
    assert sign_in(site) == 303
    assert site.get("/supervisor/").status_code == 200
    cookie = site.browser.get_cookie("ringback", domain="voice.example.com")
    assert cookie
    assert site.post("/sign-out", page="/supervisor/").status_code == 303
    site.browser.set_cookie("ringback", cookie.value, domain="voice.example.com")
    assert site.get("/supervisor/").status_code == 303
    assert whats(site) == [("supervisor", "signed_in"), ("supervisor", "signed_out")]


@pytest.mark.parametrize("name", ["Ann", "ANN", "  ann ", "Ａｎｎ"])
def test_a_user_signs_in_whatever_the_case_and_width_of_the_name(site: Site, name: str) -> None:
    add(site, "Ann", StaffRole.SUPERVISOR)
    assert sign_in(site, name, SECRET) == 303
    assert "Ann" in text_of(site.get("/supervisor/"))


def test_an_agent_does_not_get_to_the_supervisors_pages(site: Site) -> None:
    add(site)
    sign_in(site, "Kim", SECRET)
    answer = site.get("/supervisor/")
    assert (answer.status_code, "Not with this account" in text_of(answer)) == (403, True)


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + "x", PASSWORD[:-1], "\ufffd", "é", "x" * 100_000, "\0"])
def test_a_wrong_password_is_told_and_opens_nothing(site: Site, password: str) -> None:
    assert sign_in(site, password=password) == 403
    assert site.get("/supervisor/").status_code == 303


@pytest.mark.parametrize(
    "name", ["", "nobody", "' OR 1=1 --", "x" * 10_000, "\0", "<script>alert(1)</script>", "𝕬" * 300]
)
def test_a_hostile_name_is_refused_as_any_other_and_becomes_no_part_of_the_page(site: Site, name: str) -> None:
    answer = site.post("/sign-in", {"name": name, "password": PASSWORD}, page="/sign-in")
    assert answer.status_code == 403
    assert "<script>alert" not in answer.text
    assert "Name and password do not fit" in text_of(answer)


def test_the_fifth_wrong_password_is_the_last_and_then_even_the_right_one_waits(site: Site) -> None:
    add(site, "Ann", StaffRole.SUPERVISOR)
    answers = [sign_in(site, "Ann", f"wrong {i}") for i in range(6)]
    assert answers == [403] * 5 + [429]
    assert sign_in(site, "Ann", SECRET) == 429
    assert sign_in(site) == 303, "others at this address are not locked out"
    site.post("/sign-out", page="/supervisor/")
    site.clock.advance(901)
    assert sign_in(site, "Ann", SECRET) == 303
    assert ("Ann", "sign_in_failed") in whats(site)


def test_right_passwords_are_not_counted(site: Site) -> None:
    add(site, "Ann", StaffRole.SUPERVISOR)
    for _ in range(4):
        assert sign_in(site, "Ann", SECRET) == 303
        site.post("/sign-out", page="/supervisor/")
        assert sign_in(site, "Ann", "wrong") == 403
    assert sign_in(site, "Ann", SECRET) == 303


def test_what_strangers_type_as_a_name_is_not_kept(site: Site) -> None:
    sign_in(site, name=PASSWORD, password="Ann")
    assert whats(site) == []


def test_a_sign_in_ends_when_it_is_not_used_for_an_hour_and_a_page_that_refreshes_itself_is_no_use(site: Site) -> None:
    sign_in(site)
    for _ in range(3):
        site.clock.advance(1500)
        assert site.get("/supervisor/").status_code == 200
    for _ in range(2):
        site.clock.advance(1500)
        assert site.get("/supervisor/?part=1").status_code == 200
    site.clock.advance(601)
    assert site.get("/supervisor/?part=1").status_code == 401
    assert site.get("/supervisor/").status_code == 303


def test_a_sign_in_ends_after_twelve_hours_however_much_it_is_used(site: Site) -> None:
    sign_in(site)
    for _ in range(24):
        site.clock.advance(1799)
        assert site.get("/supervisor/").status_code == 200
    site.clock.advance(60)
    assert site.get("/supervisor/").status_code == 303


def test_another_password_or_a_disabled_user_signs_them_out_at_once(site: Site) -> None:
    add(site, "Ann", StaffRole.SUPERVISOR)
    sign_in(site, "Ann", SECRET)
    accounts(site).set_password("ann", "another long password")
    assert site.get("/supervisor/").status_code == 303
    assert sign_in(site, "Ann", "another long password") == 303
    accounts(site).disable("ANN", disabled=True)
    assert site.get("/supervisor/").status_code == 303
    assert sign_in(site, "Ann", "another long password") == 403


def test_another_supervisor_password_in_the_settings_signs_out(site: Site, new_site: Callable[..., Site]) -> None:
    sign_in(site)
    cookie = site.browser.get_cookie("ringback", domain="voice.example.com")
    assert cookie
    for password, status in ((PASSWORD, 200), ("another long password", 303), ("", 303)):
        other = new_site(IVR_SUPERVISOR_PASSWORD=password)
        other.browser.set_cookie("ringback", cookie.value, domain="voice.example.com")
        assert other.get("/supervisor/").status_code == status


def test_a_user_of_that_name_takes_the_place_of_the_settings_supervisor(site: Site) -> None:
    sign_in(site)
    add(site, "Supervisor", StaffRole.SUPERVISOR)
    assert site.get("/supervisor/").status_code == 303
    assert (sign_in(site), sign_in(site, "supervisor", SECRET)) == (403, 303)


@pytest.mark.parametrize("given", ["", PASSWORD])
def test_without_users_and_password_there_is_no_way_in_and_the_page_says_what_to_do(
    new_site: Callable[..., Site], given: str
) -> None:
    site = new_site(IVR_SUPERVISOR_PASSWORD="")
    assert "Nobody can sign in yet" in text_of(site.get("/sign-in"))
    token = re.search(r'csrf_token" value="([^"]+)', site.get("/").text)
    assert token
    form, headers = {"password": given, "csrf_token": token[1]}, {"Referer": "https://voice.example.com/"}
    answer = site.browser.post("/sign-in", data=form, headers=headers, base_url="https://voice.example.com")
    assert answer.status_code == 403


def test_the_cookie_is_out_of_reach_for_scripts_other_sites_and_plain_http(site: Site) -> None:
    given = {"name": "supervisor", "password": PASSWORD}
    cookie = site.post("/sign-in", given, page="/sign-in").headers["Set-Cookie"]
    assert all(flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Expires="))
    assert PASSWORD not in cookie


def test_signing_in_and_out_need_the_pages_own_token(site: Site) -> None:
    given = {"name": "supervisor", "password": PASSWORD}
    assert site.browser.post("/sign-in", data=given).status_code == 400
    sign_in(site)
    assert site.browser.post("/sign-out", base_url="https://voice.example.com").status_code == 400
    assert site.get("/supervisor/").status_code == 200


@pytest.mark.parametrize(
    ("to", "led"),
    [
        ("/supervisor/cases/0000074", "/supervisor/cases/0000074"),
        ("https://evil.example/supervisor/", "/supervisor/"),
        ("//evil.example", "/supervisor/"),
        ("/supervisor/\\evil.example", "/supervisor/"),
        ("/supervisor/\r\nSet-Cookie: a=b", "/supervisor/"),
        ("javascript:alert(1)", "/supervisor/"),
    ],
)
def test_a_sign_in_leads_to_our_own_pages_alone(site: Site, to: str, led: str) -> None:
    given = {"name": "supervisor", "password": PASSWORD}
    answer = site.post(f"/sign-in?next={quote(to)}", given, page="/sign-in")
    assert (answer.status_code, answer.headers["Location"]) == (303, led)


@pytest.mark.parametrize("session", [{"_user_id": "x"}, {"_user_id": 7}, {"supervisor": "x"}])
def test_a_session_that_names_no_sign_in_opens_nothing(site: Site, session: dict[str, object]) -> None:
    with site.browser.session_transaction(base_url="https://voice.example.com") as held:
        held.update(session)
    assert site.get("/supervisor/").status_code == 303


def test_an_agents_account_names_its_agent(site: Site) -> None:
    with site.store.begin() as uow:
        uow.agents.add(Agent(id="a", name="Kim", number="+12025550171", status_at=site.clock.now()))
        uow.commit()
    add(site, "Kim", agent="Kim")
    (user,) = accounts(site).listed()
    assert (user.agent_id, user.password_hash.startswith("$argon2id$"), SECRET in user.password_hash) == (
        "a",
        True,
        False,
    )
