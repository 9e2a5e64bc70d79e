"""One utterance of a caller: how far its sound can be trusted, and what the timeline keeps of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from ivr.domain.hearing import SURE_FIT, Hypothesis
from ivr.domain.intents import Certainty, Intent, Meaning, SlotValue
from ivr.domain.upset import CALM, Mood

LEAST_FIT: Final = 0.1
"""Below this nobody is asked whether they said it: the question is asked again."""


@dataclass
class HeardUtterance:
    """What was heard in one turn, for the timeline."""

    turn: int
    readings: tuple[Hypothesis, ...]
    engine: str
    audio_seconds: float
    meaning: Meaning | None = None
    level: float = 0.0
    """How loud it was (RMS); 0: nobody measured."""

    @property
    def fit(self) -> float:
        """How likely the caller said anything that the turn listens for."""
        return self.readings[0].fit if self.readings else 1.0

    @property
    def is_doubtful(self) -> bool:
        """Whether it may be music, noise, or talk that the grammar has no words for."""
        return self.fit < SURE_FIT

    def doubted(self, meaning: Meaning, *, is_read_back: bool = False) -> Meaning:
        """The meaning of the words, as sure as their sound is; what is read back anyway costs a stranger one "no"."""
        if not self.is_doubtful:
            return replace(meaning, mood=replace(meaning.mood, level=self.level)) if self.readings else meaning
        meaning = replace(meaning, mood=CALM)  # nobody is hurried by noise
        if meaning.first is None:
            return meaning
        if self.fit < LEAST_FIT and not is_read_back:
            return replace(meaning, intents=(), certainty=Certainty.NONE)
        return replace(meaning, certainty=Certainty.FUZZY)

    def means(self, though_doubtful: str = "") -> bool:
        """Whether it was understood, and surely; this one intent may be doubtful."""
        first = self.meaning.first if self.meaning is not None else None
        return first is not None and (not self.is_doubtful or first.name == though_doubtful)

    def as_data(self) -> dict[str, Any]:
        """JSON values: the text, the readings with the engine's scores, and what was understood."""
        meaning = self.meaning or Meaning("")
        return {
            "turn": self.turn,
            "text": meaning.text,
            "engine": self.engine,
            "readings": [{"text": r.text, "score": round(r.score, 2)} for r in self.readings[:5]],
            "fit": round(self.fit, 2),
            "audio_seconds": round(self.audio_seconds, 2),
            "certainty": meaning.certainty.value,
            "intents": [_intent_data(intent) for intent in meaning.intents],
            **_mood(meaning.mood),
        }


def _mood(mood: Mood) -> dict[str, Any]:
    """Only where there is something to tell."""
    told = {"upset": mood.upset, "danger": mood.danger, "level": round(mood.level)}
    return {name: value for name, value in told.items() if value}


def _intent_data(intent: Intent) -> dict[str, Any]:
    return {"name": intent.name, **{key: _plain(value) for key, value in intent.slots.items()}}


def _plain(value: SlotValue) -> str | int | Mapping[str, Any]:
    if isinstance(value, str | int):
        return value
    return {key: said for key, said in asdict(value).items() if said not in (None, False)}
