"""Sounds that stop a prompt and turn out to be nothing: music, a television, somebody else, our own voice come back.

What they are is seldom clear within the 220 ms after which a prompt stops. So the first one may stop one prompt, which
is said again at once (by the call's no-match, or as it was). From then on, until the caller is understood, no sound
stops a prompt of this call, and what ends while one plays only counts if its words are sure, and not the prompt's own.
Nobody loses much by that: who says over a prompt what it asks for is still understood; the prompt goes on under it.
"""

from collections.abc import Callable
from typing import Final

from ivr.domain.hearing import SURE_FIT, Hypothesis

QUIETER: Final = 4.0
"""The caller, as loud as when last understood, was so many times (12 dB) as loud as somebody farther away."""
OWN_WORDS: Final = 3
"""Fewer words than these are a caller's own, though the prompt has them: yes, or a digit."""


class FalseStops:
    """What one call's prompts may be stopped for. Used in one thread at a time."""

    def __init__(self) -> None:
        self._is_wary = False
        self._caller_level = 0.0
        self._stopped = self._held_back = False

    def begin(self) -> None:
        """Something is heard."""
        self._stopped = self._held_back = False

    def sure(self, level: float, *, is_playing: bool, stop: Callable[[], bool]) -> None:
        """It is surely sound, this loud (RMS); `stop` stops the prompt, and says whether there was one to stop."""
        if is_playing and (self._is_wary or 0 < level * QUIETER < self._caller_level):
            self._held_back = True
        else:
            self._stopped = stop()

    def is_nothing(self, readings: tuple[Hypothesis, ...], prompt: Callable[[], str]) -> bool:
        """Whether what was heard is no answer, as the prompt that went on under it was not to be stopped for it."""
        if not self._held_back:
            return False
        return not is_sure(readings) or is_own(readings[0].text, prompt())

    def end(self, *, is_understood: bool = False, level: float = 0.0) -> None:
        """It is over; so loud it was."""
        if is_understood:
            self._is_wary, self._caller_level = False, level or self._caller_level
        elif self._stopped:
            self._is_wary = True
        self.begin()


def is_sure(readings: tuple[Hypothesis, ...]) -> bool:
    """Whether the engine heard these words rather than music, noise, or other ones."""
    return bool(readings) and readings[0].fit >= SURE_FIT


def is_own(words: str, prompt: str) -> bool:
    """Whether these are words of the prompt, in its order; however they are spaced, as in Korean."""
    said = _plain(words)
    return len(said) >= OWN_WORDS and "".join(said) in "".join(_plain(prompt))


def _plain(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text.casefold().replace("'", "")).split()
