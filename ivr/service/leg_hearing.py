"""What is heard on a customer's telephone before anybody is joined: words to the cues of `domain.answered`."""

from collections.abc import Sequence
from typing import Final

from ivr.domain.answered import Cue, Spoke
from ivr.domain.hearing import Grammar, Hypothesis
from ivr.domain.intents import Certainty, Meaning
from ivr.domain.turn import Turn
from ivr.service.calls import CARRIER
from ivr.service.first_words import STATE
from ivr.service.legs import Legs
from ivr.service.ports import Understanding
from ivr.service.store import Store

LONG_SECONDS: Final = 4.0
LONG_WORDS: Final = 9
"""People say hello and wait; machines go on (jambonz counts nine words, too)."""
ORDER: Final = (Cue.VOICEMAIL, Cue.MENU, Cue.SCREENING, Cue.YES, Cue.NO, Cue.HELLO)
"""What counts when several were heard: "hello, you have reached ..." is no hello."""
SHORT: Final = frozenset({Cue.HELLO, Cue.WORDS})


class LegHearing:
    """Hears legs as CallService hears calls. Every method may be called again without harm."""

    def __init__(self, store: Store, understanding: Understanding, legs: Legs) -> None:
        self._store = store
        self._understanding = understanding
        self._legs = legs

    def hearing(self, sid: str) -> tuple[Turn, Grammar] | None:
        """The present turn and what to listen for; None when nothing is to be heard."""
        leg_id = self.leg_id(sid)
        turn = self._legs.present(leg_id) if leg_id else None
        if turn is None or turn.state != STATE or not turn.expects.intents:
            return None
        return turn, self._understanding.grammar(turn.locale, turn.expects)

    def is_complete(self, turn: Turn, text: str) -> bool:
        """Whether the text answers the turn completely."""
        return self._understanding.is_complete(turn.locale, turn.expects, text)

    def is_enough(self, turn: Turn, text: str) -> bool:
        """Whether it answers the turn, though more may come."""
        return self._understanding.is_enough(turn.locale, turn.expects, text)

    def speaking(self, sid: str, is_speaking: bool) -> None:
        """Nothing waits for the end of what is said here."""

    def speech(
        self,
        sid: str,
        turn: int,
        readings: Sequence[Hypothesis],
        *,
        engine: str,
        audio_seconds: float,
        level: float = 0.0,
    ) -> Turn:
        """Words heard in a turn; the returned turn's number tells whether it moved on."""
        leg_id = self.leg_id(sid)
        present = self._legs.present(leg_id)
        texts = [reading.text for reading in readings]
        meaning = self._understanding.parse(present.locale, present.expects, texts)
        cue = cue_of(meaning, texts[0] if texts else "", audio_seconds)
        text, is_vague = meaning.text or " ".join(texts[:1]), meaning.certainty is Certainty.FUZZY
        heard = Spoke(cue, turn, ends=engine == CARRIER, text=text, is_vague=is_vague)
        return self._legs.spoke(leg_id, heard, text=text)

    def leg_id(self, sid: str) -> str:
        """The leg of a call; empty: it is none."""
        with self._store.read() as uow:
            leg = uow.legs.by_sid(sid)
        return leg.id if leg is not None else ""


def cue_of(meaning: Meaning, text: str, audio_seconds: float) -> Cue:
    """What an utterance tells about who speaks."""
    names = {intent.name for intent in meaning.intents}
    cue = next((cue for cue in ORDER if cue.value in names), Cue.WORDS)
    is_long = audio_seconds >= LONG_SECONDS or len(text.split()) >= LONG_WORDS
    return Cue.LONG if cue in SHORT and is_long else cue
