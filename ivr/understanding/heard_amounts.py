"""What a recogniser listens for where an amount is asked: numbers with the words of one currency."""

from collections.abc import Sequence
from typing import Final

from hassil.expression import Alternative, Expression, Group, RuleReference

from ivr.understanding.amounts import CURRENCY
from ivr.understanding.cardinals import NUMBER
from ivr.understanding.heard_numbers import COINS, SMALLS, NumberRule, either, number_rules, optional
from ivr.understanding.jsgf import JsgfWriter
from ivr.understanding.phrases import PhraseMaker
from ivr.understanding.source import CurrencyUnit, LocaleSource, MoneyWords

_SAMPLES: Final = 200


class HeardAmounts:
    """Phrases and rules of one locale's amounts."""

    def __init__(self, source: LocaleSource) -> None:
        self._source = source
        self._phrases: dict[str, tuple[str, ...]] = {}

    def rules(self, asked: str) -> dict[str, NumberRule]:
        """By name; the currency asked about, else the locale's own."""
        money = self._source.money
        unit = money.units.get(asked) or money.units.get(money.default)
        numbers = number_rules(self._source.numbers)
        if unit is None or not numbers:
            return {}
        return {**numbers, CURRENCY: NumberRule(_amount(money, unit, bool(asked)))}

    def phrases(self, asked: str) -> tuple[str, ...]:
        """Every pair of neighbouring words, and random amounts."""
        if asked not in self._phrases:
            rules = self.rules(asked)
            top = [_rule(CURRENCY)] if rules else []
            maker = PhraseMaker(rules, {}, frozenset())
            self._phrases[asked] = (*maker.samples(top, _SAMPLES), *maker.cover(top))
        return self._phrases[asked]

    def jsgf(self, writer: JsgfWriter) -> str:
        """The reference to all amounts; empty if there are none."""
        return writer.expansion_of_rule(CURRENCY)


def _amount(money: MoneyWords, unit: CurrencyUnit, is_known: bool) -> Alternative:
    """ "Twelve dollars [and] fifty [cents]", "fifty cents"; "twelve fifty" where the currency is known."""
    whole = [_rule(NUMBER), *_said(money.of), either(unit.words)]
    forms: list[Expression] = [Group(items=whole)]
    if unit.minor:
        coins = [*_said(money.joins), _rule(SMALLS), optional(either(unit.minor))]
        forms += [Group(items=[*whole, *coins]), Group(items=[_rule(SMALLS), either(unit.minor)])]
    if is_known:
        forms.append(_rule(NUMBER))
    if is_known and unit.digits == 2:
        forms.append(Group(items=[_rule(SMALLS), _rule(COINS)]))
    return Alternative(items=forms)


def _said(words: Sequence[str]) -> list[Expression]:
    return [optional(either(words))] if words else []


def _rule(name: str) -> RuleReference:
    return RuleReference(rule_name=name)
