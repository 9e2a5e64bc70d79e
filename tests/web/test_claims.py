"""Claims over HTTP: the seller's page by a signed link, the API, the supervisor's list, heat map and decision."""

import csv
import io

import pytest

from ivr.content.service_levels import service_levels
from ivr.domain.claims import Claim, ClaimState
from ivr.domain.service_levels import Level, Standing
from ivr.errors import ContentError
from ivr.service.claim_sweep import ClaimSweep
from ivr.service.timeline import new_id
from tests.web.site import Site, text_of
from tests.web.test_sign_in import sign_in

CUSTOMER, ORDER = "+14155550117", "11699207856579754"
"""Of the demo shop: winter gloves, sold by Northwind Outdoor."""


def claimed(site: Site) -> Claim:
    """The customer claims it by keys: a return, of the third order, is a fake."""
    calls, sid = site.ivr.calls, f"CA{new_id()}"
    turn = calls.arrive(sid, CUSTOMER, "+12025550100")
    for key in ("3", "3", "1"):
        turn = calls.keys(sid, turn.number, key)
    calls.ended(sid)
    return claim_of(site)


def claim_of(site: Site) -> Claim:
    with site.store.read() as uow:
        found = uow.claims.of_order(ORDER)
    assert found is not None
    return found


def page_of(site: Site) -> str:
    return f"/seller/{site.ivr.engine.links.claim(claim_of(site).id)}"


def number_of(site: Site) -> str:
    with site.store.read() as uow:
        case = uow.cases.get(claim_of(site).case_id)
    assert case is not None
    return case.number


def test_the_sellers_page_shows_the_claim_and_nothing_about_the_customer(site: Site) -> None:
    claimed(site)
    page = site.get(page_of(site))
    assert page.status_code == 200
    read = text_of(page)
    assert "winter gloves" in read
    assert "it is a fake" in read
    assert CUSTOMER not in page.text
    assert "…17" not in page.text
    assert "<script>" not in page.text
    assert " style=" not in page.text
    assert site.get(page_of(site)[:-1] + "x").status_code == 404  # base64 may read it as the same bytes
    assert text_of(site.get(page_of(site) + "?lang=de-DE")).count("Fälschung") == 1


def test_an_answer_by_the_link_counts_once_and_a_late_one_is_told_so(site: Site) -> None:
    claimed(site)
    path = page_of(site)
    assert site.post(path, {"answer": "haggle"}, page=path).status_code == 422
    assert site.post(path, {"answer": "offer-33"}, page=path).status_code == 422
    assert site.post(path, {"answer": "offer-٣"}, page=path).status_code == 422
    assert site.post(path, {"answer": "accept", "reply": "<b>"}, page=path).status_code == 422
    for _ in range(2):
        assert site.post(path, {"answer": "accept", "reply": "sorry"}, page="/").status_code == 303
    claim = claim_of(site)
    assert (claim.state, claim.reply, claim.charged_minor) == (ClaimState.PAID, "sorry", claim.amount_minor)
    assert site.post(path, {"answer": "dispute"}, page="/").status_code == 409
    assert "Thank you" in text_of(site.get(path))


def test_after_the_deadline_the_page_takes_no_answer(site: Site) -> None:
    claimed(site)
    site.clock.advance(24 * 3600)
    path = page_of(site)
    assert "its time is over" in text_of(site.get(path))
    assert site.post(path, {"answer": "accept"}, page="/").status_code == 409
    assert claim_of(site).answer is None


def test_programs_read_and_answer_a_claim(site: Site) -> None:
    claimed(site)
    path = f"/claims/{number_of(site)}"
    seen = site.api("GET", path).json
    assert (seen["state"], seen["seller"], seen["cause"], seen["held"]) == (
        "waiting_for_seller", "northwind", "counterfeit", True,
    )  # fmt: skip
    for body, code in (({}, "claim_answer"), ({"answer": "offer", "share": 33}, "claim_share"),
                       ({"answer": "offer", "share": "50"}, "type"), ({"answer": "accept", "x": 1}, "unknown_field"),
                       ({"answer": "accept", "reply": "hi"}, "claim_reply")):  # fmt: skip
        assert site.api("POST", f"{path}/answer", body).json["code"] == code
    for _ in range(2):
        answer = site.api("POST", f"{path}/answer", {"answer": "offer", "share": 50})
        assert (answer.status_code, answer.json["state"]) == (200, "answered")
    assert site.api("POST", f"{path}/answer", {"answer": "accept"}).json["code"] == "claim_answered"
    assert site.api("GET", "/claims/1234560").status_code == 404


@pytest.fixture
def board(site: Site) -> Site:
    """A supervisor is signed in; a claim was taken to a person."""
    claimed(site)
    site.api("POST", f"/claims/{number_of(site)}/answer", {"answer": "dispute", "proof": True})
    assert claim_of(site).state is ClaimState.ESCALATED
    sign_in(site)
    return site


def test_an_escalation_is_warned_of_and_then_late_on_board_and_list(board: Site) -> None:
    seen = []
    for minutes in (0, 59, 2, 30):
        board.clock.advance(minutes * 60)
        shown = board.get("/supervisor/").text
        seen.append(("soon late" in shown, "· late: 1" in shown))
    assert seen == [(False, False), (False, False), (True, False), (False, True)]
    page = board.get("/supervisor/claims")
    assert 'class="alarm"' in page.text
    assert "Northwind Outdoor" in page.text
    assert CUSTOMER not in page.text


def test_a_person_decides_who_pays_once_and_with_a_reason(board: Site) -> None:
    path, page = f"/supervisor/claims/{claim_of(board).id}", "/supervisor/claims"
    assert board.post(path, {"ruling": "us", "reason": " "}, page=page).status_code == 422
    assert board.post(path, {"ruling": "king", "reason": "x"}, page=page).status_code == 422
    assert board.post(path, {"ruling": "us", "reason": "goodwill"}, page=page).status_code == 303
    claim = claim_of(board)
    assert (claim.state, claim.payer, claim.charged_minor, claim.rule_id) == (ClaimState.PAID, "us", 0, "person")
    assert board.post(path, {"ruling": "seller", "reason": "again"}, page=page).status_code == 422
    with board.store.read() as uow:
        assert [row.amount_minor for row in uow.settlements.of_order(ORDER)] == [claim.amount_minor]
        names = {(line.what, line.name) for line in uow.staff.log_lines(50)}
    assert {("claim_ruled", "supervisor"), ("claim_paid", "supervisor")} <= names
    assert claim.attended_at == board.clock.now()


def test_the_heat_map_counts_by_seller_and_cause_and_is_had_as_csv(board: Site) -> None:
    page = board.get("/supervisor/claims")
    assert 'class="number shade-4">1</td>' in page.text
    rows = list(csv.reader(io.StringIO(board.get("/supervisor/claims.csv").text.removeprefix("\ufeff"))))
    assert rows == [["seller", "cause", "claims", "charged"], ["Northwind Outdoor", "counterfeit", "1", "0"]]


def test_only_supervisors_see_claims(site: Site) -> None:
    claimed(site)
    for path in ("claims", "claims.csv"):
        assert site.get(f"/supervisor/{path}").status_code == 303


def test_a_level_warns_before_it_is_late(site: Site) -> None:
    level, now = Level(3600, 5400), site.clock.now()
    assert level.standing(now, now) is Standing.IN_TIME
    assert level.standing(now, site.clock.advance(3600)) is Standing.SOON
    assert level.standing(now, site.clock.advance(1800)) is Standing.LATE


GOOD = """seller_escalation: {warn_minutes: 60, late_minutes: 90}
voice: {warn_seconds: 35, late_seconds: 47, average: true}
chat: {warn_seconds: 90, late_seconds: 120}
escalation: {warn_minutes: 9, late_minutes: 12, percent: 98}
member_callback: {warn_minutes: 10, late_minutes: 15}
self_service: {warn_percent: 58, percent: 54}
automation: {warn_percent: 72, percent: 68}
"""


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        (1, "x: {}"),
        (1, "seller_escalation: 90"),
        (1, "seller_escalation: {warn_minutes: 90, late_minutes: 90}"),
        (1, "seller_escalation: {warn_minutes: 0, late_minutes: 90}"),
        (2, "voice: {warn_seconds: 35}"),
        (4, "escalation: {warn_minutes: 9, late_minutes: 12, percent: 101}"),
        (6, "self_service: {warn_percent: 50, percent: 54}"),
        (7, "automation: {warn_percent: 72, percent: 68, colour: 1}"),
    ],
)
def test_a_level_that_cannot_warn_is_named_with_its_line(tmp_path, line: int, instead: str) -> None:
    (tmp_path / "service_levels.yaml").write_text(GOOD)
    assert service_levels(tmp_path).waits["voice"].is_average
    lines = GOOD.splitlines()
    lines[line - 1] = instead
    (tmp_path / "service_levels.yaml").write_text("\n".join(lines))
    with pytest.raises(ContentError, match=rf"service_levels.yaml:{line}"):
        service_levels(tmp_path)


def test_the_sweep_of_the_site_pays_what_nobody_answered(site: Site) -> None:
    claimed(site)
    site.clock.advance(25 * 3600)
    ClaimSweep(site.ivr.engine.scenes, site.ivr.claims).sweep()
    assert claim_of(site).state is ClaimState.PAID
    assert "its time is over" in text_of(site.get(page_of(site)))
