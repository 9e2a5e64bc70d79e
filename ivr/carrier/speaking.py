"""Letting a telephone hear something, and keeping account of what it heard."""

import asyncio
import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ivr.carrier import audio
from ivr.carrier.telephone import Heard

if TYPE_CHECKING:
    from ivr.carrier.calls import Call
    from ivr.carrier.exchange import Exchange


async def say(exchange: "Exchange", call: "Call", *, text: str, language: str = "en-US", voice: str = "man") -> None:
    """Speak to the telephone; cancelling cuts the sentence short."""
    if not text.strip():
        return
    pcm = await exchange.speak(text, language)
    await hear(call, Heard(text, language, voice, call_sid=call.sid), sound=audio.frames(pcm))


async def hear(call: "Call", heard: Heard, *, sound: Iterable[bytes]) -> None:
    """Play a sound and note when it started, stopped and whether it was cut short."""
    if call.line is None or call.telephone is None or not call.live:
        return
    telephone = call.telephone
    telephone.start_hearing(heard)
    try:
        await call.line.play(sound)
    except asyncio.CancelledError:
        telephone.stop_hearing(heard, cut_short=True)
        raise
    telephone.stop_hearing(heard, cut_short=False)


async def music(call: "Call") -> None:
    """Twilio's own hold music, as silence: until cancelled."""
    await hear(call, Heard("", kind="music", call_sid=call.sid), sound=itertools.repeat(audio.SILENCE))
