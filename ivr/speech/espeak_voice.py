"""ports.TextToSpeech by espeak-ng, where the extra `duplex` is installed."""

from collections.abc import Callable
from typing import Final

from ivr import espeak
from ivr.errors import VoiceUnavailable
from ivr.speech.audio import encode_mulaw, whole_frames

USUAL_RATE: Final = 150
SLOW_RATE: Final = 120
"""Words a minute."""


class EspeakVoice:
    """Speaks every language that espeak-ng has; threads may share it."""

    def __init__(self, reading: Callable[[str, str], str] = lambda locale, text: text) -> None:
        """`reading`: a sentence of a locale as espeak-ng can read it; it knows no kanji."""
        self._reading = reading

    def speaks(self, locale: str) -> bool:
        """Whether there is a voice: False without the package, too."""
        try:
            return bool(espeak.language(locale))
        except espeak.VoiceError:
            return False

    def speak(self, text: str, locale: str, *, slow: bool = False) -> bytes:
        """Mu-law in whole frames. Raises VoiceUnavailable."""
        try:
            pcm = espeak.speak(self._reading(locale, text), locale, rate=SLOW_RATE if slow else USUAL_RATE)
        except espeak.VoiceError as error:
            raise VoiceUnavailable(f"{error}; or set IVR_HEARING=stream: then the carrier speaks") from error
        return whole_frames(encode_mulaw(pcm))
