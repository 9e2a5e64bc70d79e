"""From an order to facts; stored rulings; other rules on past decisions."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ivr.domain.money import minor_units, spoken_money
from ivr.domain.orders import Order, OrderStatus
from ivr.domain.policy import Decision, decide
from ivr.domain.policy.gathering import REFUNDS_SPAN, Request, gather, settled_at, traced_at
from ivr.domain.policy.stored import as_data, facts_of
from ivr.domain.policy.trial import Flip, Past, run_trial
from ivr.domain.settlements import FINAL, Settlement, SettlementKind, settlement_key
from ivr.domain.turn import Money
from tests.domain.policy.making import RETURN, TODAY, facts, rule, rules, when

NOW = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
ORDER = Order(
    id="1" * 17, number="+12025550143", item="lamp", status=OrderStatus.DELIVERED, ordered_at=NOW - timedelta(days=9),
    delivered_at=NOW - timedelta(hours=50), amount="19.99",
)  # fmt: skip
SENT = replace(ORDER, status=OrderStatus.SHIPPED, delivered_at=None)


def known(order: Order = ORDER, **given) -> dict:
    return dict(gather(Request(order=order, country="US", **{"caller": ORDER.number, **given}), NOW).values)


def settled(kind: SettlementKind, hours: int) -> Settlement:
    key, at = settlement_key(ORDER.id, kind), NOW - timedelta(hours=hours)
    return Settlement(key=key, kind=kind, order_id=ORDER.id, number=ORDER.number, case_id="c", rule_id="r", at=at)


def test_the_facts_of_a_delivered_order() -> None:
    assert known() == {
        "status": "delivered", "own_order": True, "data_ok": True, "amount": 1999,
        "installments_left": 0, "paid_by": "none", "payout_failed": False, "reason": "none", "settled": "none",
        "recalled": False, "sold_by_seller": False, "part_in_stock": False, "part_sent": False, "other_in_stock": False,
        "credited": False, "refunds_in_90_days": 0, "days_since_delivery": 2, "hours_since_delivery": 50,
    }  # fmt: skip
    assert known(reason="wrong", refunds=3) | {"reason": "wrong", "refunds_in_90_days": 3} == known(
        reason="wrong", refunds=3
    )


def test_an_order_is_the_callers_only_if_both_numbers_are_known_and_the_same() -> None:
    assert not known(caller="+12025550144")["own_order"]
    assert not known(caller="+12025550142")["own_order"]
    assert known(caller="".join(["+1202", "5550143"]))["own_order"]  # equal, and another object
    assert not known(caller=None)["own_order"]


def test_a_faster_way_is_open_while_it_is_packed_and_once_an_order() -> None:
    tomorrow = NOW + timedelta(days=1)
    packed = replace(SENT, status=OrderStatus.PREPARING, express_amount="6.50", express_at=tomorrow)
    assert (known(packed)["express"], known(packed)["express_cost"]) == ("open", 650)
    assert known(packed, waits=True)["express"] == "declined"
    assert known(packed, settled=[settled(SettlementKind.EXPEDITE, 3)])["express"] == "done"
    gone = (
        replace(packed, status=OrderStatus.SHIPPED),
        replace(packed, express_at=NOW),
        replace(packed, express_at=None),
    )
    assert not any("express" in known(order) for order in gone)


def test_days_late_are_whole_ones_and_only_of_what_is_under_way() -> None:
    late = {
        hours: known(replace(SENT, expected_at=NOW - timedelta(hours=hours)))["days_late"] for hours in (-5, 23, 24, 49)
    }
    assert late == {-5: 0, 23: 0, 24: 1, 49: 2}
    assert "days_late" not in known(SENT)
    assert "days_late" not in known(replace(ORDER, expected_at=NOW - timedelta(days=9)))


def test_what_was_settled_before_is_a_fact() -> None:
    before = (settled(SettlementKind.TRACE, 30), settled(SettlementKind.CREDIT, 20), settled(SettlementKind.REFUND, 5))
    found = known(settled=before)
    assert (found["settled"], found["credited"], found["hours_since_trace"]) == ("refund", True, 30)
    assert settled_at(before) == NOW - timedelta(hours=5)
    assert traced_at(before) == NOW - timedelta(hours=30)
    assert settled_at(before[:2]) is traced_at(()) is None


@pytest.mark.parametrize("kind", list(SettlementKind))
def test_each_kind_of_settlement_is_its_own_fact(kind: SettlementKind) -> None:
    before = (settled(kind, 5),)
    found = known(settled=before)
    assert found["credited"] is (kind == "credit")
    assert (found["settled"] == kind.value) is (kind in FINAL)
    assert (traced_at(before) is not None) is ("hours_since_trace" in found) is (kind == "trace")
    assert (settled_at(before) is not None) is (kind in FINAL)


def test_hours_are_whole_ones_and_refunds_of_ninety_days_count() -> None:
    half = timedelta(minutes=30)
    traced = settled(SettlementKind.TRACE, 30)
    traced.at -= half
    found = known(replace(ORDER, delivered_at=NOW - timedelta(hours=50) - half), settled=(traced,))
    assert (repr(found["hours_since_delivery"]), repr(found["hours_since_trace"])) == ("50", "30")
    assert timedelta(days=90) == REFUNDS_SPAN


@pytest.mark.parametrize(
    "wrong",
    [
        *({"amount": text} for text in ("-1", "0", "19.999", "NaN", "Infinity", "", "a lot", "99999999999999")),
        {"currency": "XXX"},
        {"currency": "usd"},
        {"delivered_at": None},
        {"delivered_at": NOW + timedelta(days=2)},
        {"ordered_at": NOW},
        {"status": OrderStatus.SHIPPED, "delivered_at": None, "ordered_at": NOW + timedelta(days=2)},
    ],
)
def test_a_shop_that_lies_is_not_believed(wrong: dict) -> None:
    assert not known(replace(ORDER, **wrong))["data_ok"]


def test_a_clock_a_little_ahead_is() -> None:
    assert known(replace(ORDER, delivered_at=NOW + timedelta(days=1)))["data_ok"]
    assert known(replace(ORDER, ordered_at=NOW, delivered_at=NOW))["data_ok"]
    assert known(SENT)["data_ok"]
    assert known(replace(SENT, status=OrderStatus.CANCELED))["data_ok"]
    assert gather(Request(order=replace(ORDER, currency="XXX"), caller=None, country="DE"), NOW).currency == ""


def test_amounts_are_whole_numbers_of_the_smallest_unit() -> None:
    assert (minor_units("19.99", "USD"), minor_units("26000", "KRW"), minor_units("0.5", "JPY")) == (1999, 26000, None)
    assert (minor_units("10000000000", "USD"), minor_units("10000000000.01", "USD")) == (10**12, None)
    assert (spoken_money(1999, "USD"), spoken_money(5, "EUR")) == (Money("19.99", "USD"), Money("0.05", "EUR"))
    assert spoken_money(26000, "KRW") == Money("26000", "KRW")


def test_refund_replacement_and_return_of_an_item_share_one_key_and_nothing_else_does() -> None:
    keys = {kind: settlement_key("1", kind) for kind in SettlementKind}
    final = {keys[SettlementKind.REFUND], keys[SettlementKind.REPLACEMENT], keys[SettlementKind.RETURN]}
    assert len(final) == 1
    assert len(set(keys.values())) == 1 + len(set(SettlementKind) - FINAL)
    assert settlement_key("1", SettlementKind.REFUND, item=2) not in keys.values()


KEEP = rule("keep", Decision.KEEP_ITEM, when=when(amount=("at_most", {"USD": 1500})))
LAST = rule("last", Decision.SEND_BACK, order=20)


def test_a_stored_ruling_holds_facts_and_chain() -> None:
    ruling = decide(rules(KEEP, LAST), RETURN, facts(amount=1999, reason="wrong"), TODAY)
    data = as_data(ruling, TODAY)
    assert facts_of(data) == ruling.facts
    assert (data["decision"], data["rule"], data["amount_minor"]) == ("send_back", "last", 1999)
    assert data["day"] == "2026-03-10"
    assert [(step["rule"], step["fate"]) for step in data["chain"]] == [("keep", "not_met"), ("last", "decided")]
    assert data["chain"][0]["tested"] == [["amount", "at_most", 1500, 1999, False]]


def test_other_rules_on_past_decisions_tell_flips_and_cost() -> None:
    past = [
        Past(case, as_data(decide(rules(KEEP, LAST), RETURN, facts(amount=amount), TODAY), TODAY))
        for case, amount in (("a", 1200), ("b", 1600), ("b", 1600), ("c", 9000))
    ]
    same = run_trial(rules(KEEP, LAST), past)
    assert (same.tried, same.flips, same.cost) == (4, (), {"USD": (11800, 11800)})
    stricter = rules(rule("person", when=when(amount=("over", {"USD": 5000}))), KEEP, LAST)
    trial = run_trial(stricter, past)
    assert trial.flips == (Flip("c", "return_refund", ("send_back", "last"), ("agent", "person")),)
    assert trial.cost == {"USD": (11800, 2800)}


def test_of_a_case_decided_twice_the_dearest_counts_before_and_after() -> None:
    past = [
        Past(
            "d", json.loads(json.dumps(as_data(decide(rules(KEEP, LAST), RETURN, facts(amount=amount), TODAY), TODAY)))
        )
        for amount in (9000, 1200)
    ]
    stricter = rules(rule("person", when=when(amount=("over", {"USD": 5000}))), KEEP, LAST)
    for order in (past, past[::-1]):
        trial = run_trial(stricter, order)
        assert trial.cost == {"USD": (9000, 1200)}
        assert [flip.before[1] for flip in trial.flips] == ["last"]


def test_decisions_that_cost_nothing_cost_nothing() -> None:
    data = as_data(decide(rules(rule("last")), RETURN, facts(amount=100), TODAY), TODAY)
    assert run_trial(rules(rule("last")), [Past("a", data)]).cost == {"USD": (0, 0)}
    unknown = as_data(decide(rules(rule("last")), RETURN, facts(currency=""), TODAY), TODAY)
    assert run_trial(rules(rule("last")), [Past("a", unknown)]).cost == {}


def test_past_decisions_are_tried_on_their_own_day() -> None:
    data = as_data(decide(rules(LAST), RETURN, facts(amount=100), TODAY), TODAY)
    over = rules(rule("over", ends=date(2026, 3, 9)), LAST)
    assert run_trial(over, [Past("a", data)]).flips == ()
    assert run_trial(rules(rule("now", starts=TODAY), LAST), [Past("a", data)]).flips
