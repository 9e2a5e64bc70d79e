"""The demo shop: readable, never old, and its numbers can't be confused."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import phonenumbers
import pytest

from ivr.content.shop import DemoShop
from ivr.domain.orders import OrderStatus
from ivr.domain.settlements import SettlementKind
from ivr.errors import ContentError, ShopRefused
from ivr.service.fulfilment import Errand, SearchState

GRAMMARS = Path(__file__).resolve().parent.parent.parent / "grammars"
FOURS = list(combinations(range(7), 4))
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def shop() -> DemoShop:
    """The shop at a fixed moment."""
    return DemoShop(GRAMMARS, lambda: NOW)


def test_enough_customers_with_valid_numbers(shop: DemoShop) -> None:
    assert len(shop.customers) >= 12
    assert {customer.locale for customer in shop.customers} == {"en-US", "ko-KR"}
    for customer in shop.customers:
        number = phonenumbers.parse(customer.number)
        assert phonenumbers.is_valid_number(number)
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == customer.number
        assert 1 <= len(customer.orders) <= 4


def test_last_seven_digits_of_orders_differ_in_four_places(shop: DemoShop) -> None:
    tails = [row.order_number.replace("-", "")[-7:] for row in shop.demo_rows()]
    for one, other in combinations(tails, 2):
        assert sum(a != b for a, b in zip(one, other, strict=True)) >= 4


def test_five_hundred_more_orders_in_every_state_are_the_same_at_every_start(shop: DemoShop) -> None:
    again = DemoShop(GRAMMARS, lambda: NOW)
    orders = [order for owner in shop.seeded for order in shop.recent_orders(owner.number, "en-US")]
    assert [order for owner in again.seeded for order in again.recent_orders(owner.number, "en-US")] == orders
    assert len(orders) >= 500
    assert {order.status for order in orders} == set(OrderStatus)
    assert any(order.status is OrderStatus.SHIPPED and order.expected_at < NOW for order in orders if order.expected_at)
    assert len({order.seller for order in orders}) > 5
    assert all(order.delivered_at is None or order.ordered_at < order.delivered_at < NOW for order in orders)
    assert {phonenumbers.is_valid_number(phonenumbers.parse(owner.number)) for owner in shop.seeded} == {True}
    batches = Counter(order.batch for order in orders)
    assert min(batches.values()) >= 3
    batch = shop.orders_of_batch(orders[0].batch, "en-US")
    assert {order.batch for order in batch} == {orders[0].batch}


def test_callers_cannot_confuse_any_two_of_all_orders(shop: DemoShop) -> None:
    orders = [row["number"][-7:] for owner in (*shop.customers, *shop.seeded) for row in owner.orders]
    heads = Counter(
        head for tail in orders for head in {(i, j, k, m, *(tail[n] for n in (i, j, k, m))) for i, j, k, m in FOURS}
    )
    assert max(heads.values()) == 1, "two orders that agree in four places"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"order_id": "9" * 17}, "unknown_order"),
        ({"amount_minor": -1}, "amount"),
        ({"amount_minor": 999_999_99}, "amount"),
        ({"currency": "KRW"}, "currency"),
        ({"kind": SettlementKind.EXCHANGE, "amount_minor": 0, "variant": "blue"}, "sold_out"),
        ({"kind": SettlementKind.PART, "amount_minor": 0, "order_id": "11976551942819482"}, "no_parts"),
    ],
)
def test_the_shop_refuses_what_makes_no_sense(shop: DemoShop, change: dict, reason: str) -> None:
    with pytest.raises(ShopRefused) as refused:
        shop.carry_out(replace(errand(shop), **change))
    assert refused.value.reason == reason


def test_the_same_errand_again_is_done_once_and_a_replacement_is_an_order(shop: DemoShop) -> None:
    given = replace(errand(shop), kind=SettlementKind.REPLACEMENT, amount_minor=0)
    first, again = shop.carry_out(given), shop.carry_out(given)
    assert first == again
    newest = shop.recent_orders("+12025550143", "en-US")[0]
    assert (newest.status, newest.ordered_at) == (OrderStatus.PREPARING, NOW)
    assert shop.find_orders(newest.id[-7:], "en-US") == [newest]
    assert shop.order(newest.id, "en-US") == newest
    assert shop.cancel(newest.id)


def test_a_search_ends_when_the_customer_was_told(shop: DemoShop) -> None:
    now = [NOW]
    shop = DemoShop(GRAMMARS, lambda: now[0])
    given = errand(shop)
    with pytest.raises(ShopRefused):
        shop.search_state(given.order_id)
    ends_at = NOW + timedelta(hours=48)
    receipt = shop.carry_out(replace(given, kind=SettlementKind.TRACE, amount_minor=0, answer_by=ends_at))
    assert receipt.ends_at == ends_at
    assert shop.search_state(given.order_id) is SearchState.RUNNING
    now[0] = ends_at
    assert shop.search_state(given.order_id) in (SearchState.FOUND, SearchState.NOT_FOUND)


def test_what_is_late_and_still_packed_can_go_by_express_and_has_another_day_then() -> None:
    shop = DemoShop(GRAMMARS, lambda: NOW)
    late, sent = "11944062186958351", "11976551942819482"
    order, other = shop.order(late, "en-US"), shop.order(sent, "en-US")
    assert order is not None
    assert (order.express_amount, other and other.express_amount) == ("6.50", "")
    given = replace(errand(shop), order_id=late, kind=SettlementKind.EXPEDITE, amount_minor=650)
    receipt = shop.carry_out(replace(given, promised_at=order.express_at))
    changed = shop.order(late, "en-US")
    assert receipt.ends_at == order.express_at == (changed and changed.expected_at)
    assert changed is not None
    assert (changed.express_amount, changed.express_at) == ("", None)
    with pytest.raises(ShopRefused):
        shop.search_state(late)


def errand(shop: DemoShop) -> Errand:
    order = next(order for order in shop.recent_orders("+12025550143", "en-US") if order.delivered_at)
    return Errand(
        key=f"{order.id}/1/final", kind=SettlementKind.REFUND, order_id=order.id, amount_minor=100, currency="USD",
        rule_id="r", at=NOW,
    )  # fmt: skip


def test_every_status_occurs(shop: DemoShop) -> None:
    assert {row.status for row in shop.demo_rows()} == {status.value for status in OrderStatus}


def test_orders_are_found_by_last_seven_or_all_seventeen_digits(shop: DemoShop) -> None:
    order = shop.recent_orders("+12025550143", "en-US")[0]
    assert [found.id for found in shop.find_orders(order.id, "en-US")] == [order.id]
    assert [found.id for found in shop.find_orders(order.id[-7:], "en-US")] == [order.id]
    assert shop.find_orders(order.id[-6:], "en-US") == ()
    assert shop.find_orders("0000000", "en-US") == []
    assert shop.order(order.id, "ko-KR") is not None
    assert shop.order("1", "en-US") is None


def test_recent_orders_come_newest_first_in_the_callers_language(shop: DemoShop) -> None:
    english, korean = (shop.recent_orders("+12025550143", locale) for locale in ("en-US", "ko-KR"))
    assert [order.ordered_at for order in english] == sorted((o.ordered_at for o in english), reverse=True)
    assert english[0].item == "desk lamp"
    assert korean[0].item == "책상 스탠드"
    assert shop.customer_name("+12025550143") == "Ada Miller"
    assert shop.customer_name("+10000000000") is None


def test_dates_are_counted_from_now() -> None:
    for days in (0, 400):
        now = NOW + timedelta(days=days)
        delivered = list(DemoShop(GRAMMARS, lambda now=now: now).recent_orders("+12025550143", "en-US"))
        for order in delivered:
            assert order.ordered_at <= now
            assert order.delivered_at is None or now - timedelta(days=3) < order.delivered_at < now
            assert order.expected_at is None or order.expected_at > now
            assert order.ordered_at.tzinfo is UTC


def test_order_being_packed_can_be_canceled_twice_and_a_delivered_one_never(shop: DemoShop) -> None:
    packed, delivered = shop.recent_orders("+12025550143", "en-US")
    assert shop.cancel(packed.id)
    assert shop.cancel(packed.id)
    assert shop.recent_orders("+12025550143", "en-US")[0].status == OrderStatus.CANCELED
    assert not shop.cancel(delivered.id)
    assert not shop.cancel("unknown")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("5 hours ago", "a while ago", r"demo-shop.yaml:\d+: 'a while ago' is not like"),
        ("107-1629072-6091390", "107-1629072-609139", r"demo-shop.yaml:\d+: an order number has 17 digits"),
        ("107-1629072-6091390", "107-1629072-1815908", r"demo-shop.yaml:\d+: the last seven digits are those of"),
        ("item: desk_lamp", "item: desk_lamps", r"demo-shop.yaml:\d+: there is no item desk_lamps"),
    ],
)
def test_broken_shop_file_is_named_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (GRAMMARS / "demo-shop.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "demo-shop.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=message):
        DemoShop(tmp_path, lambda: NOW)
