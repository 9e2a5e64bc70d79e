"""What the files under grammars/ hold, read and checked."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from hassil.expression import Expression

from ivr.content.addresses import AddressStyle
from ivr.content.mood_files import MoodWords
from ivr.content.yaml_files import Located
from ivr.domain.guides import Guide
from ivr.domain.hearing import Ability
from ivr.domain.knowledge import Article
from ivr.errors import ContentError

T = TypeVar("T")
_WORDS = re.compile(r"[^\W\d_][^\s?!.,;:()\"“”„«»¿¡。、？！।؟|*+<>\[\]{}/=]*")

SlotOut = str | int


@dataclass(frozen=True)
class Template:
    """One sentence template in hassil syntax."""

    intent: str
    text: str
    expression: Expression
    file: str
    line: int
    slots: Mapping[str, SlotOut] = field(default_factory=dict)
    """Slots that this template sets by itself."""
    heard: bool = True
    """Recognisers listen for it; else it is only understood, however it was heard. Fewer words, fewer errors."""


@dataclass(frozen=True)
class ListValue:
    """One value of a {list}: how it is said, and what it means."""

    expression: Expression
    out: SlotOut
    file: str
    line: int
    written: tuple[str, ...] = ()
    """How a carrier's recogniser writes it: "30"."""


@dataclass(frozen=True)
class Rule:
    """One <rule>: a part of sentences with a name."""

    expression: Expression
    file: str
    line: int


@dataclass(frozen=True)
class DigitWords:
    """How digit strings are said."""

    words: Mapping[str, str] = field(default_factory=dict)
    """Word to digits: "oh" 0, "twenty" 20."""
    misspelled: Mapping[str, str] = field(default_factory=dict)
    """What open recognisers write for a digit ("for"); only counts among digits."""
    repeats: Mapping[str, int] = field(default_factory=dict)
    """"double" 2, "triple" 3: the next digit so many times."""
    skipped: tuple[str, ...] = ()
    """Words between digits that mean nothing ("dash")."""
    doubtful: Mapping[str, str] = field(default_factory=dict)
    """Words that may mean nothing or these digits; the accepted length decides."""
    rare: frozenset[str] = frozenset()
    """Understood, but not listened for."""
    plus: tuple[str, ...] = ()
    """Said before a country code; the first stands for the sign."""
    extension: tuple[str, ...] = ()
    """Said before an extension, which cannot be rung."""


@dataclass(frozen=True)
class NumberScale:
    """A word that multiplies the count before it ("two thousand")."""

    value: int
    most: int
    """The largest count that is said before it."""
    words: tuple[str, ...]


@dataclass(frozen=True)
class NumberWords:
    """How numbers are said and written."""

    smalls: tuple[tuple[str, int], ...] = ()
    """Words with values: 0 to 99, and what else takes nothing after it ("a dozen")."""
    wholes: tuple[tuple[str, int], ...] = ()
    """Numbers of one word that less may follow ("mil", "doscientos", "a hundred"); one word may have two values."""
    scales: tuple[NumberScale, ...] = ()
    joins: tuple[str, ...] = ()
    """What may stand between a number and the rest of it ("and")."""
    glued_joins: bool = False
    """Joins are written at the beginning of the next word (Arabic)."""
    points: tuple[str, ...] = ()
    """What is said before decimals; the first stands for the written mark."""
    refused: tuple[str, ...] = ()
    """Beside these no number is taken ("minus", "half"); the first stands for written signs."""
    around: tuple[str, ...] = ()
    """Words around a number that mean nothing ("of them")."""
    swallowing: tuple[str, ...] = ()
    """Such words whose first sign may be the number's last; then both readings are kept."""
    group: str = ""
    """The mark between thousands."""
    decimal: str = ""


@dataclass(frozen=True)
class CurrencyUnit:
    """How one currency is said and written."""

    words: tuple[str, ...]
    signs: tuple[str, ...] = ()
    minor: tuple[str, ...] = ()
    """Its smaller coins."""
    digits: int = 2
    """Its decimals."""


@dataclass(frozen=True)
class MoneyWords:
    """How amounts of money are said."""

    default: str = ""
    """The locale's currency, ISO 4217: decides what a word of several currencies means."""
    units: Mapping[str, CurrencyUnit] = field(default_factory=dict)
    joins: tuple[str, ...] = ()
    """Between units and coins ("twelve dollars and fifty cents")."""
    of: tuple[str, ...] = ()
    """Between a number and its unit ("un millón de euros")."""


@dataclass(frozen=True)
class LocaleGrammar:
    """What may be said to us in one locale."""

    templates: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)
    fragments: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)
    """Parts of a moment by kind: date, time, relative, asap, ..."""
    lists: Mapping[str, tuple[ListValue, ...]] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    digits: DigitWords = field(default_factory=DigitWords)
    numbers: NumberWords = field(default_factory=NumberWords)
    money: MoneyWords = field(default_factory=MoneyWords)
    moods: MoodWords = field(default_factory=MoodWords)


class Once(Generic[T]):
    """Something made when it is first asked for, once for all threads; a ContentError is raised again each time."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: list[T] = []
        self._problem = ""

    @property
    def is_made(self) -> bool:
        """Whether asking for it costs nothing any more."""
        return bool(self._made or self._problem)

    def __call__(self) -> T:
        """What was made. Raises ContentError."""
        with self._lock:
            if self._problem:
                raise ContentError(self._problem)
            if not self._made:
                try:
                    self._made.append(self._make())
                except ContentError as error:
                    self._problem = str(error)
                    raise
            return self._made[0]


@dataclass(frozen=True)
class LocaleContent:
    """All of one locale: what may be said to us, which is read when it is first needed, and what we say."""

    locale: str
    name: str
    """The language's name in itself."""
    voice: str
    """Twilio's <Say> voice."""
    language: str
    """BCP 47 tag for <Say> and <Gather>."""
    free_spacing: bool = False
    """Words may be written apart or together (Korean): understood syllable by syllable."""
    fold_accents: bool = False
    """Words are understood with and without accents; for languages where they tell few words apart."""
    slow_rate: str = "85%"
    ability: Ability = Ability.FULL
    fillers: tuple[Located, ...] = ()
    """Words that may stand anywhere and mean nothing."""
    rewrites: tuple[tuple[str, str], ...] = ()
    """Regular expressions and replacements for texts of a carrier's recogniser ("p.m.")."""
    prompts: Mapping[str, Located] = field(default_factory=dict)
    messages: Mapping[str, Located] = field(default_factory=dict)
    """What is written to people, not spoken."""
    chat: Mapping[str, Located] = field(default_factory=dict)
    """Prompts as they are written in a chat, where that differs."""
    spoken: Mapping[str, Located] = field(default_factory=dict)
    """How times, spans and digits are worded."""
    readings: Mapping[str, Located] = field(default_factory=dict)
    """Prompts in kana, for a voice that reads nothing else; in most locales none."""
    reading_words: Mapping[str, Located] = field(default_factory=dict)
    """Words of places in kana."""
    grammar: Once[LocaleGrammar] = field(default_factory=lambda: Once(LocaleGrammar))
    help: Once[tuple[Article, ...]] = field(default_factory=lambda: Once(tuple[Article, ...]))

    @property
    def asked(self) -> tuple[str, ...]:
        """Questions that help articles answer, as recognisers take them: words alone. Raises ContentError."""
        said = (question for article in self.help() for question in article.questions)
        return tuple(dict.fromkeys(" ".join(_WORDS.findall(question)) for question in said))

    @property
    def templates(self) -> Mapping[str, tuple[Template, ...]]:
        """Sentences by intent. Raises ContentError, as all that is read of the grammar."""
        return self.grammar().templates

    @property
    def fragments(self) -> Mapping[str, tuple[Template, ...]]:
        """Parts of a moment by kind."""
        return self.grammar().fragments

    @property
    def lists(self) -> Mapping[str, tuple[ListValue, ...]]:
        """Lists by name."""
        return self.grammar().lists

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Rules by name."""
        return self.grammar().rules

    @property
    def digits(self) -> DigitWords:
        """How digit strings are said."""
        return self.grammar().digits

    @property
    def numbers(self) -> NumberWords:
        """How numbers are said."""
        return self.grammar().numbers

    @property
    def money(self) -> MoneyWords:
        """How amounts are said."""
        return self.grammar().money

    @property
    def moods(self) -> MoodWords:
        """What is said by who is upset, or in danger."""
        return self.grammar().moods


@dataclass(frozen=True)
class Content:
    """Everything under grammars/ that is served."""

    locales: Mapping[str, LocaleContent]
    """The default locale first."""
    likely: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Locales by country (ISO 3166), the likeliest first; also such as are not served."""
    addresses: Mapping[str, AddressStyle] = field(default_factory=dict)
    """How postal addresses are told, by their country."""

    guides: tuple[Guide, ...] = ()
    """What is tried before something that stopped working is sent back."""

    def guide(self, item_kind: str, locale: str) -> Guide | None:
        """For the shop's kind of thing; None: there is none, or it has no texts in this language."""
        one = next((guide for guide in self.guides if item_kind in guide.items), None)
        known = self.locales.get(locale)
        is_told = one is not None and known is not None and one.prompt(one.steps[0].id) in known.prompts
        return one if is_told else None

    def articles(self, locale: str) -> tuple[Article, ...]:
        """Its help articles. Raises ContentError."""
        return self.locales[locale].help()
