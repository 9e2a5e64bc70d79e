"""One utterance of a caller, as the timeline keeps it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ivr.domain.hearing import Hypothesis
from ivr.domain.intents import Intent, Meaning, SlotValue


@dataclass
class HeardUtterance:
    """What was heard in one turn, for the timeline."""

    turn: int
    readings: tuple[Hypothesis, ...]
    engine: str
    audio_seconds: float
    meaning: Meaning | None = None

    def as_data(self) -> dict[str, Any]:
        """JSON values: the text, the readings with the engine's scores, and what was understood."""
        meaning = self.meaning or Meaning("")
        return {
            "turn": self.turn,
            "text": meaning.text,
            "engine": self.engine,
            "readings": [{"text": r.text, "score": round(r.score, 2)} for r in self.readings[:5]],
            "audio_seconds": round(self.audio_seconds, 2),
            "certainty": meaning.certainty.value,
            "intents": [_intent_data(intent) for intent in meaning.intents],
        }


def _intent_data(intent: Intent) -> dict[str, Any]:
    return {"name": intent.name, **{key: _plain(value) for key, value in intent.slots.items()}}


def _plain(value: SlotValue) -> str | int | Mapping[str, Any]:
    if isinstance(value, str | int):
        return value
    return {key: said for key, said in asdict(value).items() if said not in (None, False)}
