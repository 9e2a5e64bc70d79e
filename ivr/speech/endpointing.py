"""When a turn ends: how much silence means that the caller has finished. All times in ms of the stream's clock."""

from dataclasses import dataclass
from typing import Final

from ivr.domain.hearing import Pace


@dataclass(frozen=True)
class Patience:
    """The silences that end a turn, and how long a caller may talk."""

    complete_ms: int
    """Silence after a text that answers the question."""
    enough_ms: int
    """Silence after a text that answers it unless more words are to come: 7 digits of an order, which may have 17."""
    open_ms: int
    """Silence after any other text."""
    longest_ms: int
    """An utterance is cut here: an endless talker, or a line so noisy that no silence comes."""


PATIENCE: Final = {
    Pace.DIRECTED: Patience(complete_ms=220, enough_ms=700, open_ms=700, longest_ms=12_000),
    Pace.DIGITS: Patience(complete_ms=340, enough_ms=700, open_ms=1500, longest_ms=20_000),
}
ALTERNATIVES: Final = {Pace.DIRECTED: 3, Pace.DIGITS: 5}
"""Readings asked of the recogniser: it can't count digits, so more of them are looked through (speech.md)."""
LONGEST_RECORDING_SECONDS: Final = 30.0
"""A recorded answer is cut at `longest_ms` by the carrier; some add a little."""
LOOK_AHEAD_MS: Final = 80
"""So long before `complete_ms` the text is looked at, so that the end of the turn waits for no recogniser: closing a
Vosk decoder takes 20 to 40 ms. Once only, until the caller speaks again: what is no answer then was none 80 ms later,
either (0 of 28 Korean requests), and a second look decodes the whole utterance again."""
SURE_MS: Final = 220
"""This much voiced sound is surely speech: it may stop a prompt."""
SHORTEST_MS: Final = 100
"""Less voiced sound than this is a click or a cough, not a word."""
