"""What a recogniser is told and what it answers: values shared by the dialogue, the ports and the edges."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SURE_FIT: Final = 0.75
"""Below this words are confirmed. benchmarks/accuracy.py, part strangers, tells what it lets through and costs."""


class Pace(StrEnum):
    """How long a silence ends a turn: see `speech.endpointing`."""

    DIRECTED = "directed"
    """Short answers: a complete phrase ends after about 250 ms of silence, an open one after about 700."""
    DIGITS = "digits"
    """Digit strings: groups may be apart; longer silence before the end."""


class Ability(StrEnum):
    """How much of what is said in a language is understood; keys always are."""

    FULL = "full"
    """Requests, moments, answers, commands."""
    PARTIAL = "partial"
    """Yes and no, digits and commands; requests and moments are keyed."""
    KEYPAD = "keypad"
    """Nothing: all is keyed."""


@dataclass(frozen=True)
class Grammar:
    """What one turn can hear, independent of the engine."""

    locale: str
    """BCP 47, as the folder under grammars/ is called: en-US."""
    name: str
    """Stable name for logs and caches; equal names mean equal grammars."""
    phrases: tuple[str, ...]
    """Lower-case phrases, words apart by single spaces: a cover and samples of the language (Vosk's list)."""
    jsgf: str = ""
    """The same language as a whole JSGF grammar with one public rule; empty: the phrases as alternatives."""
    is_open: bool = False
    """Whatever is said, in any words of the model: no phrases. Not every engine can."""


@dataclass(frozen=True)
class Word:
    """One recognised word."""

    text: str
    start_seconds: float
    end_seconds: float
    confidence: float


@dataclass(frozen=True)
class Hypothesis:
    """One reading of an utterance. Scores are the engine's own, not probabilities: compare only within a list."""

    text: str
    score: float = 0.0
    words: tuple[Word, ...] = ()
    fit: float = 1.0
    """How likely the sound was these or other words of the grammar, 0 to 1; 1 where the engine cannot tell."""
