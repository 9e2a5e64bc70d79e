"""The local carrier's voice in the demo: espeak-ng, handed what it can read."""

from collections.abc import Callable

from ivr import espeak
from ivr.carrier.options import Speak
from ivr.content import Content
from ivr.content.readings import Readings


def reading_aloud(load: Callable[[], Content]) -> Speak:
    """`ivr.espeak.speak`, which gets readings where a locale has them; content is read at the first word."""
    known: list[Readings] = []

    def speak(text: str, locale: str, *, voice: str | None = None, rate: int = 160) -> bytes:
        if not known:
            known.append(Readings(load()))
        return espeak.speak(known[0].of(locale, text), locale, voice=voice, rate=rate)

    return speak
