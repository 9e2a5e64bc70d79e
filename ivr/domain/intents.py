"""What a caller meant: intents and slots as the understanding hands them to the dialogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.domain.moments import When

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

    @property
    def first(self) -> Intent | None:
        """What was meant first, if anything."""
        return self.intents[0] if self.intents else None


GLOBAL_INTENTS = ("agent", "repeat", "slower", "go_back", "cancel", "another_language", "keypad")
"""Understood in every turn, whatever it asks."""


class Builtin(StrEnum):
    """Answers that every locale can hear, named after VoiceXML's builtin grammars.

    They arrive as intents: BOOLEAN as `yes` / `no`; DIGITS as `digits` {value: str}; MOMENT as `moment` {when: When};
    CHOICE as `choice` {index: int, counted from 1}; NUMBER as `number` {value: int}, a whole number
    below a thousand million; CURRENCY as `currency` {amount_minor: int, in the currency's smallest unit, currency: ISO
    4217}. Two numbers in one answer, parts and negative numbers are not understood; of an answer that has several
    readings the others stand in `alternatives`, parted by spaces.
    """

    BOOLEAN = "boolean"
    DIGITS = "digits"
    MOMENT = "moment"
    CHOICE = "choice"
    NUMBER = "number"
    CURRENCY = "currency"


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
    builtins: tuple[Builtin, ...] = ()
    choices: tuple[Choice, ...] = ()
    digit_lengths: tuple[int, ...] = ()
    """Accepted lengths of a digit string, such as (7, 17); empty: any."""
    currency: str = ""
    """What an amount without a unit is in (ISO 4217); empty: such an amount is not understood."""
