"""What the understanding needs of a locale's files; `ivr.content` provides it, neither imports the other."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from hassil.expression import Expression

from ivr.domain.hearing import Ability
from ivr.understanding.money_source import CurrencyUnit as CurrencyUnit
from ivr.understanding.money_source import MoneyWords as MoneyWords


class Template(Protocol):
    """One sentence template."""

    @property
    def intent(self) -> str:
        """The intent's name."""

    @property
    def text(self) -> str:
        """As written in the file."""

    @property
    def expression(self) -> Expression:
        """As hassil parsed it."""

    @property
    def file(self) -> str:
        """Below grammars/."""

    @property
    def line(self) -> int:
        """Counted from 1."""

    @property
    def slots(self) -> Mapping[str, str | int]:
        """Slots it sets by itself."""

    @property
    def heard(self) -> bool:
        """Whether recognisers listen for it."""


class ListValue(Protocol):
    """One value of a {list}."""

    @property
    def expression(self) -> Expression:
        """How it is said."""

    @property
    def out(self) -> str | int:
        """What it means."""

    @property
    def file(self) -> str:
        """Below grammars/."""

    @property
    def line(self) -> int:
        """Counted from 1."""

    @property
    def written(self) -> Sequence[str]:
        """How a carrier's recogniser writes it; none for words."""


class Rule(Protocol):
    """One <rule>."""

    @property
    def expression(self) -> Expression:
        """Its body."""

    @property
    def file(self) -> str:
        """Below grammars/."""

    @property
    def line(self) -> int:
        """Counted from 1."""


class DigitWords(Protocol):
    """How digit strings are said."""

    @property
    def words(self) -> Mapping[str, str]:
        """Word to digits."""

    @property
    def misspelled(self) -> Mapping[str, str]:
        """Words that count as digits only among digits."""

    @property
    def repeats(self) -> Mapping[str, int]:
        """Words that repeat the next digit."""

    @property
    def skipped(self) -> Sequence[str]:
        """Words between digits that mean nothing."""

    @property
    def doubtful(self) -> Mapping[str, str]:
        """Words that mean nothing or these digits."""

    @property
    def rare(self) -> Collection[str]:
        """Digit words that recognisers do not listen for."""

    @property
    def plus(self) -> Sequence[str]:
        """Before a country code; the first stands for the sign."""

    @property
    def extension(self) -> Sequence[str]:
        """Before an extension."""


class NumberScale(Protocol):
    """A word that multiplies the count before it."""

    @property
    def value(self) -> int:
        """Such as 1000."""

    @property
    def most(self) -> int:
        """The largest count before it."""

    @property
    def words(self) -> Sequence[str]:
        """How it is said."""


class NumberWords(Protocol):
    """How numbers are said and written."""

    @property
    def smalls(self) -> Sequence[tuple[str, int]]:
        """Words with values: 0 to 99, and what else takes nothing after it."""

    @property
    def wholes(self) -> Sequence[tuple[str, int]]:
        """Numbers of one word that less may follow."""

    @property
    def scales(self) -> Sequence[NumberScale]:
        """What multiplies."""

    @property
    def joins(self) -> Sequence[str]:
        """Between a number and the rest of it."""

    @property
    def glued_joins(self) -> bool:
        """Joins are written at the beginning of the next word."""

    @property
    def points(self) -> Sequence[str]:
        """Before decimals; the first stands for the written mark."""

    @property
    def refused(self) -> Sequence[str]:
        """Beside these no number is taken; the first stands for written signs."""

    @property
    def around(self) -> Sequence[str]:
        """Words around a number that mean nothing."""

    @property
    def swallowing(self) -> Sequence[str]:
        """Such words whose first sign may be the number's last."""

    @property
    def group(self) -> str:
        """The mark between thousands."""

    @property
    def decimal(self) -> str:
        """The mark before decimals."""


class MoodWords(Protocol):
    """What callers say who are upset, or in danger."""

    @property
    def upset(self) -> Sequence[str]:
        """Phrases."""

    @property
    def danger(self) -> Sequence[str]:
        """Phrases."""

    @property
    def heard(self) -> Sequence[str]:
        """Those of them that recognisers listen for."""


class LocaleSource(Protocol):
    """One locale."""

    @property
    def locale(self) -> str:
        """Such as en-US."""

    @property
    def ability(self) -> Ability:
        """How much of it is understood."""

    @property
    def free_spacing(self) -> bool:
        """Understood syllable by syllable."""

    @property
    def fold_accents(self) -> bool:
        """Understood with and without accents."""

    @property
    def templates(self) -> Mapping[str, Sequence[Template]]:
        """By intent."""

    @property
    def fragments(self) -> Mapping[str, Sequence[Template]]:
        """Parts of a moment, by kind."""

    @property
    def lists(self) -> Mapping[str, Sequence[ListValue]]:
        """By name."""

    @property
    def rules(self) -> Mapping[str, Rule]:
        """By name."""

    @property
    def asked(self) -> Sequence[str]:
        """Questions that help articles answer, as recognisers take them."""

    @property
    def digits(self) -> DigitWords:
        """How digit strings are said."""

    @property
    def numbers(self) -> NumberWords:
        """How numbers are said."""

    @property
    def money(self) -> MoneyWords:
        """How amounts are said."""

    @property
    def moods(self) -> MoodWords:
        """What is said by who is upset, or in danger."""

    @property
    def fillers(self) -> Sequence[str]:
        """Words that mean nothing."""

    @property
    def rewrites(self) -> Sequence[tuple[str, str]]:
        """Regular expressions and replacements."""


class GrammarSource(Protocol):
    """All locales."""

    @property
    def locales(self) -> Mapping[str, LocaleSource]:
        """By name."""
