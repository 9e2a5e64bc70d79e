"""Nothing is paid twice, whoever asks at once, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from ivr.content.policies import all_policies
from ivr.domain.cases import CaseKind
from ivr.domain.dialogue.effects import Decide
from ivr.domain.orders import Order, OrderStatus
from ivr.domain.policy import Topic
from ivr.domain.settlements import Settlement, SettlementKind, settlement_key
from ivr.errors import Conflict, NotFound
from ivr.service.afterwards import Afterwards
from ivr.service.care import Care
from ivr.service.cases import Opening, open_case
from ivr.service.scenes import Scene, Scenes
from ivr.storage import SqlStore
from ivr.understanding.numbers import PhoneNumbers
from tests.fakes.clock import NOON_IN_NEW_YORK, FakeClock
from tests.fakes.messenger import KeySpeaker
from tests.fakes.phone import FakePhone

CUSTOMER = "+12025550143"
ORDER = Order(
    id="1" * 17,
    number=CUSTOMER,
    item="lamp",
    status=OrderStatus.DELIVERED,
    ordered_at=NOON_IN_NEW_YORK - timedelta(days=9),
    delivered_at=NOON_IN_NEW_YORK - timedelta(days=2),
    amount="12.00",
)
RULES = all_policies(Path(__file__).resolve().parents[2] / "grammars")


class OneOrder:
    """ports.Commerce with one order."""

    def __init__(self, order: Order | None = ORDER) -> None:
        self.held = order

    def order(self, order_id: str, locale: str) -> Order | None:
        return self.held


def care(shop: OneOrder) -> Care:
    return Care(FakeClock(), shop, PhoneNumbers("US"), RULES)


def a_case(store: SqlStore) -> str:
    with store.begin() as uow:
        kind = CaseKind.RETURN_REFUND
        opening = Opening(kind=kind, customer_id=None, order_id=ORDER.id, words="", locale="en-US", source="phone")
        case = open_case(uow, NOON_IN_NEW_YORK, opening)
        uow.commit()
    return case.id


def test_two_calls_that_refund_one_item_at_once_pay_once(store: SqlStore) -> None:
    case_ids, both, ours = [a_case(store) for _ in range(2)], Barrier(2, timeout=60), care(OneOrder())
    clock = FakeClock()
    scenes = Scenes(store, clock, Afterwards(FakePhone(clock), None, KeySpeaker()))

    def refund(case_id: str) -> str:
        wanted = Decide(Topic.RETURN_REFUND, ORDER.id, case_id, "damaged")

        def step(scene: Scene) -> str:
            asking = ours.asking(scene.uow, wanted, caller=CUSTOMER, locale="en-US")
            return ours.decide(asking, wanted).ruling.rule.id

        both.wait()
        return scenes.run(step)

    with ThreadPoolExecutor(2) as pool:
        ruled = sorted(pool.map(refund, case_ids))
    assert ruled == ["return_already_refunded", "return_keep_item"]
    with store.read() as uow:
        (row,) = uow.settlements.of_order(ORDER.id)
    assert (row.kind, row.amount_minor, row.currency) == (SettlementKind.REFUND, 1200, "USD")


def test_the_database_refuses_a_second_settlement_of_an_item(store: SqlStore) -> None:
    case_id = a_case(store)
    for number, kind in enumerate((SettlementKind.REFUND, SettlementKind.REPLACEMENT)):
        with store.begin() as uow:
            key = settlement_key(ORDER.id, kind)
            uow.settlements.add(
                Settlement(
                    key=key, kind=kind, order_id=ORDER.id, number=CUSTOMER, case_id=case_id, rule_id="r",
                    at=NOON_IN_NEW_YORK,
                )
            )  # fmt: skip
            if number == 0:
                uow.commit()
            else:
                with pytest.raises(Conflict):
                    uow.commit()


def test_an_order_that_the_shop_forgot_meanwhile_is_not_decided(sqlite_store: SqlStore) -> None:
    wanted = Decide(Topic.RETURN_REFUND, ORDER.id, a_case(sqlite_store))
    with sqlite_store.begin() as uow, pytest.raises(NotFound):
        care(OneOrder(None)).asking(uow, wanted, caller=CUSTOMER, locale="en-US")
