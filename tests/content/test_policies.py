"""Rule files: each mistake is named with file and line."""

from pathlib import Path

import pytest

from ivr.content.policies import all_policies, changed, read_policies
from ivr.domain.policy import Decision, Topic
from ivr.domain.policy.facts import CURRENCIES
from ivr.errors import ContentError
from tests.conftest import ROOT

MONEY = "{" + ", ".join(f"{name}: 25" for name in CURRENCIES) + "}"
LAST = "\n  - {id: last, order: 99, says: The rest., source: test, decision: agent, reasons: [why_too_many]}"


def written(tmp_path: Path, rule: str, topic: str = "return_refund", last: str = LAST) -> Path:
    folder = tmp_path / "policies"
    folder.mkdir(exist_ok=True)
    (folder / "regions.yaml").write_text("EU: [DE, FR]\n", "utf-8")
    (folder / "rules.yaml").write_text(f"topic: {topic}\nrules:\n  - {rule}{last}\n", "utf-8")
    return folder


def made(**given: str) -> str:
    whole = {"id": "one", "order": "1", "says": "Words.", "source": "test", "decision": "agent"}
    whole |= {"reasons": "[why_too_many]"} | given
    return "{" + ", ".join(f"{name}: {value}" for name, value in whole.items() if value) + "}"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (made(source=""), "needs source"),
        (made(order="first"), "whole number"),
        (made(when="{colour: red}"), "no fact colour"),
        (made(when="{reason: ugly}"), "reason is one of"),
        (made(when="{reason: {one_of: wrong}}"), "reason is one of"),
        (made(when="{own_order: maybe}"), "true or false"),
        (made(when="{days_late: {over: soon}}"), "whole number"),
        (made(when="{days_late: {over: days}}"), "does not have"),
        (made(when="{days_late: {bigger: 3}}"), "bigger is none of"),
        (made(when="{status: {over: 3}}"), "cannot be compared by `over`"),
        (made(when="{amount: {over: {USD: 5}}}"), "each currency"),
        (made(limit=MONEY.replace("JPY: 25", "JPY: 2.5"), when="{amount: {over: limit}}"), "no amount"),
        (made(limit=MONEY.replace("USD: 25", "USD: -1"), when="{amount: {over: limit}}"), "no amount"),
        (made(decision="maybe"), "maybe is none of"),
        (made(decision="trace"), "can be"),
        (made(reasons="[why_not]"), "no prompt why_not"),
        (made(reasons="[greeting]"), "which no rule knows"),
        (made(reasons=""), "name the reason"),
        (made(starts="2026-05-01", ends="2026-04-01"), "never applies"),
        (made(starts="soon"), "is a day"),
        (made(only_in="[Europe]"), "no country"),
        (made(regions="{Mars: {days: 3}}", days="2"), "no country"),
        (made(regions="{EU: {}}"), "say what EU changes"),
        (made(regions="{EU: {order: 3}}"), "no `order:` here"),
        (made(colour="red"), "no `colour:` here"),
        (made(order="99", when="{own_order: true}"), "both have the order 99"),
        (made(id="last", when="{own_order: true}"), "already"),
        (made(), "no rule after it"),
    ],
)
def test_each_mistake_is_named_with_file_and_line(tmp_path: Path, rule: str, told: str) -> None:
    with pytest.raises(ContentError, match=told) as error:
        read_policies(written(tmp_path, rule))
    assert str(error.value).startswith("policies/rules.yaml:")


def test_a_credit_has_a_cap_and_a_topic_takes_what_is_left(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="the most that is given"):
        read_policies(written(tmp_path, made(decision="credit"), "track_order"))
    with pytest.raises(ContentError, match="must take what is left"):
        read_policies(written(tmp_path, made(when="{own_order: true}"), last=""))
    with pytest.raises(ContentError, match="needs `topic:`"):
        read_policies(written(tmp_path, made(), "weather"))
    with pytest.raises(ContentError, match="no rules here"):
        read_policies(tmp_path / "nowhere")


def test_rules_of_one_order_may_stand_if_no_request_meets_both(tmp_path: Path) -> None:
    one = made(when="{reason: wrong}")
    other = "\n  - " + made(id="two", when="{reason: damaged}")
    rules = read_policies(written(tmp_path, one, last=other + LAST))
    assert [rule.base.id for rule in rules.topics[Topic.RETURN_REFUND]] == ["one", "two", "last"]


def test_a_region_changes_the_rules_own_numbers_and_with_them_its_conditions(tmp_path: Path) -> None:
    rule = made(days="30", when="{days_since_delivery: {over: days}}", regions="{EU: {days: 14}}")
    (first, _) = read_policies(written(tmp_path, rule)).topics[Topic.RETURN_REFUND]
    assert (first.base.when[0].limit, first.by_region["EU"].when[0].limit) == (30, 14)
    assert first.by_region["EU"].days == 14


def test_our_own_rules_are_whole_and_one_file_of_them_can_be_changed(tmp_path: Path) -> None:
    ours = all_policies(ROOT / "grammars")
    assert set(ours.topics) == set(Topic)
    other = changed(ours, written(tmp_path, made(when="{own_order: true}")))
    assert len(other.topics[Topic.RETURN_REFUND]) == 2
    assert other.topics[Topic.CANCEL_ORDER] == ours.topics[Topic.CANCEL_ORDER]
    with pytest.raises(ContentError, match="no rules for"):
        all_policies(tmp_path)


def test_limits_are_kept_in_the_smallest_unit() -> None:
    ours = all_policies(ROOT / "grammars").topics[Topic.RETURN_REFUND]
    instant = next(rule.base for rule in ours if rule.base.decision is Decision.REFUND_NOW)
    assert (instant.limit["USD"], instant.limit["KRW"]) == (2500, 33000)
