"""Reads the shop's rules in grammars/policies/; every mistake is named with file and line."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from ivr.content.policy_rules import read_rule
from ivr.content.yaml_files import read_mapping
from ivr.domain.policy.rules import Rule, RuleEverywhere, Rules, Topic, overlap
from ivr.errors import ContentError

FOLDER: Final = "policies"
REGIONS: Final = "regions.yaml"


def read_policies(folder: Path, known: Mapping[str, tuple[str, ...]] | None = None) -> Rules:
    """The rules of a folder such as grammars/policies, or of one file. Raises ContentError.

    `known`: regions that may be named beside those of a `regions.yaml` there.
    """
    files = [folder] if folder.is_file() else sorted(folder.glob("*.yaml"))
    root = folder.parent if folder.is_file() else folder
    regions = {**(known or {}), **_regions(root)}
    topics: dict[Topic, tuple[RuleEverywhere, ...]] = {}
    for path in files:
        if path.name != REGIONS:
            topic, rules = _topic(path, root.parent, regions)
            if topic in topics:
                raise ContentError(f"{path.name}: there are rules of {topic.value} in another file already; join them")
            topics[topic] = rules
    if not topics:
        raise ContentError(f"{folder}: no rules here; point at a folder like grammars/{FOLDER}, or at one of its files")
    return Rules(topics, regions)


def all_policies(grammars: Path) -> Rules:
    """Every topic's rules. Raises ContentError if a topic has none."""
    rules = read_policies(grammars / FOLDER)
    missing = [topic.value for topic in Topic if topic not in rules.topics]
    if missing:
        raise ContentError(f"{FOLDER}: no rules for {', '.join(missing)}; add {missing[0]}.yaml")
    return rules


def changed(rules: Rules, path: Path) -> Rules:
    """The same with the topics of another file or folder in the place of ours. Raises ContentError."""
    other = read_policies(path, rules.regions)
    return Rules({**rules.topics, **other.topics}, other.regions)


def _regions(root: Path) -> Mapping[str, tuple[str, ...]]:
    path = root / REGIONS
    if not path.is_file():
        return {}
    return {str(name): tuple(map(str, countries)) for name, countries in read_mapping(path, root.parent).items()}


def _topic(path: Path, root: Path, regions: Mapping[str, Sequence[str]]) -> tuple[Topic, tuple[RuleEverywhere, ...]]:
    content = read_mapping(path, root)
    file = path.relative_to(root)
    named = str(content.get("topic", ""))
    if named not in tuple(Topic) or not isinstance(content.get("rules"), list):
        raise ContentError(f"{file}:1: needs `topic:` (one of {', '.join(Topic)}) and `rules:`")
    topic = Topic(named)
    read = [(row, read_rule(row, topic, f"{file}:1", regions)) for row in content["rules"]]
    read.sort(key=lambda one: one[1].base.order)
    _check_order(read)
    _check_last([(row["id"].place, rule.base) for row, rule in read], f"{file}:1")
    return topic, tuple(rule for _, rule in read)


def _check_order(read: Sequence[tuple[Mapping[str, Any], RuleEverywhere]]) -> None:
    """No two rules of one order may meet one request; no two have one name."""
    for (_, one), (row, other) in combinations(read, 2):
        place = row["id"].place
        if one.base.id == other.base.id:
            raise ContentError(f"{place}: there is a rule {other.base.id} already; give it another id")
        if one.base.order == other.base.order and overlap(one.base, other.base):
            raise ContentError(
                f"{place}: {other.base.id} and {one.base.id} both have the order {one.base.order} and may both apply; "
                "give them different ones"
            )


def _check_last(placed: Sequence[tuple[str, Rule]], top: str) -> None:
    """Exactly the last one takes what is left."""
    for place, rule in placed[:-1]:
        if not (rule.when or rule.only_in or rule.starts or rule.ends):
            raise ContentError(f"{place}: {rule.id} always applies, so no rule after it is ever looked at")
    if not placed:
        raise ContentError(f"{top}: no rules; write at least one without conditions")
    place, last = placed[-1]
    if last.when or last.only_in or last.starts or last.ends:
        raise ContentError(f"{place}: the last rule must take what is left: no `when`, no regions, no dates")
