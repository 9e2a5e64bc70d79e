"""A caller waits for one answer of the shop at the most, however many are asked for."""

from types import SimpleNamespace

import pytest
from flask import Response

from ivr.commerce.http_shop import HttpShop
from ivr.errors import ShopUnavailable
from ivr.service import shop_time
from ivr.service.afterwards import Afterwards
from ivr.service.breaker import Breaker
from ivr.service.scenes import Scenes
from ivr.service.shop_time import one_step, seconds_left
from ivr.storage import SqlStore
from tests.commerce.shop import TOKEN, Shop
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import KeySpeaker
from tests.fakes.phone import FakePhone

MEMBER = "+14155550117"
UNKNOWN = "1" * 17


def adapter(shop: Shop, **more: Breaker) -> HttpShop:
    return HttpShop(shop.url, TOKEN, **more)


def test_what_one_step_asks_of_the_shop_shares_its_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(shop_time, "time", SimpleNamespace(monotonic=lambda: now[0]))
    breaker = Breaker(most_failures=1, rest_seconds=60)
    ours = adapter(shop, breaker=breaker)
    with one_step():
        assert ours.order(UNKNOWN, "en-US") is None
        now[0] += 3.1
        with pytest.raises(ShopUnavailable, match="as long as it may"):
            ours.order(UNKNOWN, "en-US")
        assert len(shop.asked) == 1
    assert not breaker.is_open, "the shop was not asked, so it did not fail"
    assert ours.order(UNKNOWN, "en-US") is None


def test_a_step_within_a_step_gets_no_time_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop_time, "time", SimpleNamespace(monotonic=lambda: 100.0))
    assert seconds_left() is None
    with one_step(1.0):
        with one_step(3.0):
            assert seconds_left() == 1.0
        with one_step(0.5):
            assert seconds_left() == 0.5
    assert seconds_left() is None


def test_every_transaction_is_one_step(sqlite_store: SqlStore) -> None:
    clock = FakeClock()
    scenes = Scenes(sqlite_store, clock, Afterwards(FakePhone(clock), None, KeySpeaker()))
    left = scenes.run(lambda scene: seconds_left())
    assert left is not None
    assert left <= shop_time.SECONDS


def test_a_customer_is_asked_for_once_whatever_the_language(shop: Shop) -> None:
    ours = adapter(shop)
    since = ours.customer_since(MEMBER, "de-DE")
    assert since is not None
    assert (ours.customer_since(MEMBER, "ko-KR"), ours.customer_since(MEMBER, "en-US")) == (since, since)
    assert ours.customer_name(MEMBER)
    assert len(shop.asked) == 1
    assert ours.recent_orders(MEMBER, "ko-KR") == ours.recent_orders(MEMBER, "ko-KR")
    assert len(shop.asked) == 2, "items are named in the language"


def test_a_web_request_asks_of_its_customer_before_its_transaction(shop: Shop) -> None:
    known = '{"name": "Ada", "customer_since": "2019-03-31", "orders": []}'
    shop.answer = lambda: Response(known, mimetype="application/json")
    ours = adapter(shop)
    assert ours.customer_since(MEMBER, "de-DE")
    shop.answer = lambda: Response("{}", 500)
    assert ours.customer_name(MEMBER) == "Ada", "remembered for a moment: nothing is asked again"
