"""One rule of a policy file: its words to a checked value, with what its regions change."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, TypeVar

from ivr.content.prompt_checks import REQUIRED_PROMPTS
from ivr.content.yaml_files import Located
from ivr.domain.policy.conditions import Comparison, Condition, Limit
from ivr.domain.policy.facts import CURRENCIES, FACTS, Fact, Kind
from ivr.domain.policy.rules import CAPPED, MAY, Anchor, Decision, Payer, Rule, RuleEverywhere, Topic
from ivr.errors import ContentError

E = TypeVar("E", bound=StrEnum)
NEEDED: Final = ("id", "order", "says", "source", "decision")
OF_CLAIMS: Final = ("pays", "holds_seller")
KNOWN: Final = frozenset(
    (
        *NEEDED,
        *OF_CLAIMS,
        "reasons",
        "when",
        "starts",
        "ends",
        "only_in",
        "days",
        "hours",
        "counts_from",
        "limit",
        "percent",
    )
)
CHANGEABLE: Final = KNOWN - {"id", "order", "only_in"}
ORDER_STATUS: Final = "order_status"
"""A reason that is said by the order's own state: order_status_shipped, ..."""
PLACES: Final = frozenset(
    {"item", "when", "place", "until", "case", "amount", "days", "since", "plan", "gives", "means", "variant"}
)
"""What a reason may tell."""
ORDERED: Final = frozenset({Comparison.OVER, Comparison.UNDER, Comparison.AT_LEAST, Comparison.AT_MOST})
OWN: Final = {Kind.NUMBER: ("days", "hours"), Kind.MONEY: ("limit",)}
"""Words that mean the rule's own number."""


def read_rule(row: Any, topic: Topic, top: str, regions: Mapping[str, Sequence[str]]) -> RuleEverywhere:
    """A checked rule. Raises ContentError."""
    place = row["id"].place if isinstance(row, dict) and isinstance(row.get("id"), Located) else top
    missing = [name for name in NEEDED if not isinstance(row, dict) or name not in row]
    if missing:
        raise ContentError(f"{place}: a rule needs {', '.join(missing)}")
    if not isinstance(row["id"], Located):
        raise ContentError(f"{place}: an id is a word, not {row['id']}")
    changes = row.get("regions", {})
    own = {name: value for name, value in row.items() if name != "regions"}
    _check_names(own, KNOWN, place)
    base = _rule(own, topic, place)
    _check_regions(base.only_in, regions, _place(row, "only_in", place))
    return RuleEverywhere(base, {str(name): _changed(own, name, body, topic) for name, body in _each(changes, regions)})


def _each(changes: Any, regions: Mapping[str, Sequence[str]]) -> list[tuple[Located, Any]]:
    for name in changes:
        _check_regions((name,), regions, name.place)
    return list(changes.items())


def _changed(own: Mapping[str, Any], name: Located, body: Any, topic: Topic) -> Rule:
    if not isinstance(body, dict) or not body:
        raise ContentError(f"{name.place}: say what {name} changes, such as {name}: {{days: 14}}")
    _check_names(body, CHANGEABLE, name.place)
    return _rule({**own, **body}, topic, name.place)


def _rule(row: Mapping[str, Any], topic: Topic, place: str) -> Rule:
    starts, ends = _date(row, "starts", place), _date(row, "ends", place)
    if starts and ends and ends < starts:
        raise ContentError(f"{_place(row, 'ends', place)}: this rule never applies: it ends before it starts")
    numbers = {name: _number(row, name, place) for name in ("order", "days", "hours") if name in row}
    limit = _money(row["limit"], _place(row, "limit", place)) if "limit" in row else {}
    decision = _decision(row, topic, place)
    if decision in CAPPED and not limit:
        raise ContentError(f"{place}: a {decision} needs a `limit:`, the most that is given")
    if (decision is Decision.APPROVE) != ("pays" in row):
        raise ContentError(f"{place}: an approved claim, and nothing else, says who `pays:` ({', '.join(Payer)})")
    return Rule(
        id=str(row["id"]),
        topic=topic,
        says=str(row["says"]),
        source=str(row["source"]),
        decision=decision,
        reasons=_reasons(row, decision, place),
        when=_conditions(row, {**numbers, "limit": limit}, place),
        only_in=tuple(map(str, row.get("only_in", ()))),
        counts_from=_one_of(Anchor, row.get("counts_from", Anchor.DELIVERY), place),
        limit=limit,
        percent=_number(row, "percent", place) if "percent" in row else 100,
        pays=_one_of(Payer, row["pays"], _place(row, "pays", place)) if "pays" in row else None,
        holds_seller=row.get("holds_seller") is True,
        starts=starts,
        ends=ends,
        order=numbers["order"],
        days=numbers.get("days", 0),
        hours=numbers.get("hours", 0),
    )


def _decision(row: Mapping[str, Any], topic: Topic, place: str) -> Decision:
    where = _place(row, "decision", place)
    decision = _one_of(Decision, row["decision"], where)
    if decision not in MAY[topic]:
        raise ContentError(f"{where}: {topic.value} can be {', '.join(sorted(MAY[topic]))}, not {decision.value}")
    return decision


def _reasons(row: Mapping[str, Any], decision: Decision, place: str) -> tuple[str, ...]:
    reasons, where = row.get("reasons", ()), _place(row, "reasons", place)
    for key in reasons:
        if key != ORDER_STATUS and key not in REQUIRED_PROMPTS:
            raise ContentError(f"{where}: there is no prompt {key}; add it to prompts.yaml, or name another")
        if key != ORDER_STATUS and REQUIRED_PROMPTS[key] - PLACES:
            raise ContentError(f"{where}: {key} tells {', '.join(REQUIRED_PROMPTS[key] - PLACES)}, which no rule knows")
    if not reasons and decision not in (Decision.ASK, Decision.CHOOSE, Decision.CANCEL, Decision.PROVE):
        raise ContentError(f"{where}: name the reason that the caller is told: `reasons: [why_...]`")
    return tuple(map(str, reasons))


def _conditions(row: Mapping[str, Any], own: Mapping[str, Any], place: str) -> tuple[Condition, ...]:
    found = []
    for name, wanted in row.get("when", {}).items():
        if name not in FACTS:
            raise ContentError(f"{name.place}: there is no fact {name}; there are {', '.join(sorted(FACTS))}")
        compared = wanted if isinstance(wanted, dict) else {Located("is", name.file, name.line): wanted}
        for comparison, limit in compared.items():
            kind = _one_of(Comparison, comparison, name.place)
            found.append(Condition(str(name), kind, _limit(FACTS[name], kind, limit, own, name)))
    return tuple(found)


def _limit(fact: Fact, comparison: Comparison, limit: Any, own: Mapping[str, Any], name: Located) -> Limit:
    if (comparison in ORDERED) != (fact.kind in (Kind.NUMBER, Kind.MONEY)) and comparison is not Comparison.IS:
        raise ContentError(
            f"{name.place}: {name} is a {fact.kind.value}, it cannot be compared by `{comparison.value}`"
        )
    if isinstance(limit, str) and limit in OWN.get(fact.kind, ()):
        if not own.get(limit):
            raise ContentError(f"{name.place}: {name} is compared with the rule's `{limit}:`, which it does not have")
        given: Limit = own[limit]
        return given
    return LIMITS[fact.kind](fact, comparison, limit, name)


def _word(fact: Fact, comparison: Comparison, limit: Any, name: Located) -> Limit:
    many = comparison in (Comparison.ONE_OF, Comparison.NOT_ONE_OF)
    words = tuple(map(str, limit)) if isinstance(limit, list) else (str(limit),)
    unknown = [word for word in words if word not in fact.words]
    if unknown or isinstance(limit, list) != many:
        raise ContentError(
            f"{name.place}: {name} is one of {', '.join(sorted(fact.words))}; "
            f"write {name}: <word>, or {name}: {{one_of: [<word>, <word>]}}"
        )
    return words if many else words[0]


def _truth(fact: Fact, comparison: Comparison, limit: Any, name: Located) -> Limit:
    if not isinstance(limit, bool):
        raise ContentError(f"{name.place}: {name} is true or false, not {limit}")
    return limit


def _whole(fact: Fact, comparison: Comparison, limit: Any, name: Located) -> Limit:
    if isinstance(limit, bool) or not isinstance(limit, int):
        raise ContentError(f"{name.place}: {name} is compared with a whole number, or with the rule's days or hours")
    return limit


def _amount(fact: Fact, comparison: Comparison, limit: Any, name: Located) -> Limit:
    return _money(limit, name.place)


LIMITS: Final[Mapping[Kind, Callable[[Fact, Comparison, Any, Located], Limit]]] = {
    Kind.WORD: _word,
    Kind.TRUTH: _truth,
    Kind.NUMBER: _whole,
    Kind.MONEY: _amount,
}


def _money(limit: Any, place: str) -> Mapping[str, int]:
    """Whole units to the smallest; each currency is named, or a rule would be silent in one."""
    named = set(limit) if isinstance(limit, dict) else set()
    if named != set(CURRENCIES):
        wrong = ", ".join(sorted(map(str, named ^ set(CURRENCIES))))
        raise ContentError(f"{place}: an amount names each currency ({', '.join(CURRENCIES)}) once: look at {wrong}")
    return {str(currency): _minor(str(amount), CURRENCIES[currency], place) for currency, amount in limit.items()}


def _minor(amount: str, decimals: int, place: str) -> int:
    try:
        minor = Decimal(amount).scaleb(decimals)
    except InvalidOperation:
        minor = Decimal(-1)
    if minor < 0 or minor != int(minor):
        raise ContentError(f"{place}: {amount} is no amount with {decimals} decimals")
    return int(minor)


def _date(row: Mapping[str, Any], name: str, place: str) -> date | None:
    value = row.get(name)
    if value is not None and type(value) is not date:
        raise ContentError(f"{_place(row, name, place)}: `{name}:` is a day, such as 2026-12-01")
    return value


def _number(row: Mapping[str, Any], name: str, place: str) -> int:
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ContentError(f"{_place(row, name, place)}: `{name}:` is a whole number from 1 on, not {value}")
    return value


def _one_of(kind: type[E], value: Any, place: str) -> E:
    try:
        return kind(str(value))
    except ValueError:
        raise ContentError(f"{place}: {value} is none of {', '.join(kind)}") from None


def _check_names(row: Mapping[str, Any], known: frozenset[str], place: str) -> None:
    for name in row:
        if name not in known:
            where = name.place if isinstance(name, Located) else place
            raise ContentError(f"{where}: a rule has no `{name}:` here; it may have {', '.join(sorted(known))}")


def _check_regions(names: Sequence[str], regions: Mapping[str, Sequence[str]], place: str) -> None:
    for name in names:
        if name not in regions and not (len(name) == 2 and name.isalpha() and name.isupper()):
            raise ContentError(f"{place}: {name} is no country (two capital letters) and no region of regions.yaml")


def _place(row: Mapping[str, Any], name: str, otherwise: str) -> str:
    """Where a member is written: by its name."""
    key = next((key for key in row if key == name), None)
    return key.place if isinstance(key, Located) else otherwise
