"""Sentences in a document: the carrier's voices, or recordings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from twilio.twiml.voice_response import Gather, VoiceResponse
from twilio.twiml.voice_response import Say as SayVerb

VOICES: Final = {
    "en-US": "Polly.Joanna-Neural",
    "en-GB": "Polly.Amy-Neural",
    "de-DE": "Polly.Vicki-Neural",
    "fr-FR": "Polly.Lea-Neural",
    "es-ES": "Polly.Lucia-Neural",
    "pt-BR": "Polly.Camila-Neural",
    "ja-JP": "Polly.Takumi-Neural",
    "ko-KR": "Polly.Seoyeon-Neural",
    "hi-IN": "Polly.Kajal-Neural",
    "it-IT": "Polly.Bianca-Neural",
    "nl-NL": "Polly.Laura-Neural",
    "ar": "Polly.Hala-Neural",
}
"""The carrier's voice by locale (twilio.md 7c); another locale gets the account's default voice for its language."""

LANGUAGES: Final = {"ar": "ar-AE", "zh-CN": "cmn-CN"}
"""The carrier's name of a locale where it has one of its own."""

SLOW_RATE: Final = "80%"
# What XML 1.0 can't hold: one such character makes the whole document unparseable (12100).
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Spoken:
    """One sentence with the language it is in."""

    text: str
    locale: str
    voice: str = ""
    """The carrier's name of a voice; empty: VOICES, else the carrier's own choice."""
    slow_rate: str = SLOW_RATE
    """Of the usual speed, once the caller asked for it."""
    sound_path: str = ""
    """A recording of the sentence, played unless slow speech is wanted; without a text it is a chime."""
    sound_seconds: float = 0.0

    def is_played(self, *, slow: bool) -> bool:
        """Whether the sound is heard instead of a voice; a chime has no words that could be slower."""
        return bool(self.sound_path) and (not slow or not self.text)


def legal(text: str, instead: str = "") -> str:
    """The text without what no document can hold."""
    return _ILLEGAL.sub(instead, text)


def say(parent: VoiceResponse | Gather, texts: Sequence[Spoken], *, slow: bool, pause_seconds: int = 0) -> None:
    """Speak or play sentences, one after the other."""
    for position, spoken in enumerate(texts):
        if pause_seconds and position:
            parent.pause(length=pause_seconds)
        if spoken.is_played(slow=slow):
            parent.play(spoken.sound_path)
            continue
        text = legal(spoken.text, " ")
        voice = spoken.voice or VOICES.get(spoken.locale)
        language = LANGUAGES.get(spoken.locale, spoken.locale)
        verb = SayVerb(None if slow else text, voice=voice, language=language)
        if slow:
            verb.prosody(text, rate=spoken.slow_rate)
        parent.append(verb)
