"""What a caller meant: intents and slots as the understanding hands them to the dialogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.domain.moments import When
from ivr.domain.upset import CALM, Mood

SlotValue = str | int | When


class Certainty(StrEnum):
    """How an utterance was understood; everything but EXACT is confirmed before anything is done."""

    EXACT = "exact"
    """Every word was parsed by the grammar."""
    STRIPPED = "stripped"
    """Parsed after fillers and unknown words were taken away."""
    FUZZY = "fuzzy"
    """Only similar to something the grammar knows: always confirmed."""
    NONE = "none"
    """Not understood."""


@dataclass(frozen=True)
class Intent:
    """One thing meant; `name` is the snake_case word shared with its grammar file and the case kind."""

    name: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Meaning:
    """One utterance, understood as far as it can be."""

    text: str
    """The words, as heard or typed."""
    intents: tuple[Intent, ...] = ()
    """First what to do first ("cancel that and call me tomorrow" has two); empty if not understood."""
    certainty: Certainty = Certainty.NONE
    likeliest: tuple[str, ...] = ()
    """Up to three expected intent names nearest to the text, best first, when lost."""
    mood: Mood = CALM
    """What the words tell of the caller."""

    @property
    def first(self) -> Intent | None:
        """What was meant first, if anything."""
        return self.intents[0] if self.intents else None


GLOBAL_INTENTS = ("agent", "repeat", "slower", "go_back", "cancel", "another_language", "keypad")
"""Understood in every turn, whatever it asks."""

ORDERED_ON, ORDER_DAY = "ordered_on", "order_day"
"""An order by its day: so that nothing else is meant ("what I ordered on Tuesday"), and bare ("Tuesday"), which only
the question for an order understands: elsewhere that is the moment of a callback."""


class Builtin(StrEnum):
    """Answers that every locale can hear, named after VoiceXML's builtin grammars.

    They arrive as intents: BOOLEAN as `yes` / `no`; DIGITS as `digits` {value: str}; MOMENT as `moment` {when: When};
    CHOICE as `choice` {index: int, counted from 1}; NUMBER as `number` {value: int}, whole and below a thousand
    million; CURRENCY as `currency` {amount_minor: int, in its smallest unit, currency: ISO 4217}; PHONE_NUMBER as
    `phone_number` {value: E.164}, valid and without extension; DATE as `date`, TIME as `time` {when: When} with a day
    or a time and nothing else. What an answer may mean as well stands in `alternatives`, parted by spaces.
    """

    BOOLEAN = "boolean"
    DIGITS = "digits"
    MOMENT = "moment"
    CHOICE = "choice"
    NUMBER = "number"
    CURRENCY = "currency"
    PHONE_NUMBER = "phone_number"
    DATE = "date"
    TIME = "time"


@dataclass(frozen=True)
class Choice:
    """One of the things offered in a turn: answered by its key, by its place ("the second one") or by its words."""

    key: str
    phrases: tuple[str, ...] = ()
    """Words in the caller's language that mean it, such as an item's name."""


@dataclass(frozen=True)
class Expects:
    """What a turn can understand; GLOBAL_INTENTS are always added."""

    intents: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Intents that are understood but not listened for: they would crowd out a short answer."""
    builtins: tuple[Builtin, ...] = ()
    choices: tuple[Choice, ...] = ()
    questions: bool = False
    """Whether questions that help articles answer are listened for, beside the intents."""
    digit_lengths: tuple[int, ...] = ()
    """Accepted lengths of a digit string, such as (7, 17); empty: any."""
    currency: str = ""
    """What an amount without a unit is in (ISO 4217); empty: such an amount is not understood."""

    @property
    def understood(self) -> tuple[str, ...]:
        """All intents that may be an answer."""
        return self.intents + self.also
