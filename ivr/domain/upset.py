"""Whether a caller grows upset, or somebody is in danger: by words, repetition, misunderstandings, loudness. Pure."""

from dataclasses import dataclass
from typing import Final

WORDS, REPEATED, LOST, LOUD = 2, 1, 1, 1
"""What an expression of being upset counts, a request that was made before in the call, an utterance of which nothing
was understood, and one much louder than the call began."""
ENOUGH: Final = 4
"""From here on a person is fetched before anybody asks for one: said twice, or once after two misunderstandings."""
LOUDER: Final = 2.0
"""So many times as loud as the call's first utterance (6 dB)."""
UPSET, IN_DANGER = "upset", "danger"
"""Why a person is fetched."""


@dataclass(frozen=True)
class Mood:
    """What one utterance tells of whoever said it."""

    upset: int = 0
    """So many expressions of being upset."""
    danger: bool = False
    """Somebody is in danger, or says so."""
    level: float = 0.0
    """How loud it was (RMS); 0: nobody measured."""


CALM: Final = Mood()


@dataclass(frozen=True)
class Temper:
    """How a call has gone so far. A bad line or a soft voice is no temper: without a sign nobody is hurried."""

    score: int = 0
    signs: int = 0
    """Utterances that were upset or loud."""
    asked: tuple[str, ...] = ()
    """Requests made in this call."""
    level: float = 0.0
    """Of the first utterance."""

    @property
    def is_upset(self) -> bool:
        """Whether it is enough."""
        return self.signs > 0 and self.score >= ENOUGH

    def after(self, mood: Mood, request: str = "", *, understood: bool = True) -> "Temper":
        """With one utterance more; `request`: what was asked for in it, if anything. A calm answer cools."""
        is_loud = self.level > 0 and mood.level >= LOUDER * self.level
        said = WORDS * min(mood.upset, 2) + LOUD * is_loud
        added = said + LOST * (not understood) + REPEATED * (request in self.asked)
        return Temper(
            score=self.score + added if added else max(0, self.score - 1),
            signs=self.signs + (mood.upset > 0 or is_loud),
            asked=(*self.asked, request) if request and request not in self.asked else self.asked,
            level=self.level or mood.level,
        )


EVEN_TEMPER: Final = Temper()
"""Of a call that begins."""
