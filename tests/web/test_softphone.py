"""An agent's browser as their telephone: a token for their own name alone, and calls that ring it."""

import jwt
import pytest

from ivr.carrier.page import ROOT
from ivr.domain.agents import is_client
from ivr.domain.staff import StaffRole
from tests.web.site import ENVIRONMENT, Site
from tests.web.test_console import KIM, fill
from tests.web.test_sign_in import SECRET, accounts, sign_in

KEY = {
    "TWILIO_API_KEY_SID": "SK" + "3" * 32,
    "TWILIO_API_KEY_SECRET": "s" * 32,
    "TWILIO_TWIML_APP_SID": "AP" + "4" * 32,
}


def as_kim(site: Site, number: str = "client:kim") -> Site:
    fill(site)
    with site.store.begin() as uow:
        kim = uow.agents.by_name("Kim")
        assert kim is not None
        kim.number = number
        uow.commit()
    accounts(site).add("Kim", StaffRole.AGENT, SECRET, "Kim")
    sign_in(site, "Kim", SECRET)
    return site


def test_the_token_is_for_their_own_softphone_and_ends_soon(new_site) -> None:
    site = as_kim(new_site(**KEY))
    answer = site.post("/agent/softphone-token", page="/agent/")
    assert (answer.status_code, answer.json["identity"], answer.headers["Cache-Control"]) == (200, "kim", "no-store")
    claims = jwt.decode(
        answer.json["token"], KEY["TWILIO_API_KEY_SECRET"], algorithms=["HS256"], options={"verify_exp": False}
    )
    assert (claims["sub"], claims["iss"]) == (ENVIRONMENT["TWILIO_ACCOUNT_SID"], KEY["TWILIO_API_KEY_SID"])
    assert claims["grants"] == {
        "identity": "kim",
        "voice": {"incoming": {"allow": True}, "outgoing": {"application_sid": KEY["TWILIO_TWIML_APP_SID"]}},
    }
    assert claims["exp"] - claims["nbf"] <= 600
    with site.store.read() as uow:
        assert [line.what for line in uow.staff.log_lines(1)] == ["softphone_token"]


def test_without_a_key_the_answer_says_what_to_set(site: Site) -> None:
    answer = as_kim(site).post("/agent/softphone-token", page="/agent/")
    assert (answer.status_code, "TWILIO_API_KEY_SID" in answer.json["message"]) == (404, True)


def test_whoever_has_a_telephone_or_is_no_agent_gets_none(new_site) -> None:
    answer = as_kim(new_site(**KEY), "+12025550171").post("/agent/softphone-token", page="/agent/")
    assert (answer.status_code, answer.json["code"]) == (409, "illegal_move")


def test_nobody_gets_one_without_signing_in_or_by_another_site(new_site) -> None:
    site = new_site(**KEY)
    assert site.post("/agent/softphone-token", page="/").status_code == 303
    as_kim(site)
    assert site.browser.post("/agent/softphone-token", base_url="https://voice.example.com").status_code == 400


def test_the_telephone_of_a_carrier_on_this_machine_is_a_link_away_and_a_real_one_is_not(new_site) -> None:
    shown = as_kim(new_site(), KIM).get("/agent/").text
    assert f'href="http://127.0.0.1:9{ROOT}?to=%2B12025550100&amp;agent=%2B12025550171"' in shown
    twilio = new_site(TWILIO_API_BASE="")
    sign_in(twilio, "Kim", SECRET)
    assert "Available" in (real := twilio.get("/agent/").text)
    assert ROOT not in real


def test_tokens_are_counted(new_site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.web.softphone.TOKENS_A_DAY", 1)
    site = as_kim(new_site(**KEY))
    answers = [site.post("/agent/softphone-token", page="/agent/") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].json["code"] == "limit"


@pytest.mark.parametrize(
    ("address", "fits"),
    [("client:kim", True), ("client:", False), ("client:a b", False), ("Client:kim", False), ("+12025550171", False)],
)
def test_a_softphones_name_is_plain(address: str, fits: bool) -> None:
    assert is_client(address) is fits
