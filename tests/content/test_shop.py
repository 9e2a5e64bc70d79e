"""The demo shop: readable, never old, and its numbers can't be confused."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import phonenumbers
import pytest

from ivr.content.shop import DemoShop
from ivr.domain.orders import OrderStatus
from ivr.errors import ContentError

GRAMMARS = Path(__file__).resolve().parent.parent.parent / "grammars"
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
