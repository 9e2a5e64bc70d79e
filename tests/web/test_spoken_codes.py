"""Codes told on the telephone, as pages and API offer them."""

import re
from typing import Any

import pytest

from ivr.domain.callbacks import CallbackStatus
from tests.fakes.phone import FakeCall
from tests.web.site import NUMBER, Site, text_of

LAND_LINE = "+82 2 1234 5678"
ASK = {"number": NUMBER, "kind": "track_order", "verification": "call"}


def rings(site: Site) -> FakeCall:
    """The dispatcher rings the number, and somebody picks up."""
    site.dispatch()
    call = site.phone.calls[-1]
    call.status = "in-progress"
    site.ivr.engine.legs.answered(call.leg_id, call.sid)
    return call


def hears_code(site: Site) -> str:
    """Whoever picks up presses 1."""
    turn = site.ivr.engine.legs.keyed(rings(site).leg_id, "1", turn=1)
    return re.sub(r"\D", "", site.ivr.speaker.text("en-US", turn.say[0]))


def test_a_customer_has_the_code_told_and_proves_the_number(site: Site) -> None:
    path = site.asked()
    site.clock.advance(1)  # the code by call is the newer one
    answer = site.post(f"{path}/resend", {"verification": "call"}, page=path)
    page = text_of(site.get(answer.headers["Location"]))
    assert "We are ringing you with a new code." in page
    assert "We are about to ring you." in page, page
    code = hears_code(site)
    assert "on the line with us" in text_of(site.get(path))
    assert site.post(f"{path}/confirm", {"code": code}, page=path).status_code == 303
    assert site.callback(path).status == CallbackStatus.SCHEDULED


def test_a_call_that_nobody_took_is_told_and_may_be_asked_for_again(site: Site) -> None:
    path = site.asked(verification="call")
    assert site.messenger.sent == []
    site.dispatch()
    (call,) = site.phone.calls
    site.ivr.engine.legs.status(call.leg_id, call.sid, call_status="busy", sequence="1")
    assert "We did not reach you." in text_of(site.get(path))
    assert site.post(f"{path}/resend", {"verification": "call"}, page=path).status_code == 303


def test_a_land_line_is_rung_and_at_night_the_page_says_why_not(site: Site) -> None:
    answer = site.ask(number=LAND_LINE, zone="Asia/Seoul")  # one in the morning in Seoul
    assert (answer.status_code, "may not ring this number at this hour" in text_of(answer)) == (422, True)
    assert site.all_open() == []
    site.clock.advance(11 * 3600)
    path = site.asked(number=LAND_LINE, zone="Asia/Seoul")
    assert "Press 1 there to hear a code." in text_of(site.get(path))
    assert site.messenger.sent == []


@pytest.mark.parametrize("nonsense", ["pigeon", "CALL", "call,text"])
def test_a_code_is_sent_by_text_or_call_and_nothing_else(site: Site, nonsense: str) -> None:
    answer = site.ask(verification=nonsense)
    assert (answer.status_code, "Choose a text message or a call." in text_of(answer)) == (422, True)
    refused = site.api("POST", "/callbacks", ASK | {"verification": nonsense})
    assert (refused.status_code, refused.json["code"]) == (422, "verification")  # type: ignore[index]


def asked(site: Site, **changes: Any) -> str:
    """Through the API: the callback's path."""
    answer = site.api("POST", "/callbacks", ASK | changes)
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["status"] == "unverified"
    return f"/callbacks/{answer.json['id']}"


def test_a_client_has_the_code_told_and_enters_it(site: Site) -> None:
    path = asked(site)
    done = site.api("POST", f"{path}/confirm", {"code": hears_code(site)})
    assert done.json is not None
    assert (done.status_code, done.json["status"]) == (200, "scheduled")
    assert site.api("POST", f"{path}/code", {"verification": "text"}).status_code == 409


def test_a_client_has_the_code_texted_and_asks_for_another(site: Site) -> None:
    path = asked(site, verification="text")
    first = site.code()
    site.clock.advance(1)
    assert site.api("POST", f"{path}/code", {"verification": "text"}).status_code == 202
    assert len(site.messenger.sent) == 2
    if first != site.code():
        wrong = site.api("POST", f"{path}/confirm", {"code": first})
        assert wrong.json is not None
        assert (wrong.status_code, wrong.json["code"]) == (422, "code")
    assert site.api("POST", f"{path}/confirm", {"code": site.code()}).status_code == 200


def test_nothing_is_dialed_for_a_client_before_the_number_is_proven(site: Site) -> None:
    asked(site, verification="text")
    site.dispatch()
    assert site.phone.calls == []
