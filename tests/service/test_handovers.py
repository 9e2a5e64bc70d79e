"""Settlements reach the shop: once each, however often it fails, and what it refuses reaches a person."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ivr.domain.cases import CaseStatus
from ivr.domain.handovers import MOST_TRIES, Handover, HandoverStatus
from ivr.domain.settlements import Settlement, SettlementKind, settlement_key
from ivr.errors import IllegalMove, ShopRefused, ShopUnavailable
from ivr.service.afterwards import Afterwards
from ivr.service.breaker import Breaker
from ivr.service.cases import resolve_case
from ivr.service.fulfilment import Errand, Receipt
from ivr.service.handovers import HandoverSweep, settle, try_again
from ivr.service.scenes import Scenes
from ivr.storage import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.messenger import KeySpeaker
from tests.fakes.phone import FakePhone
from tests.service.test_care import CUSTOMER, ORDER, a_case
from tests.service.world import Killed

KEY = settlement_key(ORDER.id, SettlementKind.REFUND)


class Shop:
    """service.fulfilment.Fulfilment that fails as told, and does each key once."""

    def __init__(self) -> None:
        self.faults: list[Exception] = []
        self.asked: list[Errand] = []
        self.done: dict[str, Receipt] = {}

    def carry_out(self, errand: Errand) -> Receipt:
        self.asked.append(errand)
        if self.faults:
            raise self.faults.pop(0)
        return self.done.setdefault(errand.key, Receipt(f"RF{len(self.done)}"))


class Line:
    """One settlement on its way."""

    def __init__(self, store: SqlStore, checkpoint: Callable[[str], None] = lambda name: None) -> None:
        self.store, self.clock, self.shop = store, FakeClock(), Shop()
        scenes = Scenes(store, self.clock, Afterwards(FakePhone(self.clock), None, KeySpeaker()))
        self.breaker = Breaker(monotonic=lambda: self.clock.now().timestamp())
        self.sweep = HandoverSweep(scenes, self.shop, self.breaker, checkpoint).sweep
        self.case_id = a_case(store)
        with store.begin() as uow:
            now = self.clock.now()
            settlement = Settlement(
                key=KEY, kind=SettlementKind.REFUND, order_id=ORDER.id, number=CUSTOMER, case_id=self.case_id,
                rule_id="return_keep_item", amount_minor=1200, currency="USD", at=now,
            )  # fmt: skip
            settle(uow, settlement, now)
            resolve_case(uow, now, uow.cases.get(self.case_id), "refunded")
            uow.commit()

    def row(self) -> Handover:
        with self.store.read() as uow:
            found = uow.handovers.get(KEY)
        assert found is not None
        return found

    def kinds(self) -> list[str]:
        with self.store.read() as uow:
            return [event.kind for event in uow.events.of_case(self.case_id)]

    def case(self) -> CaseStatus:
        with self.store.read() as uow:
            return uow.cases.get(self.case_id).status


@pytest.fixture
def line(store: SqlStore) -> Line:
    return Line(store)


def test_a_settlement_is_handed_over_once_with_its_key_and_its_receipt_is_kept(line: Line) -> None:
    line.sweep()
    line.sweep()
    (asked,) = line.shop.asked
    assert (asked.key, asked.kind, asked.amount_minor, asked.currency) == (KEY, SettlementKind.REFUND, 1200, "USD")
    assert (line.row().status, line.row().reference) == (HandoverStatus.DONE, "RF0")
    assert line.kinds()[-1] == "handed_over"
    assert line.case() is CaseStatus.RESOLVED


def test_a_process_that_died_in_between_asks_again_under_the_same_key(sqlite_store: SqlStore) -> None:
    def die(name: str) -> None:
        raise Killed

    line = Line(sqlite_store, die)
    with pytest.raises(Killed):
        line.sweep()
    alive = Line.__new__(Line)
    vars(alive).update(vars(line))
    scenes = Scenes(line.store, line.clock, Afterwards(FakePhone(line.clock), None, KeySpeaker()))
    alive.sweep = HandoverSweep(scenes, line.shop).sweep
    alive.sweep()
    assert line.shop.asked == [], "the try of the other one may still be running"
    line.clock.advance(61)
    alive.sweep()
    assert line.row().status is HandoverStatus.DONE
    assert len(line.shop.done) == 1


def test_what_the_shop_refuses_waits_for_a_person_with_the_reason(line: Line) -> None:
    line.shop.faults.append(ShopRefused("paid_out", "the order was charged back"))
    line.sweep()
    line.clock.advance(86400)
    line.sweep()
    assert len(line.shop.asked) == 1
    assert (line.row().status, line.row().reason) == (HandoverStatus.REFUSED, "paid_out")
    assert line.case() is CaseStatus.WAITING_AGENT
    assert line.kinds()[-1] == "handover_failed"
    with line.store.read() as uow:
        assert [one.key for one in uow.handovers.failed(10)] == [KEY]


def test_a_shop_that_never_answers_is_given_up_after_so_many_tries_and_a_person_decides(sqlite_store: SqlStore) -> None:
    line = Line(sqlite_store)
    line.shop.faults = [ShopUnavailable("time-out")] * 99
    for _ in range(60):
        line.sweep()
        line.clock.advance(1801)
    assert len(line.shop.asked) == MOST_TRIES
    assert (line.row().status, line.row().reason) == (HandoverStatus.GIVEN_UP, "shop_unavailable")
    with line.store.begin() as uow:
        try_again(uow, line.case_id, KEY, line.clock.now(), "Ada")
        uow.commit()
    line.shop.faults = []
    line.sweep()
    assert line.row().status is HandoverStatus.DONE
    with line.store.begin() as uow, pytest.raises(IllegalMove):
        try_again(uow, line.case_id, KEY, line.clock.now(), "Ada")


def test_a_shop_that_is_down_is_left_alone_and_no_try_is_used_up(sqlite_store: SqlStore) -> None:
    line = Line(sqlite_store)
    for _ in range(5):
        line.breaker.failed()
    line.sweep()
    assert (line.shop.asked, line.row().tries) == ([], 0)
    line.clock.advance(31)
    line.sweep()
    assert line.row().status is HandoverStatus.DONE
    assert not line.breaker.is_open


def test_after_the_rest_one_request_tries_and_the_others_wait() -> None:
    now = [0.0]
    breaker = Breaker(most_failures=2, rest_seconds=10, monotonic=lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    now[0] = 10.0
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.failed()
    now[0] = 19.0
    assert not breaker.allows()
    now[0] = 20.0
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()


def test_a_late_answer_of_an_earlier_try_changes_nothing(line: Line) -> None:
    class Slow(Shop):
        def carry_out(inner, errand: Errand) -> Receipt:
            with line.store.begin() as uow:
                row = uow.handovers.get(KEY)
                row.tries += 1
                row.due_at += timedelta(minutes=5)
                uow.commit()
            return Receipt("late")

    scenes = Scenes(line.store, line.clock, Afterwards(FakePhone(line.clock), None, KeySpeaker()))
    HandoverSweep(scenes, Slow()).sweep()
    assert line.row().status is HandoverStatus.WAITING
