"""The carrier's voice: espeak-ng when it is there, else silence of the right length."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from ivr.carrier import audio
from ivr.carrier.options import Speak, Voice

SECONDS_PER_CHARACTER = 0.06
USUAL_RATE = 160
"""Words a minute."""


class Voices:
    """Speaks off the event loop, one text at a time: espeak-ng is not thread safe."""

    def __init__(self, voice: Voice) -> None:
        self._speak, self._problem = _find(voice)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="carrier-voice")

    async def speak(self, text: str, locale: str, *, voice: str | None, rate: int) -> tuple[bytes, str | None]:
        """The audio, and what went wrong if it is only silence of about the right length."""
        silent = audio.silence(len(text) * SECONDS_PER_CHARACTER * USUAL_RATE / rate)
        if self._speak is None:
            problem, self._problem = self._problem, None  # said once
            return silent, problem
        try:
            loop = asyncio.get_running_loop()
            spoken = partial(self._speak, text, locale, voice=voice, rate=rate)
            return await loop.run_in_executor(self._worker, spoken), None
        except RuntimeError as error:  # VoiceError: no such locale or voice
            return silent, str(error)

    def close(self) -> None:
        """End the worker thread."""
        self._worker.shutdown(wait=False)


def _find(voice: Voice) -> tuple[Speak | None, str | None]:
    if voice != "espeak":
        return voice, None
    from ivr import espeak

    if espeak.available():
        return espeak.speak, None
    return None, "espeak-ng is not installed: Say is silent (pip install 'ringback[demo]')"
