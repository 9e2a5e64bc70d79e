"""The engine: the first rule in order whose conditions are all met decides, and the chain tells of every other."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.policy import Considered, Decision, Facts, Fate, NoRule, Rule, Rules, Ruling, Topic, conditions, decide
from ivr.domain.policy.conditions import Comparison, Condition, compare, examine, exclude
from ivr.domain.policy.gathering import Request
from ivr.domain.policy.rules import RuleEverywhere, overlap
from ivr.domain.policy.trial import Flip, Past, Trial
from tests.domain.policy.making import RETURN, TODAY, facts, rule, rules, when

LAST = rule("last", order=99)
EU = {"EU": ("DE", "FR"), "ALPS": ("DE", "AT")}


def fates(*given_rules, country: str = "US", today: date = TODAY, **values) -> dict[str, Fate]:
    ruling = decide(rules(*given_rules, LAST, regions=EU), RETURN, facts(country, **values), today)
    return {step.rule.id: step.fate for step in ruling.chain}


@pytest.mark.parametrize(
    ("comparison", "limit", "met", "refused"),
    [
        ("is", "a", ["a"], ["b"]),
        ("is", True, [True], [False]),
        ("is", 3, [3], [2, 4]),
        ("is_not", "a", ["b"], ["a"]),
        ("one_of", ("a", "b"), ["a", "b"], ["c"]),
        ("not_one_of", ("a", "b"), ["c"], ["a", "b"]),
        ("over", 30, [31], [30, 29]),
        ("under", 30, [29], [30, 31]),
        ("at_least", 30, [30, 31], [29]),
        ("at_most", 30, [30, 29], [31]),
    ],
)
def test_each_comparison_at_its_edge(comparison: str, limit: object, met: list, refused: list) -> None:
    kind = Comparison(comparison)
    assert all(compare(kind, value, limit) for value in met)
    assert not any(compare(kind, value, limit) for value in refused)


def test_words_are_never_more_or_less_and_a_single_word_is_no_list() -> None:
    assert not compare(Comparison.OVER, "b", 1)
    assert not compare(Comparison.UNDER, 1, "b")
    assert not compare(Comparison.ONE_OF, "a", "abc")
    assert not compare(Comparison.NOT_ONE_OF, "x", "abc")


def test_words_are_compared_by_their_letters() -> None:
    word = "".join(["dam", "aged"])  # equal, and another object: as it comes from a database
    assert compare(Comparison.IS, word, "damaged")
    assert not compare(Comparison.IS_NOT, word, "damaged")


def test_what_is_not_known_meets_no_condition() -> None:
    for kind, limit in (("is_not", "a"), ("not_one_of", ("a",)), ("at_most", 3)):
        tested = examine(Condition("reason", Comparison(kind), limit), Facts({}))
        assert (tested.met, tested.value) == (False, None)


def test_money_is_compared_in_the_requests_own_currency_or_not_at_all() -> None:
    limit = Condition("amount", Comparison.AT_MOST, {"USD": 2500, "KRW": 30000})
    assert examine(limit, facts(currency="KRW", amount=30000)).met
    assert not examine(limit, facts(currency="USD", amount=30000)).met
    unknown = examine(limit, facts(currency="EUR", amount=1))
    assert (unknown.met, unknown.limit) == (False, None)


def test_the_first_that_is_met_decides_and_later_ones_are_overridden() -> None:
    one = rule("one", when=when(reason=("is", "wrong")))
    two = rule("two", Decision.KEEP_ITEM, order=20, when=when(reason=("is", "damaged")))
    assert fates(one, two, reason="damaged") == {
        "one": Fate.NOT_MET, "two": Fate.DECIDED, "last": Fate.OVERRIDDEN,
    }  # fmt: skip


def test_all_conditions_must_be_met() -> None:
    both = rule("both", when=when(reason=("is", "wrong"), days_since_delivery=("over", 3)))
    assert fates(both, reason="wrong", days_since_delivery=4)["both"] is Fate.DECIDED
    assert fates(both, reason="wrong", days_since_delivery=3)["both"] is Fate.NOT_MET
    assert fates(both, reason="unwanted", days_since_delivery=4)["both"] is Fate.NOT_MET


def test_a_rule_is_in_force_from_its_first_to_its_last_day() -> None:
    dated = rule("dated", starts=TODAY, ends=TODAY + timedelta(days=2))
    days = {n: fates(dated, today=TODAY + timedelta(days=n))["dated"] for n in (-1, 0, 2, 3)}
    assert days == {-1: Fate.NOT_IN_FORCE, 0: Fate.DECIDED, 2: Fate.DECIDED, 3: Fate.NOT_IN_FORCE}
    assert fates(rule("open", starts=TODAY))["open"] is Fate.DECIDED
    assert fates(rule("closed", ends=TODAY))["closed"] is Fate.DECIDED


def test_a_region_that_a_rule_is_not_for_never_sees_it() -> None:
    only = rule("only", only_in=("EU",))
    assert fates(only, country="DE")["only"] is Fate.DECIDED
    assert fates(only, country="US")["only"] is Fate.ELSEWHERE
    assert fates(only, country="")["only"] is Fate.ELSEWHERE
    assert fates(rule("own", only_in=("DE",)), country="DE")["own"] is Fate.DECIDED


def test_the_country_overrides_its_region_and_the_region_the_base() -> None:
    base = rule("base", Decision.AGENT)
    everywhere = RuleEverywhere(base, {"EU": rule("base", Decision.TELL), "DE": rule("base", Decision.KEEP_ITEM)})
    decided = {
        country: decide(rules(everywhere, regions=EU), RETURN, facts(country), TODAY) for country in ("US", "FR", "DE")
    }
    assert {name: (r.decision, r.region) for name, r in decided.items()} == {
        "US": (Decision.AGENT, ""), "FR": (Decision.TELL, "EU"), "DE": (Decision.KEEP_ITEM, "DE"),
    }  # fmt: skip


def test_the_rulings_region_is_that_of_the_rule_that_decided() -> None:
    never = when(reason=("is", "wrong"))
    first = RuleEverywhere(rule("first", when=never), {"EU": rule("first", Decision.TELL, when=never)})
    ruling = decide(rules(first, LAST, regions=EU), RETURN, facts("FR"), TODAY)
    assert (ruling.rule.id, ruling.region, ruling.chain[0].region) == ("last", "", "EU")


def test_values_are_frozen_and_a_plain_rule_pays_the_whole_price() -> None:
    for kind in (
        Condition,
        conditions.Tested,
        Rule,
        RuleEverywhere,
        Rules,
        Considered,
        Ruling,
        Facts,
        Request,
        Past,
        Flip,
        Trial,
    ):
        assert kind.__dataclass_params__.frozen, kind
    plain = rule("plain")
    assert (plain.days, plain.hours, plain.percent, plain.when) == (0, 0, 100, ())


def test_rules_that_decide_nothing_are_named() -> None:
    with pytest.raises(NoRule, match="return_refund"):
        decide(rules(rule("one", ends=TODAY - timedelta(days=1))), RETURN, facts(), TODAY)
    with pytest.raises(NoRule):
        decide(rules(LAST), Topic.TRACK_ORDER, facts(), TODAY)


def test_what_a_decision_costs() -> None:
    def cost(decision: Decision, amount: object = 1999, **given) -> int:
        values = {} if amount is None else {"amount": amount}
        return decide(rules(rule("one", decision, **given)), RETURN, facts(**values), TODAY).amount_minor

    assert cost(Decision.KEEP_ITEM) == cost(Decision.SEND_BACK) == cost(Decision.SETTLE) == 1999
    assert cost(Decision.AGENT) == cost(Decision.TELL) == cost(Decision.TRACE) == 0
    assert cost(Decision.KEEP_ITEM, amount=None) == 0
    credit = {"percent": 10, "limit": {"USD": 150}}
    assert cost(Decision.CREDIT, **credit) == 150
    assert cost(Decision.CREDIT, amount=1009, **credit) == 100
    assert cost(Decision.CREDIT, percent=10, limit={"EUR": 150}) == 0


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (("over", 30), ("at_most", 30), True),
        (("over", 30), ("at_most", 31), False),
        (("over", 30), ("under", 32), False),
        (("over", 30), ("under", 31), True),
        (("at_least", 5), ("under", 5), True),
        (("is", 5), ("is", 6), True),
        (("is", 5), ("at_least", 5), False),
        (("is", 5), ("is", 5), False),
        (("under", 30), ("under", 20), False),
        (("over", 30), ("over", 20), False),
        (("over", 5), ("under", 20), False),
    ],
)
def test_conditions_on_a_number_exclude_each_other_when_nothing_meets_both(one, other, apart: bool) -> None:
    first, second = when(days_late=one)[0], when(days_late=other)[0]
    assert exclude(first, second) is exclude(second, first) is apart


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (("is", "wrong"), ("is", "damaged"), True),
        (("is", "wrong"), ("one_of", ("wrong", "damaged")), False),
        (("is", "none"), ("one_of", ("wrong", "damaged")), True),
        (("is_not", "wrong"), ("not_one_of", ("damaged",)), False),
        (("is", "wrong"), ("is_not", "wrong"), True),
    ],
)
def test_conditions_on_a_word_as_well(one, other, apart: bool) -> None:
    assert exclude(when(reason=one)[0], when(reason=other)[0]) is apart


def test_conditions_on_other_facts_never_and_on_money_only_in_every_currency() -> None:
    reason, status = when(reason=("is", "wrong"), status=("is", "shipped"))
    assert not exclude(reason, status)
    assert not exclude(status, reason)
    over = when(amount=("over", {"USD": 5, "EUR": 5}))[0]
    assert exclude(over, when(amount=("at_most", {"USD": 5, "EUR": 4}))[0])
    assert not exclude(over, when(amount=("at_most", {"USD": 5, "EUR": 7}))[0])
    assert exclude(when(own_order=("is", True))[0], when(own_order=("is", False))[0])
    for truth in (True, False):
        assert not exclude(when(own_order=("is", truth))[0], when(own_order=("is", truth))[0])
    assert exclude(over, when(amount=("at_most", {"USD": 5, "JPY": 9}))[0])  # the only currency that both name


def test_rules_overlap_unless_region_dates_or_a_condition_part_them() -> None:
    assert overlap(rule("a"), rule("b"))
    assert not overlap(rule("a", only_in=("DE",)), rule("b", only_in=("FR",)))
    assert overlap(rule("a", only_in=("DE",)), rule("b"))
    assert overlap(rule("a", only_in=("DE", "FR")), rule("b", only_in=("FR",)))
    before, after = rule("a", ends=TODAY), rule("b", starts=TODAY + timedelta(days=1))
    assert not overlap(before, after)
    assert not overlap(after, before)
    assert overlap(before, rule("b", starts=TODAY))
    longer = rule("a", ends=TODAY + timedelta(days=5))
    assert overlap(longer, rule("b", starts=TODAY))
    assert overlap(rule("b", starts=TODAY), longer)
    assert not overlap(rule("a", when=when(reason=("is", "wrong"))), rule("b", when=when(reason=("is", "damaged"))))


CONDITIONS = st.lists(
    st.builds(
        Condition,
        st.sampled_from(["days_late", "days_since_delivery"]),
        st.sampled_from([Comparison.OVER, Comparison.UNDER, Comparison.AT_LEAST, Comparison.AT_MOST, Comparison.IS]),
        st.integers(0, 5),
    ),
    max_size=2,
).map(tuple)
VALUES = st.dictionaries(st.sampled_from(["days_late", "days_since_delivery"]), st.integers(0, 6))


@settings(max_examples=60)
@given(st.lists(CONDITIONS, max_size=5), VALUES)
def test_exactly_one_rule_decides_and_none_before_it_was_met(conditions: list, values: dict) -> None:
    made = [rule(str(i), order=i, when=condition) for i, condition in enumerate(conditions)]
    ruling = decide(rules(*made, LAST), RETURN, facts(**values), TODAY)
    met = [all(examine(one, ruling.facts).met for one in step.rule.when) for step in ruling.chain]
    decided = [step.fate for step in ruling.chain].index(Fate.DECIDED)
    assert decided == met.index(True)
    assert [step.fate is Fate.OVERRIDDEN for step in ruling.chain[decided + 1 :]] == met[decided + 1 :]
    assert ruling.rule is ruling.chain[decided].rule


@settings(max_examples=80)
@given(CONDITIONS, CONDITIONS, VALUES)
def test_rules_said_not_to_overlap_are_never_both_met(one: tuple, other: tuple, values: dict) -> None:
    if not overlap(rule("a", when=one), rule("b", when=other)):
        known = facts(**values)
        assert not all(examine(condition, known).met for condition in (*one, *other))
