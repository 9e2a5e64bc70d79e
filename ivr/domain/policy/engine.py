"""Rules and facts to a ruling: the first rule in order whose conditions are all met decides."""

from datetime import date

from ivr.domain.policy.conditions import examine
from ivr.domain.policy.facts import Facts
from ivr.domain.policy.rules import RuleEverywhere, Rules, Topic
from ivr.domain.policy.ruling import Considered, Fate, Ruling
from ivr.errors import IvrError


class NoRule(IvrError):
    """No rule of the topic decides: add a last one without conditions (`doctor` names such a file)."""

    code = "policy_incomplete"


def decide(rules: Rules, topic: Topic, facts: Facts, today: date) -> Ruling:
    """Same rules, facts and day: same ruling. Raises NoRule."""
    regions = rules.regions_of(facts.country)
    chain: list[Considered] = []
    decided: Considered | None = None
    for everywhere in rules.topics.get(topic, ()):
        step = _consider(everywhere, regions, facts, today)
        if step.fate is Fate.DECIDED and decided is not None:
            step = Considered(step.rule, step.region, Fate.OVERRIDDEN, step.tested)
        elif step.fate is Fate.DECIDED:
            decided = step
        chain.append(step)
    if decided is None:
        raise NoRule(f"no rule of {topic.value} decides on {today}; its last rule needs no conditions and no dates")
    return Ruling(topic, decided.rule, facts, tuple(chain))


def _consider(everywhere: RuleEverywhere, regions: tuple[str, ...], facts: Facts, today: date) -> Considered:
    rule, region = everywhere.at(regions)
    if rule.only_in and not set(rule.only_in) & set(regions):
        return Considered(rule, region, Fate.ELSEWHERE)
    if not rule.is_in_force(today):
        return Considered(rule, region, Fate.NOT_IN_FORCE)
    tested = tuple(examine(condition, facts) for condition in rule.when)
    fate = Fate.DECIDED if all(one.met for one in tested) else Fate.NOT_MET
    return Considered(rule, region, fate, tested)
