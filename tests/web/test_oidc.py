"""Signing in by the company's own provider: a real one runs here; what comes from it is believed only if it fits."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from ivr.domain.staff import StaffRole
from ivr.errors import SettingsError
from ivr.service.accounts import OPERATOR
from ivr.settings import Settings
from ivr.web.oidc import role_in
from tests.web.site import ENVIRONMENT, Site, text_of
from tests.web.test_sign_in import SECRET, accounts, sign_in

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oidc_provider_mock

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the provider, in a thread of its own
PEOPLE = {
    "ann-1": {"name": "Ann", "groups": ["staff", "supervisor"]},
    "bob-2": {"name": "Bob", "groups": []},
    "kim-3": {"name": "Kim", "groups": "admin"},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A provider that knows some people: its issuer."""
    people = [oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with oidc_provider_mock.run_server_in_thread(user_claims=people, require_nonce=True) as server:
            yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def make(new_site: Callable[..., Site], provider: str) -> Callable[..., Site]:
    """A site that trusts it."""

    def site(**settings: str) -> Site:
        given = {"IVR_OIDC_ISSUER": provider, "IVR_OIDC_CLIENT_ID": "ringback", "IVR_OIDC_CLIENT_SECRET": "a secret"}
        return new_site(**given | {"IVR_OIDC_ROLE_CLAIM": "groups"} | settings)

    return site


def sent(site: Site, path: str = "/sign-in/oidc") -> str:
    """Where the browser is sent."""
    answer = site.get(path)
    assert answer.status_code == 302, text_of(answer)
    return str(answer.headers["Location"])


def vouched(site: Site, sub: str, path: str = "/sign-in/oidc") -> str:
    """Somebody proves at the provider who they are: the way back."""
    answer = httpx.post(sent(site, path), data={"sub": sub}, timeout=60)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def role(site: Site, name: str) -> str:
    return next(user.role.value for user in accounts(site).listed() if user.name == name)


def test_somebody_new_gets_in_with_the_role_that_the_provider_says(make: Callable[..., Site]) -> None:
    site = make()
    assert 'href="/sign-in/oidc' in site.get("/sign-in").text
    answer = site.get(vouched(site, "ann-1", "/sign-in/oidc?next=/supervisor/day"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/supervisor/day")
    assert site.get("/supervisor/").status_code == 200
    assert role(site, "Ann") == "supervisor"
    assert "user added" in text_of(site.get("/supervisor/audit?about=Ann"))


def test_the_request_carries_state_nonce_and_a_challenge_that_differ_each_time(make: Callable[..., Site]) -> None:
    site = make()
    first, second = (parse_qs(urlsplit(sent(site)).query) for _ in range(2))
    assert first["code_challenge_method"] == ["S256"]
    assert first["redirect_uri"] == ["https://voice.example.com/sign-in/oidc/back"]
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


def test_the_provider_s_role_is_followed_and_local_users_stay(make: Callable[..., Site]) -> None:
    site = make()
    site.get(vouched(site, "kim-3"))
    accounts(site).add("Local", StaffRole.ADMIN, SECRET)
    accounts(site).set_role(OPERATOR, "Kim", StaffRole.AGENT)
    site.post("/sign-out", page="/agent/")
    site.get(vouched(site, "kim-3"))
    assert role(site, "Kim") == "admin"
    site.post("/sign-out", page="/agent/")
    assert sign_in(site, "Local", SECRET) == 303


def test_without_a_role_nobody_gets_in_and_the_page_says_what_to_do(make: Callable[..., Site]) -> None:
    site = make()
    answer = site.get(vouched(site, "bob-2"))
    assert (answer.status_code, "oidc_unknown" in answer.text, "bob-2" in answer.text) == (403, True, True)
    assert site.get("/supervisor/").status_code == 303


def test_without_a_claim_only_those_who_were_tied_get_in_with_their_own_role(
    make: Callable[..., Site], provider: str
) -> None:
    site = make(IVR_OIDC_ROLE_CLAIM="")
    accounts(site).add("Robert", StaffRole.SUPERVISOR, SECRET)
    assert site.get(vouched(site, "bob-2")).status_code == 403
    accounts(site).identify("Robert", f"{provider} bob-2")
    assert site.get(vouched(site, "bob-2")).status_code == 303
    assert "Robert" in text_of(site.get("/supervisor/"))
    accounts(site).disable("Robert", disabled=True)
    assert site.get("/supervisor/").status_code == 303
    assert site.get(vouched(site, "bob-2")).status_code == 403


def test_a_name_that_somebody_has_is_never_taken_over(make: Callable[..., Site]) -> None:
    site = make()
    accounts(site).add("Ann", StaffRole.ADMIN, SECRET)
    answer = site.get(vouched(site, "ann-1"))
    assert (answer.status_code, "user_exists" in answer.text) == (403, True)


@pytest.mark.parametrize("change", ["state=x", "state=", ""])
def test_a_wrong_state_opens_nothing(make: Callable[..., Site], change: str) -> None:
    site = make()
    code = parse_qs(urlsplit(vouched(site, "ann-1")).query)["code"][0]
    answer = site.get(f"/sign-in/oidc/back?code={code}&{change}")
    assert (answer.status_code, "oidc_state" in answer.text) == (400, True)
    assert site.get("/supervisor/").status_code == 303


def test_a_way_back_in_another_browser_or_twice_opens_nothing(make: Callable[..., Site]) -> None:
    site, other = make(), make()
    back = vouched(site, "ann-1")
    assert other.get(back).status_code == 400
    assert site.get(back).status_code == 303
    site.post("/sign-out", page="/agent/")
    assert site.get(back).status_code == 400


def test_a_token_that_was_made_for_another_sign_in_is_refused(make: Callable[..., Site]) -> None:
    """The nonce of the session is not the one in the token."""
    site = make()
    back = vouched(site, "ann-1")
    with site.browser.session_transaction(base_url="https://voice.example.com") as held:
        for key, value in held.items():
            if key.startswith("_state_provider_"):
                value["data"]["nonce"] = "another"
                held[key] = value
    answer = site.get(back)
    assert (answer.status_code, "oidc_refused" in answer.text) == (403, True)


def test_a_provider_that_is_away_is_told_and_passwords_still_work(new_site: Callable[..., Site]) -> None:
    site = new_site(IVR_OIDC_ISSUER="http://127.0.0.1:9", IVR_OIDC_CLIENT_ID="ringback")
    answer = site.get("/sign-in/oidc")
    assert (answer.status_code, "oidc_away" in answer.text) == (503, True)
    assert sign_in(site) == 303


def test_without_a_provider_there_is_no_such_page(site: Site) -> None:
    assert site.get("/sign-in/oidc").status_code == 404
    assert "/sign-in/oidc" not in site.get("/sign-in").text


@pytest.mark.parametrize(
    ("claims", "claim", "found"),
    [
        ({"role": "agent"}, "role", StaffRole.AGENT),
        ({"realm": {"roles": ["agent", "admin"]}}, "realm.roles", StaffRole.ADMIN),
        ({"role": "king"}, "role", None),
        ({"role": 7}, "role", None),
        ({"role": [["admin"]]}, "role", None),
        ({}, "role", None),
    ],
)
def test_roles_are_read_from_words_and_lists(claims: dict[str, Any], claim: str, found: StaffRole | None) -> None:
    assert role_in(claims, claim) is found


@pytest.mark.parametrize(
    "given",
    [
        {"IVR_OIDC_ISSUER": "https://id.example.com"},
        {"IVR_OIDC_ISSUER": "http://id.example.com", "IVR_OIDC_CLIENT_ID": "x"},
    ],
)
def test_half_a_provider_or_one_without_https_stops_the_start(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="IVR_OIDC_ISSUER"):
        Settings.from_env(ENVIRONMENT | given)
