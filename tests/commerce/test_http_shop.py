"""A shop behind HTTP: its contract, and what becomes of one that is slow, away, broken or hostile."""

import json
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Response

from ivr.bootstrap import build
from ivr.cli import run as command
from ivr.cli.no_carrier import NoPhone
from ivr.commerce.contract import READS, WRITES, Contract, errand_for
from ivr.commerce.http_shop import HttpShop
from ivr.commerce.shop_requests import LARGEST
from ivr.domain.orders import Order
from ivr.domain.settlements import SettlementKind
from ivr.errors import ShopRefused, ShopUnavailable
from ivr.service.breaker import Breaker
from ivr.service.timeline import new_id
from ivr.settings import Settings
from tests.commerce.shop import TOKEN, Shop, plain
from tests.fakes.clock import FakeClock
from tests.tables import table

OPENAPI = table(Path(__file__).resolve().parents[2] / "docs/commerce.openapi.yaml")


def delivered(shop: Shop) -> Order:
    orders = (order for owner in shop.demo.seeded for order in shop.demo.recent_orders(owner.number, "en-US"))
    return next(order for order in orders if order.delivered_at and float(order.amount) > 25 and order.news_by)


def adapter(shop: Shop, **more: Any) -> HttpShop:
    return HttpShop(shop.url, TOKEN, **more)


def test_the_demonstrations_shop_keeps_the_contract(shop: Shop) -> None:
    found = list(Contract(shop.url, TOKEN, delivered(shop).id).check(writes=True))
    assert [finding for finding in found if finding.wrong] == []
    assert len(found) == 2 + len(READS) + len(WRITES)


def test_the_command_names_what_a_shop_breaks(
    shop: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_COMMERCE_TOKEN", TOKEN)
    order = delivered(shop)
    assert command(["commerce", "check", shop.url, "--order", order.id]) == 0
    shop.answer = lambda: Response(json.dumps(plain(order) | {"amount": "-1"}), mimetype="application/json")
    assert command(["commerce", "check", shop.url, "--order", order.id]) == 1
    assert "order.amount: expected a positive decimal" in capsys.readouterr().out


def test_what_the_adapter_reads_is_what_the_shop_has(shop: Shop) -> None:
    ours, order = adapter(shop), delivered(shop)
    assert ours.order(order.id, "en-US") == order
    assert list(ours.recent_orders(order.number, "en-US")) == list(shop.demo.recent_orders(order.number, "en-US"))
    assert ours.customer_name(order.number) == shop.demo.customer_name(order.number)
    assert ours.customer_since(order.number, "en-US") is None
    assert len([path for path in shop.asked if path.startswith("/customers")]) == 1, "remembered for a moment"
    assert ours.customer_since("+14155550117", "en-US") == date(2019, 3, 31)
    assert list(ours.orders_of_batch(order.batch, "en-US")) == list(shop.demo.orders_of_batch(order.batch, "en-US"))
    assert not ours.cancel(order.id)


def test_every_address_that_the_adapter_uses_is_described(shop: Shop) -> None:
    described = {path.replace("{id}", "{}").replace("{number}", "{}") for path in OPENAPI["paths"]}
    assert {"/customers/{}", "/orders", "/orders/{}", "/orders/{}/search", "/orders/{}/cancellation"} <= described
    assert set(OPENAPI["components"]["schemas"]["Order"]["properties"]) == set(plain(delivered(shop)))


HOSTILE: list[tuple[dict[str, Any], str]] = [
    ({"amount": "-5.00"}, "amount"),
    ({"amount": "NaN"}, "amount"),
    ({"express_amount": "-6.50"}, "express_amount"),
    ({"kind": "<tea>"}, "kind"),
    ({"currency": "DOGE"}, "currency"),
    ({"item": "<say-as>lamp</say-as>"}, "item"),
    ({"item": "x" * 5000}, "item"),
    ({"item": "{company}"}, "item"),
    ({"number": "call me"}, "number"),
    ({"delivered_at": "yesterday"}, "delivered_at"),
    ({"ordered_at": "2026-03-01T10:00:00"}, "ordered_at"),
    ({"status": "lost in space"}, "status"),
    ({"id": "9" * 17}, "another order"),
    ({"item_phrases": "lamp"}, "item_phrases"),
    ({"paid_by": "4111111111111111"}, "paid_by"),
    ({"variants": [{"id": "b", "label": "<blue>", "amount": "1.00"}]}, "label"),
    ({"variants": [{"id": "b", "label": "blue", "amount": "-1.00"}]}, "amount"),
    ({"variants": [{"id": "b", "label": "blue", "amount": "1.00"}] * 51}, "variants"),
]


@pytest.mark.parametrize(("change", "named"), HOSTILE, ids=lambda value: str(value)[:40])
def test_a_hostile_answer_is_refused_and_names_the_field(shop: Shop, change: dict[str, Any], named: str) -> None:
    order = delivered(shop)
    shop.answer = lambda: Response(json.dumps(plain(order) | change), mimetype="application/json")
    with pytest.raises(ShopUnavailable, match=named):
        adapter(shop).order(order.id, "en-US")


@pytest.mark.parametrize(
    "photo",
    ["http://photos.example.com/1.jpg", "https://localhost/1.jpg", "javascript:alert(1)", 'https://a.example/"><b>', 7],
)
def test_a_photo_that_is_no_https_address_is_refused(shop: Shop, photo: object) -> None:
    order = delivered(shop)
    shop.answer = lambda: Response(json.dumps(plain(order) | {"photo": photo}), mimetype="application/json")
    with pytest.raises(ShopUnavailable, match="photo"):
        adapter(shop).order(order.id, "en-US")


def test_places_to_hand_a_return_in_are_read_and_a_shop_that_knows_none_has_none(shop: Shop) -> None:
    ours, order = adapter(shop), delivered(shop)
    assert list(ours.drop_offs(order.id, "en-US")) == list(shop.demo.drop_offs(order.id, "en-US"))
    assert len(ours.drop_offs(order.id, "en-US")) > 3
    shop.answer = lambda: Response("{}", 404)
    assert list(ours.drop_offs(order.id, "en-US")) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"name": "<b>"}, "name"),
        ({"street": ""}, "street"),
        ({"meters": -1}, "meters"),
        ({"meters": "near"}, "meters"),
        ({"open_until": "24:00"}, "open_until"),
    ],
)
def test_a_hostile_place_is_refused_and_names_the_field(shop: Shop, change: dict[str, Any], named: str) -> None:
    place = {"name": "Corner Books", "street": "12 Main Street", "meters": 400, "open_until": "18:00"}
    shop.answer = lambda: Response(json.dumps({"places": [place | change]}), mimetype="application/json")
    with pytest.raises(ShopUnavailable, match=rf"places\[0\]\.{named}"):
        adapter(shop).drop_offs("1" * 17, "en-US")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b"null", b'{"orders": {}}', b"x" * (LARGEST + 10)])
def test_a_body_that_is_no_answer_is_refused(shop: Shop, body: bytes) -> None:
    shop.answer = lambda: Response(body, mimetype="application/json")
    with pytest.raises(ShopUnavailable):
        adapter(shop).find_orders("1234567", "en-US")


@pytest.mark.parametrize("status", [301, 401, 429, 500, 503])
def test_reading_is_tried_twice_and_doing_once(shop: Shop, status: int) -> None:
    shop.answer = lambda: Response("{}", status)
    with pytest.raises(ShopUnavailable, match=str(status)):
        adapter(shop).order("1" * 17, "en-US")
    assert len(shop.asked) == 2
    with pytest.raises(ShopUnavailable):
        adapter(shop).cancel("1" * 17)
    assert len(shop.asked) == 3


def test_a_shop_that_fails_is_left_alone_and_asked_again_after_its_rest(shop: Shop) -> None:
    now = [0.0]
    ours = adapter(shop, breaker=Breaker(most_failures=3, rest_seconds=15, monotonic=lambda: now[0]))
    shop.answer = lambda: Response("{}", 500)
    for _ in range(6):
        with pytest.raises(ShopUnavailable):
            ours.order("1" * 17, "en-US")
    assert len(shop.asked) == 6, "three times with a retry"
    shop.answer, now[0] = None, 16.0
    assert ours.order("1" * 17, "en-US") is None


def test_a_refusal_is_no_failure_and_carries_its_reason(shop: Shop) -> None:
    ours, order = adapter(shop), delivered(shop)
    given = replace(errand_for(order), kind=SettlementKind.REFUND, key=f"{order.id}/1/final")
    assert ours.carry_out(given) == ours.carry_out(given)
    with pytest.raises(ShopRefused) as refused:
        ours.carry_out(replace(given, key="other", amount_minor=-1))
    assert refused.value.reason == "amount"
    shop.answer = lambda: Response('{"reason": "<b>no</b>"}', 422, mimetype="application/json")
    with pytest.raises(ShopRefused) as strange:
        ours.carry_out(replace(given, key="third"))
    assert strange.value.reason == "refused"


def test_a_slow_shop_is_not_waited_for(shop: Shop) -> None:
    given_up = threading.Event()

    def slow() -> Response:
        given_up.wait(60)
        return Response("{}")

    shop.answer = slow
    with pytest.raises(ShopUnavailable):
        adapter(shop).cancel("1" * 17)
    given_up.set()


def test_callers_of_a_shop_that_is_away_hear_so_and_are_offered_a_person(shop: Shop, sqlite_url: str) -> None:
    """Greeted though the shop is down, asked for the order's number, then told the truth and offered a callback."""
    environment = {"IVR_COMMERCE_URL": shop.url, "IVR_COMMERCE_TOKEN": TOKEN}
    settings = replace(Settings.from_env(environment), database_url=sqlite_url)
    order = delivered(shop)
    with build(settings, phone=NoPhone(), messenger=None, clock=FakeClock()) as ivr:
        shop.answer = lambda: Response("{}", 503)
        sid = f"CA{new_id()}"
        turn = ivr.calls.arrive(sid, order.number, "+12025550100")
        assert [say.key for say in turn.say] == ["greeting", "menu"]
        turn = ivr.calls.keys(sid, turn.number, "3")
        turn = ivr.calls.keys(sid, turn.number, order.id[-7:])
        assert [say.key for say in turn.say] == ["shop_away", "offer_callback_wait"]
        turn = ivr.calls.keys(sid, turn.number, "1")
        assert turn.say[0].key == "callback_booked_asap"
        ivr.calls.ended(sid)
