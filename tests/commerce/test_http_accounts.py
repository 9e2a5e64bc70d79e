"""Accounts at a shop behind HTTP: told, changed once, and left to a person by a shop that has none."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Response

from ivr.bootstrap import Ivr, build
from ivr.cli.no_carrier import NoPhone
from ivr.commerce.http_accounts import HttpAccounts
from ivr.commerce.http_shop import HttpShop
from ivr.commerce.shop_requests import ShopRequests
from ivr.domain.accounts import AccountChange, ChangeKind, ChangeStatus, MembershipState
from ivr.domain.service_levels import Level
from ivr.errors import ShopRefused, ShopUnavailable
from ivr.service.account_sweep import AccountSweep
from ivr.service.member_marks import MemberMarks
from ivr.service.timeline import new_id
from ivr.settings import Settings
from tests.commerce.shop import TOKEN, Shop
from tests.fakes.clock import NOON_IN_NEW_YORK, FakeClock
from tests.storage import rows
from tests.tables import table

ADA, STRANGER = "+12025550143", "+12025550199"
OPENAPI = table(Path(__file__).resolve().parents[2] / "docs/commerce.openapi.yaml")


@pytest.fixture
def accounts(shop: Shop) -> HttpAccounts:
    return HttpAccounts(ShopRequests(shop.url, TOKEN))


def answers(shop: Shop, body: object, status: int = 200) -> None:
    shop.answer = lambda: Response(json.dumps(body), status, mimetype="application/json")


def test_memberships_and_bills_are_read_as_the_shop_has_them(shop: Shop, accounts: HttpAccounts) -> None:
    for locale in ("en-US", "ko-KR"):
        assert accounts.membership(ADA, locale) == shop.accounts.membership(ADA, locale)
        assert accounts.bill(ADA, locale) == shop.accounts.bill(ADA, locale) is not None
    assert accounts.membership(STRANGER, "en-US").state is MembershipState.NONE
    assert accounts.bill(STRANGER, "en-US") is None


MEMBER = {
    "state": "active", "plan": "Plus", "gives": "free delivery", "amount": "9.99", "currency": "USD",
    "until": "2026-12-09T00:00:00Z",
}  # fmt: skip
BILL = {"order_id": "1" * 17, "item": "a kettle", "amount": "39.00", "currency": "USD"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"state": "held"}, "state"),
        ({"state": "gold"}, "state"),
        ({"amount": "-1"}, "amount"),
        ({"currency": "DOGE"}, "currency"),
        ({"plan": "<b>Plus</b>"}, "plan"),
        ({"gives": ""}, "gives"),
        ({"until": "2026-12-09T00:00:00"}, "until"),
        ({"until": None}, "until"),
    ],
    ids=str,
)
def test_a_membership_that_makes_no_sense_is_not_used(
    shop: Shop, accounts: HttpAccounts, change: dict[str, Any], named: str
) -> None:
    answers(shop, MEMBER | change)
    with pytest.raises(ShopUnavailable, match=named):
        accounts.membership(ADA, "en-US")


@pytest.mark.parametrize(
    "body",
    [
        {}, [], {"bill": []}, {"bill": BILL | {"amount": "0"}}, {"bill": BILL | {"order_id": "7"}},
        {"bill": BILL | {"item": "{company}"}}, {"bill": BILL | {"currency": "XXX"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_bill_that_makes_no_sense_is_not_asked_for(shop: Shop, accounts: HttpAccounts, body: object) -> None:
    answers(shop, body)
    with pytest.raises(ShopUnavailable):
        accounts.bill(ADA, "en-US")


def a_change(**values: Any) -> AccountChange:
    given = {"key": "case/pause/1", "kind": ChangeKind.PAUSE, "number": ADA, "case_id": "case"}
    times = {"due_at": NOON_IN_NEW_YORK, "created_at": NOON_IN_NEW_YORK, "until_at": NOON_IN_NEW_YORK}
    return AccountChange(**(given | times | values))


def test_a_change_is_told_in_the_fields_that_are_described_under_its_own_key(
    shop: Shop, accounts: HttpAccounts
) -> None:
    accounts.carry_out(a_change())
    accounts.carry_out(a_change())
    assert list(shop.changes) == ["case/pause/1"]
    (row,) = shop.changes.values()
    described = OPENAPI["components"]["schemas"]["AccountChange"]["properties"]
    assert set(row) == set(described)
    assert set(described["kind"]["enum"]) == set(ChangeKind)
    assert (row["until_at"], row["number"]) == (NOON_IN_NEW_YORK.isoformat(), ADA)


def test_what_is_told_of_memberships_and_bills_is_described(shop: Shop) -> None:
    schemas = OPENAPI["components"]["schemas"]
    assert set(schemas["Membership"]["properties"]) == {*MEMBER, "video"}
    assert set(schemas["Membership"]["properties"]["state"]["enum"]) == set(MembershipState) - {"held"}
    assert set(schemas["Bill"]["properties"]) == set(BILL)


def test_a_refusal_carries_its_reason_and_a_shop_without_accounts_refuses(shop: Shop, accounts: HttpAccounts) -> None:
    with pytest.raises(ShopRefused) as refused:
        accounts.carry_out(a_change(number=STRANGER))
    assert refused.value.reason == "unknown_customer"
    answers(shop, {}, 404)
    with pytest.raises(ShopRefused) as missing:
        accounts.carry_out(a_change())
    assert missing.value.reason == "unknown"


def test_accounts_share_the_breaker_of_the_orders(shop: Shop) -> None:
    """A shop that failed callers three times is left alone by all who ask it."""
    ours = HttpShop(shop.url, TOKEN)
    answers(shop, {}, 500)
    for _ in range(3):
        with pytest.raises(ShopUnavailable):
            HttpAccounts(ours.requests).membership(ADA, "en-US")
    asked = len(shop.asked)
    with pytest.raises(ShopUnavailable, match="left alone"):
        ours.order("1" * 17, "en-US")
    assert len(shop.asked) == asked


class Talk:
    """One call of Ada's by keys; her order is known."""

    def __init__(self, ivr: Ivr) -> None:
        self.ivr, self.sid = ivr, f"CA{new_id()}"
        self.turn = ivr.calls.arrive(self.sid, ADA, "+12025550100")

    def keys(self, *keys: str) -> list[str]:
        for key in keys:
            self.turn = self.ivr.calls.keys(self.sid, self.turn.number, key)
        return [say.key for say in self.turn.say]


@pytest.fixture
def ivr(shop: Shop, sqlite_url: str) -> Iterator[Ivr]:
    environment = {"IVR_COMMERCE_URL": shop.url, "IVR_COMMERCE_TOKEN": TOKEN}
    settings = replace(Settings.from_env(environment), database_url=sqlite_url)
    with build(settings, phone=NoPhone(), messenger=None, clock=FakeClock()) as built:
        yield built


def test_a_membership_at_a_foreign_shop_is_paused_in_the_call_and_the_shop_is_told_once(shop: Shop, ivr: Ivr) -> None:
    talk = Talk(ivr)
    assert talk.keys("*", "3") == ["membership_about", "ask_membership"]
    assert talk.keys("1", "1") == ["membership_rests", "anything_else"]
    sweep = AccountSweep(ivr.engine.scenes, ivr.accounts)
    sweep.sweep()
    sweep.sweep()
    assert [(row["kind"], row["number"]) for row in shop.changes.values()] == [("pause", ADA)]
    with ivr.store.read() as uow:
        assert [one.status for one in uow.account_changes.of_number(ADA)] == [ChangeStatus.DONE]
    assert talk.keys("*", "*", "2") == ["ask_pay_link"]  # what is open is told, too


def test_at_a_shop_that_tells_nothing_of_accounts_a_person_helps(shop: Shop, ivr: Ivr) -> None:
    talk = Talk(ivr)
    talk.keys("*")

    def without_accounts() -> Response | None:
        return Response("{}", 404) if shop.asked[-1].endswith(("/membership", "/bill")) else None

    shop.answer = without_accounts
    assert talk.keys("3") == ["shop_away", "offer_callback_wait"]


def test_whose_callbacks_are_members_is_asked_beside_the_call_and_once(shop: Shop, ivr: Ivr) -> None:
    marks = MemberMarks(ivr.engine.scenes, ivr.accounts)
    with ivr.store.begin() as uow:
        for name, number in (("ada", ADA), ("stranger", STRANGER)):
            uow.cases.add(rows.case(name))
            uow.callbacks.add(rows.callback(name, case_id=name, number=number, created_at=ivr.clock.now()))
        uow.commit()
    answers(shop, {}, 404)
    marks.sweep()
    marks.sweep()
    assert len(shop.asked) == 1, "a shop that tells nothing is left alone"
    shop.answer = None
    marks = MemberMarks(ivr.engine.scenes, ivr.accounts)
    shop.asked.clear()
    for _ in range(2):
        marks.sweep()
    assert len(shop.asked) == 2
    with ivr.store.read() as uow:
        since = ivr.clock.now() - timedelta(days=1)
        late = {"member_callback": Level(0, 0, 100)}
        assert uow.levels.unmarked(since, 9) == []
        assert uow.levels.waited(late, since, ivr.clock.now())["member_callback"].waiting == 1
