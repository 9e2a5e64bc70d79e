"""Everything the use cases need from outside, as Protocols: this is the whole list."""

from collections.abc import Iterable
from typing import Protocol

from ivr.domain.hearing import Grammar, Hypothesis


class Utterance(Protocol):
    """One recogniser for one utterance; used by one thread at a time, then thrown away."""

    def feed(self, pcm: bytes) -> None:
        """Take 16-bit little-endian mono PCM at 8,000 Hz, any even number of bytes."""

    def partial(self) -> str:
        """The best text so far."""

    def finish(self) -> tuple[Hypothesis, ...]:
        """End the utterance: readings, best first; empty if no word was heard. A second call returns the same."""


class Recognizer(Protocol):
    """Speech to words, limited to a turn's grammar."""

    engine: str
    """`vosk`, `pocketsphinx`: for logs and the doctor."""

    def hears(self, locale: str) -> bool:
        """Whether a model for this locale is ready now."""

    def open(self, grammar: Grammar, *, alternatives: int = 1) -> Utterance:
        """A new utterance; alternatives > 1 asks for an n-best list. Raises EngineUnavailable."""

    def unknown_words(self, locale: str, words: Iterable[str]) -> set[str]:
        """The words that the locale's model cannot hear."""
